//! Places on the buses of drives (IDE, SATA, SCSI, floppy): told by the disk's name.

use crate::domain::def::{
    address::{Address, DriveAddress},
    devices::{Disk, disk::DiskBus},
};

/// Gives each drive without an address the one its name stands for.
pub(super) fn assign(disks: &mut [Disk]) {
    for disk in disks.iter_mut().filter(|disk| disk.info.address.is_none()) {
        let n = disk.target.index();
        let (controller, bus, unit) = match disk.target.bus {
            DiskBus::Ide => (n / 4, n % 4 / 2, n % 2),
            DiskBus::Fdc => (n / 2, 0, n % 2),
            DiskBus::Sata => (n / 6, 0, n % 6),
            // The controller itself is unit 7.
            DiskBus::Scsi => (n / 15, 0, n % 15 + u32::from(n % 15 >= 7)),
            _ => continue,
        };
        disk.info.address = Some(Address::Drive(DriveAddress { controller, bus, target: 0, unit }));
    }
}
