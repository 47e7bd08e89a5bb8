//! `<disk>`: what the element says, in types. Nothing here opens an image.

mod blockio;
mod check;
mod driver;
mod format;
pub mod iotune;
mod location;
mod modes;
mod order;
mod parse;
mod source;
mod target;
#[cfg(test)]
mod tests;

pub use blockio::BlockIo;
pub use driver::DiskDriver;
pub use iotune::IoTune;
pub use location::{DiskKind, DiskLocation, VolumeSource};
pub use modes::{CacheMode, DetectZeroes, DiscardMode, IoMode};
pub(in crate::domain::def) use order::SortedDisks;
pub use source::{DiskSource, StartupPolicy};
pub use target::{DiskBus, DiskTarget, Tray};

use crate::{
    domain::def::{address::DeviceInfo, kept::Kept, words::words},
    xml::Element,
};

/// `<disk>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// `device=`.
    pub device: DiskDevice,
    /// `model=`.
    pub model: Option<String>,
    /// `snapshot=`.
    pub snapshot: Option<String>,
    /// `<source>`, with the disk's `type=`.
    pub source: DiskSource,
    /// `<driver>`.
    pub driver: DiskDriver,
    /// `<target>`.
    pub target: DiskTarget,
    /// `<backingStore>`; an empty one ends the chain.
    pub backing_store: Option<Box<Element<'static>>>,
    /// `<blockio>`.
    pub blockio: Option<BlockIo>,
    /// `<readonly/>`: the guest may not write.
    pub readonly: bool,
    /// `<shareable/>`.
    pub shareable: bool,
    /// `<transient/>`.
    pub transient: bool,
    /// `<serial>`.
    pub serial: Option<String>,
    /// `<wwn>`.
    pub wwn: Option<String>,
    /// `<vendor>`.
    pub vendor: Option<String>,
    /// `<product>`.
    pub product: Option<String>,
    /// Alias, address, boot order.
    pub info: DeviceInfo,
    /// `<iotune>`.
    pub iotune: Option<Box<IoTune>>,
    /// Everything else (`<auth>`, `<geometry>`, `<encryption>`...).
    pub kept: Kept,
}

impl Disk {
    /// The I/O thread it names.
    pub fn iothread(&self) -> Option<u32> {
        self.driver.iothread
    }

    /// The host path its data lies at: a file, a block device, a directory.
    pub fn source_path(&self) -> Option<&str> {
        match &self.source.location {
            DiskLocation::File(path) | DiskLocation::Block(path) | DiskLocation::Dir(path) => path.as_deref(),
            _ => None,
        }
    }
}

words! {
    /// `<disk device=>`.
    pub enum DiskDevice {
        /// A disk.
        Disk = "disk",
        /// A CD-ROM drive.
        Cdrom = "cdrom",
        /// A floppy drive.
        Floppy = "floppy",
        /// A SCSI logical unit passed through.
        Lun = "lun",
    }
}
