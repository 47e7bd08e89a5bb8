//! From `<disk>` to what it says. Whether that can be is for `check` to tell.

use super::{BlockIo, Disk, DiskDevice, DiskDriver, DiskKind, DiskSource, DiskTarget, IoTune};
use crate::{
    domain::def::{address::DeviceInfo, kept::Kept, options::ParseFlags, words::words},
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Element, Fields},
};

impl Disk {
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
            iotune: fields.fields("iotune").map(IoTune::parse).transpose()?.map(Box::new),
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

fn is_wwn(wwn: &str) -> bool {
    wwn.len() == 16 && wwn.bytes().all(|byte| byte.is_ascii_hexdigit())
}
