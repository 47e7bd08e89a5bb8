//! `<target>`: the disk's name and bus, and the number in its name. What it is called in the guest is the guest's.

use super::{DiskDevice, DiskLocation, DiskSource};
use crate::{
    domain::def::{
        error::xml_error,
        kept::Kept,
        words::{OnOff, words},
    },
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Fields, Writer},
};

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

impl DiskTarget {
    pub(super) fn parse(fields: Option<Fields<'_>>, device: DiskDevice, source: &DiskSource) -> Result<Self> {
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

    pub(super) fn format(&self, w: &mut Writer) {
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
pub(super) fn split_name(dev: &str) -> Option<(&str, u32)> {
    let prefix = ["fd", "hd", "vd", "sd", "xvd", "ubd"].into_iter().find(|prefix| dev.starts_with(prefix))?;
    let letters = dev[prefix.len()..].trim_end_matches(|c: char| c.is_ascii_digit());
    let mut index: u32 = 0;
    for letter in letters.bytes() {
        let digit = letter.checked_sub(b'a').filter(|digit| *digit < 26)?;
        index = index.checked_mul(26)?.checked_add(u32::from(digit) + 1)?;
    }
    Some((prefix, index.checked_sub(1)?))
}
