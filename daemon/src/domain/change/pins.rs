//! Where threads run.

use vireo_protocol::typed::TypedParam;

use super::{Change, Side, invalid};
use crate::domain::def::{CpuSet, DomainDef};
use crate::error::Result;

/// A vCPU.
#[derive(Debug)]
pub struct PinVcpu {
    /// Its number.
    pub vcpu: u32,
    /// The host's CPUs.
    pub cpus: CpuSet,
}

impl Change for PinVcpu {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        if self.vcpu >= def.vcpus.maximum {
            let (which, count) = match side {
                Side::Live => ("live", def.vcpus.maximum),
                Side::Config => ("persistent", def.vcpus.online()),
            };
            // As stock, which counts with a sign.
            let vcpu = self.vcpu as i32;
            return Err(invalid(format_args!("vcpu {vcpu} is out of range of {which} cpu count {count}")));
        }
        some(&self.cpus, "Empty cpu list for pinning")?;
        def.tune.cpu.vcpu_pins.insert(self.vcpu, self.cpus.clone());
        Ok(())
    }

    fn told(&self) -> Vec<TypedParam> {
        vec![TypedParam::new(format!("cputune.vcpupin{}", self.vcpu), self.cpus.to_string())]
    }
}

/// All threads that are no vCPUs.
#[derive(Debug)]
pub struct PinEmulator {
    /// The host's CPUs.
    pub cpus: CpuSet,
}

impl Change for PinEmulator {
    fn make(&self, def: &mut DomainDef, _: Side) -> Result<()> {
        some(&self.cpus, "Empty cpu list for pinning")?;
        def.tune.cpu.emulator_pin = Some(self.cpus.clone());
        Ok(())
    }

    fn told(&self) -> Vec<TypedParam> {
        vec![TypedParam::new("cputune.emulatorpin", self.cpus.to_string())]
    }
}

/// An I/O thread: of a definition only, since a guest has none.
#[derive(Debug)]
pub struct PinIoThread {
    /// Its id.
    pub id: u32,
    /// The host's CPUs.
    pub cpus: CpuSet,
}

impl Change for PinIoThread {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        some(&self.cpus, "Empty iothread cpumap list for pinning")?;
        let id = self.id;
        if side == Side::Live {
            return Err(invalid(format_args!("iothread {id} not found")));
        }
        let thread = def.tune.iothreads.find_mut(id);
        let thread = thread.ok_or_else(|| invalid(format_args!("iothreadid {id} not found")))?;
        thread.counted = false;
        def.tune.cpu.iothread_pins.insert(id, self.cpus.clone());
        Ok(())
    }
}

fn some(cpus: &CpuSet, otherwise: &str) -> Result<()> {
    if cpus.is_empty() { Err(invalid(otherwise)) } else { Ok(()) }
}
