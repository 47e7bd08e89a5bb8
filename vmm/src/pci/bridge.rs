//! The host bridge at 00:00.0: which chipset the guest believes to have.

use std::sync::{Mutex, PoisonError};

use vireo_control::MachineKind;

use super::{
    Decode, PciFunction,
    config::{ConfigSpace, Identity},
};
use crate::memory::map;

/// Intel.
const INTEL: u16 = 0x8086;
/// 82G33/Q35 memory controller hub.
const MCH: u16 = 0x29c0;
/// 82441FX (i440FX).
const I440FX: u16 = 0x1237;
/// Host bridge.
const CLASS: u32 = 0x06_0000;
/// The subsystem that virtual machines have in common.
const SUBSYSTEM: (u16, u16) = (0x1af4, 0x1100);
/// The MCH's register with the place of ECAM.
const PCIEXBAR: usize = 0x60;

/// The host bridge.
pub struct HostBridge {
    config: Mutex<ConfigSpace>,
    initial: ConfigSpace,
}

impl HostBridge {
    /// The bridge of a machine type.
    pub fn new(machine: MachineKind) -> Self {
        let (device, revision) = if machine == MachineKind::Pc { (I440FX, 2) } else { (MCH, 0) };
        let identity = Identity { vendor: INTEL, device, revision, class: CLASS, subsystem: SUBSYSTEM };
        let mut initial = ConfigSpace::endpoint(identity);
        if machine != MachineKind::Pc {
            // Enabled, 256 buses.
            initial.set_u32(PCIEXBAR, map::ECAM_START as u32 | 1);
        }
        Self { config: Mutex::new(initial.clone()), initial }
    }
}

impl PciFunction for HostBridge {
    fn read_config(&self, register: u16, data: &mut [u8]) {
        self.config.lock().unwrap_or_else(PoisonError::into_inner).read(register, data);
    }
    fn write_config(&self, register: u16, data: &[u8]) {
        self.config.lock().unwrap_or_else(PoisonError::into_inner).write(register, data);
    }
    fn bars(&self) -> &[Decode] {
        &[]
    }
    fn read_bar(&self, _: usize, _: u64, data: &mut [u8]) {
        data.fill(0xff);
    }
    fn write_bar(&self, _: usize, _: u64, _: &[u8]) {}
    fn reset(&self) {
        *self.config.lock().unwrap_or_else(PoisonError::into_inner) = self.initial.clone();
    }
}
