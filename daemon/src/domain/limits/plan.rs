//! What is to stand in the files of a guest's control groups: a pure function of the definition.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use super::Controller;
use crate::domain::def::DomainDef;
use crate::domain::def::tune::cpu::QUOTAS;
use crate::domain::def::tune::memory::UNLIMITED;
use crate::domain::def::tune::{Bandwidth, BlkioDevice};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// Microseconds of a period that nobody set: the kernel's own.
pub const PERIOD: u64 = 100_000;

/// Weights the kernel takes.
const WEIGHTS: std::ops::RangeInclusive<u64> = 1..=10_000;

/// What can be set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Knob {
    /// `cpu.weight`
    CpuWeight,
    /// `cpu.max` of the whole guest
    CpuMax,
    /// `cpu.max` of some of its threads
    ThreadMax(Thread),
    /// `cpuset.mems`
    Mems,
    /// `io.weight`, or that of the scheduler there is
    IoWeight,
    /// `io.weight` of a device, by its path
    IoDeviceWeight(String),
    /// `io.max` of a device, by its path
    IoMax(String),
    /// `memory.high`
    MemoryHigh,
    /// `memory.max`
    MemoryMax,
    /// `memory.swap.max`
    MemorySwap,
}

/// Threads that are limited together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thread {
    /// All that are no vCPUs.
    Emulator,
    /// A vCPU.
    Vcpu(u32),
}

impl Thread {
    /// The name of their group.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Emulator => "emulator".into(),
            Self::Vcpu(n) => format!("vcpu{n}").into(),
        }
    }
}

impl Knob {
    /// The controller that has it.
    pub fn controller(&self) -> Controller {
        match self {
            Self::CpuWeight | Self::CpuMax | Self::ThreadMax(_) => Controller::Cpu,
            Self::Mems => Controller::Cpuset,
            Self::IoWeight | Self::IoDeviceWeight(_) | Self::IoMax(_) => Controller::Io,
            Self::MemoryHigh | Self::MemoryMax | Self::MemorySwap => Controller::Memory,
        }
    }

    /// The threads it is for, if not for all.
    pub fn thread(&self) -> Option<Thread> {
        match self {
            Self::ThreadMax(thread) => Some(*thread),
            _ => None,
        }
    }

    /// Its file.
    pub fn file(&self) -> &'static str {
        match self {
            Self::CpuWeight => "cpu.weight",
            Self::CpuMax | Self::ThreadMax(_) => "cpu.max",
            Self::Mems => "cpuset.mems",
            Self::IoWeight | Self::IoDeviceWeight(_) => "io.weight",
            Self::IoMax(_) => "io.max",
            Self::MemoryHigh => "memory.high",
            Self::MemoryMax => "memory.max",
            Self::MemorySwap => "memory.swap.max",
        }
    }

    /// What stands there where nobody set anything.
    fn unset(&self) -> &'static str {
        match self {
            Self::CpuWeight | Self::IoWeight => "100",
            Self::CpuMax | Self::ThreadMax(_) => "max 100000",
            // All there are.
            Self::Mems => "",
            Self::IoDeviceWeight(_) => "default",
            Self::IoMax(_) => "rbps=max wbps=max riops=max wiops=max",
            Self::MemoryHigh | Self::MemoryMax | Self::MemorySwap => "max",
        }
    }
}

/// All that is set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan(BTreeMap<Knob, String>);

impl Plan {
    /// What a definition asks for. Refused are numbers that no kernel takes.
    pub fn of(def: &DomainDef) -> Result<Self> {
        let mut plan = Self::default();
        let tune = &def.tune;
        if let Some(shares) = tune.cpu.shares {
            if !WEIGHTS.contains(&shares) {
                let (least, most) = (WEIGHTS.start(), WEIGHTS.end());
                let info = format!("shares '{shares}' must be in range [{least}, {most}]");
                return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Cgroup, info));
            }
            plan.set(Knob::CpuWeight, shares);
        }
        plan.limit(Knob::CpuMax, tune.cpu.global);
        plan.limit(Knob::ThreadMax(Thread::Emulator), tune.cpu.emulator);
        // Those that are off too: their threads are there, and stand.
        for vcpu in 0..def.vcpus.maximum {
            plan.limit(Knob::ThreadMax(Thread::Vcpu(vcpu)), tune.cpu.vcpu);
        }
        if let Some(nodes) = tune.numa.memory.as_ref().and_then(|memory| memory.nodes.as_ref()) {
            plan.set(Knob::Mems, nodes);
        }
        if tune.blkio.weight != 0 {
            plan.set(Knob::IoWeight, tune.blkio.weight);
        }
        for device in &tune.blkio.devices {
            plan.device(device);
        }
        let sizes = [
            (Knob::MemoryMax, tune.memory.hard_limit),
            (Knob::MemoryHigh, tune.memory.soft_limit),
            (Knob::MemorySwap, tune.memory.swap_hard_limit),
        ];
        for (knob, kib) in sizes {
            if let Some(kib) = kib.filter(|kib| *kib < UNLIMITED) {
                plan.set(knob, kib.saturating_mul(1024));
            }
        }
        Ok(plan)
    }

    fn set(&mut self, knob: Knob, value: impl std::fmt::Display) {
        self.0.insert(knob, value.to_string());
    }

    fn limit(&mut self, knob: Knob, bandwidth: Bandwidth) {
        if bandwidth.is_unset() {
            return;
        }
        let period = if bandwidth.period == 0 { PERIOD } else { bandwidth.period };
        if bandwidth.quota <= 0 || bandwidth.quota == *QUOTAS.end() {
            self.set(knob, format_args!("max {period}"));
        } else {
            self.set(knob, format_args!("{} {period}", bandwidth.quota));
        }
    }

    fn device(&mut self, device: &BlkioDevice) {
        let BlkioDevice { path, weight, read_iops, write_iops, read_bytes, write_bytes } = device;
        if *weight != 0 {
            self.set(Knob::IoDeviceWeight(path.clone()), weight);
        }
        let words = |value: u64| if value == 0 { "max".to_owned() } else { value.to_string() };
        let (riops, wiops) = (words((*read_iops).into()), words((*write_iops).into()));
        let (rbps, wbps) = (words(*read_bytes), words(*write_bytes));
        let all = format!("rbps={rbps} wbps={wbps} riops={riops} wiops={wiops}");
        let knob = Knob::IoMax(path.clone());
        if all != knob.unset() {
            self.set(knob, all);
        }
    }

    /// What has to be set to come from another plan to this one.
    pub fn changes<'p>(&'p self, before: &'p Self) -> impl Iterator<Item = (&'p Knob, &'p str)> {
        let set = self.0.iter().filter(|(knob, value)| before.value(knob) != value.as_str());
        let gone = before.0.keys().filter(|knob| !self.0.contains_key(knob));
        set.map(|(knob, value)| (knob, &**value)).chain(gone.map(|knob| (knob, knob.unset())))
    }

    fn value<'p>(&'p self, knob: &'p Knob) -> &'p str {
        self.0.get(knob).map_or(knob.unset(), |value| value)
    }
}

/// The numbers of a block device, as control groups name it.
pub fn device(path: &str) -> Result<String> {
    let failed =
        |error| Error::system(ErrorDomain::Cgroup, format!("Path '{path}' is not accessible"), &error);
    let facts = std::fs::metadata(path).map_err(failed)?;
    if !facts.file_type().is_block_device() {
        let error = std::io::Error::from_raw_os_error(libc::EINVAL);
        let what = format!("Path '{path}' must be a block device");
        return Err(Error::system(ErrorDomain::Cgroup, what, &error));
    }
    let number = facts.rdev();
    Ok(format!("{}:{}", libc::major(number), libc::minor(number)))
}
