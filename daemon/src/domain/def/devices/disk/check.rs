//! What a disk gets where nothing is said, and what no disk can be. It changes nothing that was said.

use super::{CacheMode, Disk, DiskBus, DiskDevice, DiskLocation, IoMode};
use crate::{
    domain::def::{
        address::Address,
        error::{internal, unknown, unsupported},
    },
    error::{Error, ErrorCode, ErrorDomain, Result},
};

impl Disk {
    /// Fills in driver and format.
    pub(in crate::domain::def) fn settle(&mut self) {
        self.driver.name.get_or_insert_with(|| "qemu".to_owned());
        // A volume's format is its pool's to tell.
        if !matches!(self.source.location, DiskLocation::Volume(_)) {
            self.driver.format.get_or_insert_with(|| "raw".to_owned());
        }
    }

    /// Refuses what cannot be.
    pub(in crate::domain::def) fn validate(&self) -> Result<()> {
        let dev = &self.target.dev;
        if let Some(name) = self.driver.name.as_ref().filter(|name| *name != "qemu") {
            return Err(unsupported(format_args!("unsupported driver name '{name}' for disk '{dev}'")));
        }
        if let Some(iotune) = &self.iotune {
            iotune.validate()?;
        }
        let bus = self.target.bus;
        match self.device {
            DiskDevice::Floppy if bus != DiskBus::Fdc => {
                return Err(internal(format_args!("Invalid bus type '{bus}' for floppy disk")));
            }
            DiskDevice::Disk if bus == DiskBus::Fdc => {
                return Err(internal(format_args!("Invalid bus type '{bus}' for disk")));
            }
            DiskDevice::Cdrom if bus == DiskBus::Virtio => {
                return Err(unsupported(format_args!(
                    "disk type of '{dev}' does not support ejectable media"
                )));
            }
            DiskDevice::Lun
                if !matches!(
                    self.source.location,
                    DiskLocation::Block(_) | DiskLocation::Network(_) | DiskLocation::Volume(_)
                ) =>
            {
                return Err(unknown("disk device='lun' is only valid for block type disk source"));
            }
            _ => {}
        }
        if bus == DiskBus::Virtio
            && let Some(address) = self.info.address.as_ref().filter(|address| !is_virtio_place(address))
        {
            let text = format_args!("virtio disk cannot have an address of type '{}'", address.kind());
            return Err(unsupported(text));
        }
        let direct = matches!(self.driver.cache, Some(CacheMode::None | CacheMode::Directsync));
        if self.driver.io == Some(IoMode::Native) && !direct {
            return Err(unsupported("io='native' needs either no disk cache or directsync cache mode"));
        }
        let safe = |c: char| c.is_ascii_alphanumeric() || "-_. +:".contains(c);
        if let Some(serial) = self.serial.as_ref().filter(|serial| !serial.chars().all(safe)) {
            let text = format_args!("driver serial '{serial}' contains unsafe characters");
            return Err(Error::new(ErrorCode::InternalError, ErrorDomain::Qemu, text));
        }
        Ok(())
    }
}

fn is_virtio_place(address: &Address) -> bool {
    matches!(address, Address::Pci(_) | Address::VirtioMmio)
        || matches!(address.kind(), "ccw" | "virtio-s390" | "unassigned")
}
