//! `<disk>`.

use crate::{
    domain::def::{
        address::DeviceInfo,
        kept::Kept,
        words::{OnOff, words},
    },
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
    /// `<readonly/>`.
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
    /// Everything else (`<auth>`, `<geometry>`, `<iotune>`, `<encryption>`...).
    pub kept: Kept,
}

impl Disk {
    /// The host path its data lies at: a file, a block device, a directory.
    pub fn source_path(&self) -> Option<&str> {
        match &self.source.location {
            DiskLocation::File(path) | DiskLocation::Block(path) | DiskLocation::Dir(path) => path.as_deref(),
            _ => None,
        }
    }

    /// Whether the guest may not write.
    pub fn is_readonly(&self) -> bool {
        self.readonly || self.device == DiskDevice::Cdrom
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

/// `<source>`, with the disk's `type=`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiskSource {
    /// Where the data lies.
    pub location: DiskLocation,
    /// `startupPolicy=`.
    pub startup_policy: Option<StartupPolicy>,
    /// `index=`: the image's number in the chain, of running domains only.
    pub index: Option<u32>,
    /// Everything else.
    pub kept: Kept,
}

/// Where a disk's data lies. A drive without a medium has no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiskLocation {
    /// `type='file'`.
    File(Option<String>),
    /// `type='block'`.
    Block(Option<String>),
    /// `type='dir'`.
    Dir(Option<String>),
    /// `type='volume'`.
    Volume(Option<VolumeSource>),
    /// `type='network'`, its attributes and hosts as written.
    Network(Option<Box<Element<'static>>>),
    /// Another type (`nvme`, `vhostuser`, `vhostvdpa`), as written.
    Other {
        /// The disk's `type=`.
        kind: String,
        /// `<source>`.
        source: Option<Box<Element<'static>>>,
    },
}

impl Default for DiskLocation {
    fn default() -> Self {
        Self::File(None)
    }
}

/// `<source pool= volume=>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VolumeSource {
    /// `pool=`.
    pub pool: String,
    /// `volume=`.
    pub volume: String,
    /// `mode=`.
    pub mode: Option<String>,
}

words! {
    /// `<source startupPolicy=>`.
    pub enum StartupPolicy {
        /// The medium must be there.
        Mandatory = "mandatory",
        /// It must be there at start, not later.
        Requisite = "requisite",
        /// It may be missing.
        Optional = "optional",
    }
}

/// `<driver>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiskDriver {
    /// `name=`.
    pub name: Option<String>,
    /// `type=`: the image format.
    pub format: Option<String>,
    /// `cache=`.
    pub cache: Option<CacheMode>,
    /// `error_policy=`.
    pub error_policy: Option<String>,
    /// `rerror_policy=`.
    pub rerror_policy: Option<String>,
    /// `io=`.
    pub io: Option<IoMode>,
    /// `ioeventfd=`.
    pub ioeventfd: Option<OnOff>,
    /// `event_idx=`.
    pub event_idx: Option<OnOff>,
    /// `copy_on_read=`.
    pub copy_on_read: Option<OnOff>,
    /// `discard=`.
    pub discard: Option<DiscardMode>,
    /// `detect_zeroes=`.
    pub detect_zeroes: Option<DetectZeroes>,
    /// `discard_no_unref=`.
    pub discard_no_unref: Option<OnOff>,
    /// `iothread=`.
    pub iothread: Option<u32>,
    /// `queues=`.
    pub queues: Option<u32>,
    /// `queue_size=`.
    pub queue_size: Option<u32>,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<driver cache=>`.
    pub enum CacheMode {
        /// The hypervisor's choice: `writeback`.
        Default = "default",
        /// No host cache.
        None = "none",
        /// Host cache, each write synced.
        Writethrough = "writethrough",
        /// Host cache, flushes honoured.
        Writeback = "writeback",
        /// No host cache, each write synced.
        Directsync = "directsync",
        /// Host cache, flushes dropped.
        Unsafe = "unsafe",
    }
}

words! {
    /// `<driver io=>`.
    pub enum IoMode {
        /// Linux native AIO.
        Native = "native",
        /// Threads.
        Threads = "threads",
        /// io_uring.
        IoUring = "io_uring",
    }
}

words! {
    /// `<driver discard=>`.
    pub enum DiscardMode {
        /// Passed on.
        Unmap = "unmap",
        /// Dropped.
        Ignore = "ignore",
    }
}

words! {
    /// `<driver detect_zeroes=>`.
    pub enum DetectZeroes {
        /// Written.
        Off = "off",
        /// Written efficiently.
        On = "on",
        /// Made holes.
        Unmap = "unmap",
    }
}

/// `<target>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskTarget {
    /// `dev=`: the disk's name in the API, a hint of its name in the guest.
    pub dev: String,
    /// `bus=`.
    pub bus: DiskBus,
    /// `tray=`.
    pub tray: Option<Tray>,
    /// `removable=`.
    pub removable: Option<OnOff>,
    /// `rotation_rate=`.
    pub rotation_rate: Option<u32>,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<target bus=>`.
    pub enum DiskBus {
        /// IDE.
        Ide = "ide",
        /// Floppy.
        Fdc = "fdc",
        /// SCSI.
        Scsi = "scsi",
        /// virtio.
        Virtio = "virtio",
        /// Xen.
        Xen = "xen",
        /// USB.
        Usb = "usb",
        /// UML.
        Uml = "uml",
        /// SATA.
        Sata = "sata",
        /// SD card.
        Sd = "sd",
    }
}

words! {
    /// `<target tray=>`.
    pub enum Tray {
        /// Closed.
        Closed = "closed",
        /// Open.
        Open = "open",
    }
}

/// `<blockio>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockIo {
    /// `logical_block_size=`.
    pub logical_block_size: Option<u32>,
    /// `physical_block_size=`.
    pub physical_block_size: Option<u32>,
    /// `discard_granularity=`.
    pub discard_granularity: Option<u32>,
}

impl Default for DiskTarget {
    fn default() -> Self {
        Self {
            dev: String::new(),
            bus: DiskBus::Virtio,
            tray: None,
            removable: None,
            rotation_rate: None,
            kept: Kept::default(),
        }
    }
}
