//! Where a guest's threads run, and how the host schedules them.

use std::fs;

use nix::sched::{CpuSet as Mask, sched_setaffinity};
use nix::unistd::Pid;

use super::plan::Thread;
use super::scheduler;
use crate::domain::def::{CpuSet, DomainDef};
use crate::error::{Error, ErrorDomain, Result};

/// The threads of a guest's process.
#[derive(Debug, Clone)]
pub struct Threads {
    /// The process.
    pub pid: u32,
    /// Those of the vCPUs, in their order.
    pub vcpus: Box<[i32]>,
}

impl Threads {
    /// Some of them. Those that are no vCPUs are looked up: they come and go.
    pub fn of(&self, thread: Thread) -> Vec<i32> {
        match thread {
            Thread::Vcpu(n) => self.vcpus.get(n as usize).copied().into_iter().collect(),
            Thread::Emulator => {
                let tasks = fs::read_dir(format!("/proc/{}/task", self.pid)).into_iter().flatten();
                let tids = tasks.flatten().filter_map(|task| task.file_name().to_str()?.parse().ok());
                tids.filter(|tid| !self.vcpus.contains(tid)).collect()
            }
        }
    }

    /// Pins what the definition pins, and has not been pinned so by `before`.
    pub fn pin(&self, def: &DomainDef, before: Option<&DomainDef>) -> Result<()> {
        let vcpus = (0..self.vcpus.len() as u32).map(Thread::Vcpu);
        for thread in vcpus.chain([Thread::Emulator]) {
            let Some(cpus) = cpus(def, thread) else { continue };
            if before.and_then(|before| self::cpus(before, thread)) == Some(cpus) {
                continue;
            }
            let mask = mask(cpus);
            for tid in self.of(thread) {
                pin(tid, &mask, thread)?;
            }
        }
        Ok(())
    }

    /// Gives the threads their policies. Nothing changes them later.
    pub fn schedule(&self, def: &DomainDef) -> Result<()> {
        for (vcpu, policy) in &def.tune.cpu.vcpu_scheds {
            for tid in self.of(Thread::Vcpu(*vcpu)) {
                scheduler::set(tid, *policy)?;
            }
        }
        if let Some(policy) = def.tune.cpu.emulator_sched {
            for tid in self.of(Thread::Emulator) {
                scheduler::set(tid, policy)?;
            }
        }
        Ok(())
    }
}

/// The host CPUs of some threads, where the definition names any.
pub fn cpus(def: &DomainDef, thread: Thread) -> Option<&CpuSet> {
    let own = match thread {
        Thread::Vcpu(n) => def.tune.cpu.vcpu_pins.get(&n),
        Thread::Emulator => def.tune.cpu.emulator_pin.as_ref(),
    };
    own.or(def.vcpus.cpuset.as_ref())
}

/// As the kernel takes it. CPUs beyond what it can name are none of this host's.
fn mask(cpus: &CpuSet) -> Mask {
    let mut mask = Mask::new();
    for cpu in cpus.iter().take_while(|cpu| *cpu < Mask::count()) {
        let _ = mask.set(cpu);
    }
    mask
}

fn pin(tid: i32, mask: &Mask, thread: Thread) -> Result<()> {
    match sched_setaffinity(Pid::from_raw(tid), mask) {
        // A thread that is no vCPU may have ended since it was found.
        Err(nix::errno::Errno::ESRCH) if thread == Thread::Emulator => Ok(()),
        Err(errno) => {
            let what = format!("cannot set CPU affinity on process {tid}");
            Err(Error::system(ErrorDomain::None, what, &errno.into()))
        }
        Ok(()) => Ok(()),
    }
}
