//! `<hostdev>`, and the device families that have no model of their own.

use crate::{
    domain::def::{
        address::DeviceInfo,
        devices::families,
        error::{unknown, xml_error},
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::YesNo,
    },
    error::Result,
    xml::{Element, Fields, Writer, invalid_value},
};

/// `<hostdev>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hostdev {
    /// `mode=`.
    pub mode: String,
    /// `type=`.
    pub kind: String,
    /// `managed=`.
    pub managed: Option<YesNo>,
    /// `<source>`, as written.
    pub source: Option<Box<Element<'static>>>,
    /// Alias, address, boot order.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

/// A device of a family without a model (`<sound>`, `<tpm>`, `<filesystem>`...): its element as written, but for
/// what all devices have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherDevice {
    /// The element without `<alias>`, `<address>`, `<boot>`, `<rom>` and `<acpi>`.
    pub element: Element<'static>,
    /// Alias, address.
    pub info: DeviceInfo,
}

impl Hostdev {
    const ORDER: &'static [&'static str] = &["teaming", "source"];

    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let mode = fields.string("mode").unwrap_or_else(|| "subsystem".to_owned());
        let kinds: &[&str] = match &*mode {
            "subsystem" => &["usb", "pci", "scsi", "scsi_host", "mdev"],
            "capabilities" => &["storage", "misc", "net"],
            _ => return Err(unknown(format_args!("unknown hostdev mode '{mode}'"))),
        };
        let kind = fields.string("type").unwrap_or_default();
        let source = fields.child("source");
        if source.is_none() && kinds.contains(&&*kind) {
            return Err(xml_error("Missing <source> element in hostdev device"));
        }
        if !kinds.contains(&&*kind) {
            return Err(unknown(format_args!("unknown host device source address type '{kind}'")));
        }
        Ok(Self {
            mode,
            kind,
            managed: Some(fields.word("managed")?.unwrap_or(YesNo::No)),
            source: source.map(|source| Box::new(source.into_owned())),
            info: DeviceInfo::parse(&mut fields, flags)?,
            kept: Kept::rest(fields),
        })
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        let managed = self.managed.filter(|_| self.mode == "subsystem");
        let tag =
            w.tag("hostdev").attr("mode", &*self.mode).attr("type", &*self.kind).opt("managed", managed);
        self.kept.write_attrs(tag).children(|w| {
            let mut kept = self.kept.placed(Self::ORDER);
            kept.before(w, "source");
            if let Some(source) = &self.source {
                w.element(source);
            }
            kept.rest(w);
            self.info.format(w, options);
        });
    }
}

impl OtherDevice {
    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        // What is no device of libvirt's is nobody's to take apart.
        if !families::OTHER.contains(&&*element.name) {
            return Ok(Self { element: element.into_owned(), info: DeviceInfo::default() });
        }
        let mut fields = Fields::new(element);
        let info = DeviceInfo::parse(&mut fields, flags)?;
        Ok(Self { element: fields.into_element(), info })
    }

    /// The family: the element's name.
    pub fn family(&self) -> &str {
        &self.element.name
    }

    /// Refuses words that libvirt has no meaning for.
    pub(in crate::domain::def) fn validate(&self) -> Result<()> {
        let attr = |name: &str| self.element.attr(name).unwrap_or_default();
        match self.family() {
            "sound" if !families::SOUND_MODELS.contains(&attr("model")) => {
                Err(invalid_value("model", "sound", &format!("'{}'.", attr("model"))))
            }
            "tpm" if !families::TPM_MODELS.contains(&attr("model")) => {
                Err(invalid_value("model", "tpm", &format!("'{}'.", attr("model"))))
            }
            "watchdog" if !families::WATCHDOG_MODELS.contains(&attr("model")) => {
                Err(unknown(format_args!("unknown watchdog model '{}'", attr("model"))))
            }
            "watchdog" if !families::WATCHDOG_ACTIONS.contains(&attr("action")) => {
                Err(unknown(format_args!("unknown watchdog action '{}'", attr("action"))))
            }
            _ => Ok(()),
        }
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        if self.info == DeviceInfo::default() {
            return w.element(&self.element);
        }
        let mut tag = w.tag(&self.element.name);
        for attr in &self.element.attrs {
            tag = tag.attr(&attr.name, &*attr.value);
        }
        tag.children(|w| {
            for child in self.element.elements() {
                w.element(child);
            }
            self.info.format(w, options);
        });
    }
}
