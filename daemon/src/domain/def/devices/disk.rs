//! `<disk>`.

use crate::{
    domain::def::{
        address::{Address, DeviceInfo},
        error::{internal, unknown, unsupported, xml_error},
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::{OnOff, words},
    },
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Element, Fields, Writer},
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

impl Disk {
    const ORDER: &'static [&'static str] = &[
        "driver",
        "auth",
        "source",
        "backingStore",
        "backenddomain",
        "geometry",
        "blockio",
        "mirror",
        "target",
        "iotune",
        "readonly",
        "shareable",
        "transient",
        "serial",
        "wwn",
        "vendor",
        "product",
        "encryption",
    ];

    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let kind: DiskKind = fields.word("type")?.unwrap_or(DiskKind::File);
        let device = fields.word("device")?.unwrap_or(DiskDevice::Disk);
        let model = fields.string("model");
        let snapshot = fields.word::<SnapshotMode>("snapshot")?.map(|mode| mode.as_str().to_owned());
        let source = DiskSource::parse(kind, fields.child("source"), flags)?;
        let driver = fields.fields("driver").map(DiskDriver::parse).transpose()?.unwrap_or_default();
        let info = DeviceInfo::parse(&mut fields, flags)?;
        let target = DiskTarget::parse(fields.fields("target"), device, &source)?;
        let disk = Self {
            device,
            model,
            snapshot,
            source,
            driver,
            target,
            backing_store: fields.child("backingStore").map(|store| Box::new(store.into_owned())),
            blockio: fields.fields("blockio").map(BlockIo::parse).transpose()?,
            readonly: fields.flag("readonly") || device == DiskDevice::Cdrom,
            shareable: fields.flag("shareable"),
            transient: fields.flag("transient"),
            serial: fields.text_of("serial"),
            wwn: fields.text_of("wwn"),
            vendor: fields.text_of("vendor"),
            product: fields.text_of("product"),
            info,
            kept: Kept::rest(fields),
        };
        if disk.source.is_empty() && matches!(disk.device, DiskDevice::Disk | DiskDevice::Lun) {
            return Err(Error::new(ErrorCode::NoSource, ErrorDomain::Domain, &disk.target.dev));
        }
        if let Some(wwn) = disk.wwn.as_ref().filter(|wwn| !is_wwn(wwn)) {
            let text = format_args!("Malformed wwn: {wwn}");
            return Err(Error::new(ErrorCode::InternalError, ErrorDomain::None, text));
        }
        Ok(disk)
    }

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

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        let tag = w
            .tag("disk")
            .attr("type", self.source.kind())
            .attr("device", self.device)
            .opt("model", self.model.as_deref())
            .opt("snapshot", self.snapshot.as_deref());
        self.kept.write_attrs(tag).children(|w| {
            let mut kept = self.kept.placed(Self::ORDER);
            self.driver.format(w);
            kept.before(w, "source");
            self.source.format(w, options);
            if let Some(store) = &self.backing_store {
                w.element(store);
            }
            kept.before(w, "blockio");
            if let Some(blockio) = self.blockio {
                blockio.format(w);
            }
            kept.before(w, "target");
            self.target.format(w);
            kept.before(w, "readonly");
            for (name, is) in
                [("readonly", self.readonly), ("shareable", self.shareable), ("transient", self.transient)]
            {
                if is {
                    w.flag(name);
                }
            }
            w.leaf_opt("serial", self.serial.as_deref());
            w.leaf_opt("wwn", self.wwn.as_deref());
            w.leaf_opt("vendor", self.vendor.as_deref());
            w.leaf_opt("product", self.product.as_deref());
            kept.rest(w);
            self.info.format(w, options);
        });
    }
}

fn is_virtio_place(address: &Address) -> bool {
    matches!(address, Address::Pci(_) | Address::VirtioMmio)
        || matches!(address.kind(), "ccw" | "virtio-s390" | "unassigned")
}

fn is_wwn(wwn: &str) -> bool {
    wwn.len() == 16 && wwn.bytes().all(|byte| byte.is_ascii_hexdigit())
}

words! {
    /// `<disk type=>`.
    pub enum DiskKind {
        /// A file.
        File = "file",
        /// A block device.
        Block = "block",
        /// A directory shown as FAT.
        Dir = "dir",
        /// Over the network.
        Network = "network",
        /// A volume of a pool.
        Volume = "volume",
        /// An NVMe device of the host.
        Nvme = "nvme",
        /// A vhost-user socket.
        Vhostuser = "vhostuser",
        /// A vDPA device.
        Vhostvdpa = "vhostvdpa",
    }
}

words! {
    /// `<disk snapshot=>`.
    enum SnapshotMode {
        /// As the snapshot says.
        Default = "default",
        /// None.
        No = "no",
        /// In the image.
        Internal = "internal",
        /// In a new image.
        External = "external",
        /// By someone else.
        Manual = "manual",
    }
}

impl DiskSource {
    fn parse(kind: DiskKind, source: Option<Element<'_>>, flags: &ParseFlags<'_>) -> Result<Self> {
        let Some(source) = source else {
            return Ok(Self { location: DiskLocation::empty(kind), ..Self::default() });
        };
        let mut fields = Fields::new(source);
        let startup_policy = fields.word("startupPolicy")?;
        let index = fields.uint("index")?.filter(|_| flags.live);
        let location = match kind {
            DiskKind::File => DiskLocation::File(fields.nonempty("file")),
            DiskKind::Block => DiskLocation::Block(fields.nonempty("dev")),
            DiskKind::Dir => DiskLocation::Dir(fields.nonempty("dir")),
            DiskKind::Volume => DiskLocation::Volume(VolumeSource::parse(&mut fields)?),
            DiskKind::Network | DiskKind::Nvme | DiskKind::Vhostuser | DiskKind::Vhostvdpa => {
                let source = Some(Box::new(fields.into_element()));
                let location = match kind {
                    DiskKind::Network => DiskLocation::Network(source),
                    _ => DiskLocation::Other { kind: kind.as_str().to_owned(), source },
                };
                return Ok(Self { location, startup_policy, index, kept: Kept::default() });
            }
        };
        Ok(Self { location, startup_policy, index, kept: Kept::rest(fields) })
    }

    /// Whether there is no medium.
    pub fn is_empty(&self) -> bool {
        match &self.location {
            DiskLocation::File(path) | DiskLocation::Block(path) | DiskLocation::Dir(path) => path.is_none(),
            DiskLocation::Volume(volume) => volume.is_none(),
            DiskLocation::Network(source) | DiskLocation::Other { source, .. } => source.is_none(),
        }
    }

    /// The disk's `type=`.
    pub fn kind(&self) -> &str {
        match &self.location {
            DiskLocation::File(_) => "file",
            DiskLocation::Block(_) => "block",
            DiskLocation::Dir(_) => "dir",
            DiskLocation::Volume(_) => "volume",
            DiskLocation::Network(_) => "network",
            DiskLocation::Other { kind, .. } => kind,
        }
    }

    fn format(&self, w: &mut Writer, options: &FormatOptions) {
        let index = self.index.filter(|_| !options.inactive);
        if self.is_empty() && self.kept.is_empty() && self.startup_policy.is_none() && index.is_none() {
            return;
        }
        let tag = w.tag("source");
        let (tag, children) = match &self.location {
            DiskLocation::File(path) => (tag.opt("file", path.as_deref()), None),
            DiskLocation::Block(path) => (tag.opt("dev", path.as_deref()), None),
            DiskLocation::Dir(path) => (tag.opt("dir", path.as_deref()), None),
            DiskLocation::Volume(Some(volume)) => {
                let tag = tag.attr("pool", &*volume.pool).attr("volume", &*volume.volume);
                (tag.opt("mode", volume.mode.as_deref()), None)
            }
            DiskLocation::Network(Some(source)) | DiskLocation::Other { source: Some(source), .. } => {
                let mut tag = tag;
                for attr in &source.attrs {
                    tag = tag.attr(&attr.name, &*attr.value);
                }
                (tag, Some(source))
            }
            DiskLocation::Volume(None) | DiskLocation::Network(None) | DiskLocation::Other { .. } => {
                (tag, None)
            }
        };
        let tag = self.kept.write_attrs(tag.opt("startupPolicy", self.startup_policy).opt("index", index));
        tag.children(|w| {
            for child in children.into_iter().flat_map(|source| source.elements()) {
                w.element(child);
            }
            self.kept.write_children(w);
        });
    }
}

impl DiskLocation {
    fn empty(kind: DiskKind) -> Self {
        match kind {
            DiskKind::File => Self::File(None),
            DiskKind::Block => Self::Block(None),
            DiskKind::Dir => Self::Dir(None),
            DiskKind::Volume => Self::Volume(None),
            DiskKind::Network => Self::Network(None),
            _ => Self::Other { kind: kind.as_str().to_owned(), source: None },
        }
    }
}

impl VolumeSource {
    fn parse(fields: &mut Fields<'_>) -> Result<Option<Self>> {
        match (fields.string("pool"), fields.string("volume")) {
            (None, None) => Ok(None),
            (Some(pool), Some(volume)) => Ok(Some(Self { pool, volume, mode: fields.string("mode") })),
            _ => Err(xml_error("'pool' and 'volume' must be specified together for 'pool' type source")),
        }
    }
}

/// Image formats libvirt has names for.
const FORMATS: &[&str] = &[
    "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow",
    "qcow2", "qed", "vmdk",
];

impl DiskDriver {
    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        let format = fields.string("type");
        if let Some(format) = format.as_ref().filter(|format| !FORMATS.contains(&&***format)) {
            return Err(unknown(format_args!("unknown driver format value '{format}'")));
        }
        Ok(Self {
            name: fields.string("name"),
            format,
            cache: fields.word("cache")?,
            error_policy: fields.string("error_policy"),
            rerror_policy: fields.string("rerror_policy"),
            io: fields.word("io")?,
            ioeventfd: fields.word("ioeventfd")?,
            event_idx: fields.word("event_idx")?,
            copy_on_read: fields.word("copy_on_read")?,
            discard: fields.word("discard")?,
            detect_zeroes: fields.word("detect_zeroes")?,
            discard_no_unref: fields.word("discard_no_unref")?,
            iothread: fields.uint("iothread")?,
            queues: fields.uint("queues")?.filter(|queues| *queues != 0),
            queue_size: fields.uint("queue_size")?.filter(|size| *size != 0),
            kept: Kept::rest(fields),
        })
    }

    fn format(&self, w: &mut Writer) {
        let tag = w
            .tag("driver")
            .opt("name", self.name.as_deref())
            .opt("type", self.format.as_deref())
            .opt("cache", self.cache)
            .opt("error_policy", self.error_policy.as_deref())
            .opt("rerror_policy", self.rerror_policy.as_deref())
            .opt("io", self.io)
            .opt("ioeventfd", self.ioeventfd)
            .opt("event_idx", self.event_idx)
            .opt("copy_on_read", self.copy_on_read)
            .opt("discard", self.discard)
            .opt("iothread", self.iothread)
            .opt("detect_zeroes", self.detect_zeroes)
            .opt("queues", self.queues)
            .opt("queue_size", self.queue_size)
            .opt("discard_no_unref", self.discard_no_unref);
        self.kept.write_attrs(tag).children(|w| self.kept.write_children(w));
    }
}

impl DiskTarget {
    fn parse(fields: Option<Fields<'_>>, device: DiskDevice, source: &DiskSource) -> Result<Self> {
        let missing = || {
            let path = match &source.location {
                DiskLocation::File(path) | DiskLocation::Block(path) | DiskLocation::Dir(path) => {
                    path.as_deref()
                }
                _ => None,
            };
            Error::new(ErrorCode::NoTarget, ErrorDomain::Domain, path.unwrap_or_default())
        };
        let mut fields = fields.ok_or_else(missing)?;
        let dev = fields.nonempty("dev").ok_or_else(missing)?;
        let Some((prefix, _)) = split_name(&dev) else {
            return Err(xml_error(format_args!("Unknown disk name '{dev}' and no address specified")));
        };
        let asked: Option<DiskBus> = fields.word("bus")?;
        let guessed = match prefix {
            _ if device == DiskDevice::Floppy => DiskBus::Fdc,
            "fd" => DiskBus::Fdc,
            "hd" => DiskBus::Ide,
            "sd" => DiskBus::Scsi,
            "vd" => DiskBus::Virtio,
            "xvd" => DiskBus::Xen,
            _ => DiskBus::Uml,
        };
        let tray: Option<Tray> = fields.word("tray")?;
        Ok(Self {
            dev,
            bus: asked.unwrap_or(guessed),
            tray: tray.filter(|tray| *tray == Tray::Open),
            removable: fields.word("removable")?,
            rotation_rate: fields.uint("rotation_rate")?,
            kept: Kept::rest(fields),
        })
    }

    fn format(&self, w: &mut Writer) {
        let tag = w
            .tag("target")
            .attr("dev", &*self.dev)
            .attr("bus", self.bus)
            .opt("tray", self.tray)
            .opt("removable", self.removable)
            .opt("rotation_rate", self.rotation_rate);
        self.kept.write_attrs(tag).children(|w| self.kept.write_children(w));
    }

    /// Which disk of its prefix it is: 0 for `vda`, 26 for `vdaa`.
    pub fn index(&self) -> u32 {
        split_name(&self.dev).map_or(0, |(_, index)| index)
    }
}

/// Prefix and number of a disk's name. Digits of a partition may follow; names beyond 32 bits are none.
fn split_name(dev: &str) -> Option<(&str, u32)> {
    let prefix = ["fd", "hd", "vd", "sd", "xvd", "ubd"].into_iter().find(|prefix| dev.starts_with(prefix))?;
    let letters = dev[prefix.len()..].trim_end_matches(|c: char| c.is_ascii_digit());
    let mut index: u32 = 0;
    for letter in letters.bytes() {
        let digit = letter.checked_sub(b'a').filter(|digit| *digit < 26)?;
        index = index.checked_mul(26)?.checked_add(u32::from(digit) + 1)?;
    }
    Some((prefix, index.checked_sub(1)?))
}

impl BlockIo {
    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        Ok(Self {
            logical_block_size: fields.uint("logical_block_size")?,
            physical_block_size: fields.uint("physical_block_size")?,
            discard_granularity: fields.uint("discard_granularity")?,
        })
    }

    fn format(self, w: &mut Writer) {
        w.tag("blockio")
            .opt("logical_block_size", self.logical_block_size)
            .opt("physical_block_size", self.physical_block_size)
            .opt("discard_granularity", self.discard_granularity)
            .empty();
    }
}

/// Disks in the order libvirt keeps them in: each behind those of its bus with a smaller number. Disks whose bus is
/// not given count as of one bus of their own.
#[derive(Debug, Default)]
pub(in crate::domain::def) struct SortedDisks(Vec<(Option<DiskBus>, Disk)>);

impl SortedDisks {
    /// Puts a disk in its place; `bus_given` is whether its bus was named or guessed.
    pub(in crate::domain::def) fn insert(&mut self, disk: Disk, bus_given: bool) {
        let bus = bus_given.then_some(disk.target.bus);
        let mut place = None;
        for (at, (_, before)) in self.0.iter().enumerate().rev().filter(|(_, (other, _))| *other == bus) {
            if before.target.index() > disk.target.index() {
                place = Some(at);
            } else if place.is_none() {
                place = Some(at + 1);
            }
        }
        self.0.insert(place.unwrap_or(self.0.len()), (bus, disk));
    }

    /// The disks.
    pub(in crate::domain::def) fn finish(self) -> Vec<Disk> {
        self.0.into_iter().map(|(_, disk)| disk).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_by_their_letters() {
        for (name, index) in [("vda", 0), ("vdz", 25), ("sdaa", 26), ("hdb1", 1), ("xvdc", 2)] {
            assert_eq!(split_name(name).map(|(_, index)| index), Some(index), "{name}");
        }
        for name in ["", "vd", "vd1", "foo", "vdA", "vdzzzzzzzzzzzz"] {
            assert_eq!(split_name(name), None, "{name}");
        }
    }
}
