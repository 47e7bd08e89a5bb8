//! What libvirt fills in beyond what a document says, and what it refuses once all is known.
//!
//! ```text
//! read -> numbers and names (os, memory, vcpu) -> consoles -> controllers -> addresses -> validate
//! ```

mod consoles;
mod controllers;
mod drives;
mod pci;
mod ports;
mod validate;

use super::{DomainDef, Machine, ParseFlags, os::BootDevice};
use crate::error::Result;

impl DomainDef {
    /// Fills in what libvirt fills in.
    pub(super) fn settle(&mut self, flags: &ParseFlags<'_>) -> Result<()> {
        self.os.settle(flags.emulator)?;
        let numa = self.cpu.as_ref().is_some_and(|cpu| cpu.numa.is_some());
        self.memory.settle(numa)?;
        self.devices.emulator.get_or_insert_with(|| flags.emulator.to_owned());
        for disk in &mut self.devices.disks {
            disk.settle();
        }
        for interface in &mut self.devices.interfaces {
            interface.settle();
        }
        for video in &mut self.devices.videos {
            video.settle();
        }
        if let Some(video) = self.devices.videos.first_mut() {
            video.primary.get_or_insert(super::words::YesNo::Yes);
        }
        if self.os.boot.is_empty() && !self.devices.infos().any(|info| info.boot_order.is_some()) {
            self.os.boot.push(BootDevice::Hd);
        }
        consoles::settle(&mut self.devices)?;
        let board = self.os.board();
        drives::assign(&mut self.devices.disks);
        controllers::add(&mut self.devices, board)?;
        ports::assign(&mut self.devices);
        match board {
            Machine::Microvm => pci::assign_mmio(&mut self.devices),
            Machine::Pc | Machine::Q35 => pci::assign(&mut self.devices, board)?,
        }
        Ok(())
    }
}
