//! The in-kernel interrupt chips and the timer, put back as KVM made them when the machine is reset.

use kvm_bindings::{
    KVM_IRQCHIP_IOAPIC, KVM_IRQCHIP_PIC_MASTER, KVM_IRQCHIP_PIC_SLAVE, kvm_irqchip, kvm_pit_state2,
};
use kvm_ioctls::VmFd;

use crate::kvm::{KvmError, failed};

/// Their state after reset.
pub struct Chips {
    irqchips: Vec<kvm_irqchip>,
    timer: Option<kvm_pit_state2>,
}

impl Chips {
    /// Reads it from a new machine. `timer` where it has one.
    pub fn save(vm: &VmFd, timer: bool) -> Result<Self, KvmError> {
        let mut irqchips = Vec::with_capacity(3);
        for chip_id in [KVM_IRQCHIP_PIC_MASTER, KVM_IRQCHIP_PIC_SLAVE, KVM_IRQCHIP_IOAPIC] {
            let mut chip = kvm_irqchip { chip_id, ..Default::default() };
            vm.get_irqchip(&mut chip).map_err(failed("read an interrupt chip"))?;
            irqchips.push(chip);
        }
        let timer = timer.then(|| vm.get_pit2().map_err(failed("read the timer"))).transpose()?;
        Ok(Self { irqchips, timer })
    }

    /// Resets them.
    pub fn reset(&self, vm: &VmFd) -> Result<(), KvmError> {
        for chip in &self.irqchips {
            vm.set_irqchip(chip).map_err(failed("reset an interrupt chip"))?;
        }
        match &self.timer {
            Some(timer) => vm.set_pit2(timer).map_err(failed("reset the timer")),
            None => Ok(()),
        }
    }
}
