//! A PCI Express root port (`<controller type='pci' model='pcie-root-port'>`): a bridge that opens a bus with one slot.
//!
//! It forwards what its bus numbers say; its memory window is kept for the guest to read, but a device behind it answers
//! wherever its own BARs stand. It has no I/O and no prefetchable window, no hotplug and no interrupts of its own.

use std::sync::{Mutex, PoisonError};

use super::{
    Decode, PciFunction,
    capability::express_root_port,
    config::{ConfigSpace, Identity, command, register},
};

/// The root port that guests know from QEMU.
const IDENTITY: Identity =
    Identity { vendor: 0x1b36, device: 0x000c, revision: 0, class: 0x06_0400, subsystem: (0, 0) };

/// Registers of header type 1.
mod bridge {
    pub const PRIMARY: usize = 0x18;
    pub const SECONDARY: usize = 0x19;
    pub const SUBORDINATE: usize = 0x1a;
    pub const MEMORY_BASE: usize = 0x20;
    pub const MEMORY_LIMIT: usize = 0x22;
    pub const PREFETCH_BASE: usize = 0x24;
    pub const CONTROL: usize = 0x3e;
}

/// A root port.
pub struct RootPort {
    config: Mutex<ConfigSpace>,
    initial: ConfigSpace,
}

impl RootPort {
    /// The port that opens `bus`, with the memory window `first..=last` (whole MiB) for what stands behind it.
    pub fn new(bus: u8, window: Option<(u32, u32)>, multifunction: bool) -> Self {
        let mut config = ConfigSpace::bridge(IDENTITY);
        express_root_port(&mut config, u16::from(bus), window.is_some());
        config.allow(bridge::PRIMARY, &[0xff; 3]);
        config.allow(bridge::MEMORY_BASE, &[0xf0, 0xff, 0xf0, 0xff]);
        // Parity and SERR. The secondary bus reset bit stays 0: devices behind the port are reset by their own registers.
        config.allow(bridge::CONTROL, &[0x03, 0]);
        config.set(bridge::SECONDARY, &[bus]);
        config.set(bridge::SUBORDINATE, &[bus]);
        // A window whose base lies behind its limit is closed.
        let (first, last) = window.unwrap_or((0xfff0_0000, 0));
        config.set_u16(bridge::MEMORY_BASE, (first >> 16) as u16 & 0xfff0);
        config.set_u16(bridge::MEMORY_LIMIT, (last >> 16) as u16 & 0xfff0);
        config.set_u32(bridge::PREFETCH_BASE, 0);
        config.set_u16(register::COMMAND, command::MEMORY | command::MASTER);
        if multifunction {
            config.set_multifunction();
        }
        Self { config: Mutex::new(config.clone()), initial: config }
    }

    fn config(&self) -> std::sync::MutexGuard<'_, ConfigSpace> {
        self.config.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PciFunction for RootPort {
    fn read_config(&self, register: u16, data: &mut [u8]) {
        self.config().read(register, data);
    }
    fn write_config(&self, register: u16, data: &[u8]) {
        self.config().write(register, data);
    }
    fn bars(&self) -> &[Decode] {
        &[]
    }
    fn read_bar(&self, _: usize, _: u64, data: &mut [u8]) {
        data.fill(0xff);
    }
    fn write_bar(&self, _: usize, _: u64, _: &[u8]) {}
    fn secondary_bus(&self) -> Option<u8> {
        Some(self.config().u8(bridge::SECONDARY))
    }
    fn reset(&self) {
        *self.config() = self.initial.clone();
    }
}
