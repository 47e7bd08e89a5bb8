//! `<console>`: a serial port by another name, or a device of its own.

use super::{
    ChardevBackend, ChardevLog, Serial, SerialTargetType,
    common::{Common, Shown, shown},
    target::{target_port, target_type},
};
use crate::{
    domain::def::{
        address::DeviceInfo,
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::words,
    },
    error::Result,
    xml::{Element, Writer},
};

/// `<console>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Console {
    /// `type=` and `<source>`. That of a `serial` console at port 0 mirrors the first serial port's.
    pub backend: ChardevBackend,
    /// `<target type=>`.
    pub target_type: ConsoleTargetType,
    /// `<target port=>`.
    pub port: u32,
    /// What else `<source>` holds.
    pub source_kept: Kept,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<console><target type=>`.
    pub enum ConsoleTargetType {
        /// The first serial port.
        Serial = "serial",
        /// A paravirtual Xen console.
        Xen = "xen",
        /// UML.
        Uml = "uml",
        /// A port of a virtio-serial controller.
        Virtio = "virtio",
        /// LXC.
        Lxc = "lxc",
        /// OpenVZ.
        Openvz = "openvz",
        /// s390's.
        Sclp = "sclp",
        /// s390's line mode console.
        Sclplm = "sclplm",
    }
}

impl Console {
    /// Reads one; `number` is its place among the consoles.
    pub(in crate::domain::def) fn parse(
        element: Element<'_>,
        flags: &ParseFlags<'_>,
        number: u32,
    ) -> Result<Self> {
        let mut common = Common::parse(element, flags)?;
        // tty= only repeats the path of <source>.
        common.kept.remove_attr("tty");
        let mut kind = None;
        let mut port = None;
        if let Some(target) = common.target.as_mut() {
            kind = target.attr("type");
            port = target_port(target)?;
        }
        Ok(Self {
            backend: common.backend,
            target_type: kind.map_or(Ok(ConsoleTargetType::Serial), |word| target_type(&word))?,
            port: port.unwrap_or(number),
            source_kept: common.source_kept,
            log: common.log,
            info: common.info,
            kept: common.kept,
        })
    }

    /// The console that stands for the first serial port.
    pub(in crate::domain::def) fn mirror(serial: &Serial) -> Self {
        Self {
            backend: serial.backend.clone(),
            target_type: ConsoleTargetType::Serial,
            port: serial.port,
            source_kept: serial.source_kept.clone(),
            log: serial.log.clone(),
            // It is the same device, and so has the same name, but it is the serial port that has the place.
            info: DeviceInfo { alias: serial.info.alias.clone(), ..DeviceInfo::default() },
            kept: Kept::default(),
        }
    }

    /// The serial port that a console alone stands for.
    pub(in crate::domain::def) fn into_serial(self) -> Serial {
        Serial {
            backend: self.backend,
            target_type: SerialTargetType::IsaSerial,
            port: self.port,
            model: Some(SerialTargetType::IsaSerial.default_model().to_owned()),
            source_kept: self.source_kept,
            log: self.log,
            info: self.info,
            kept: self.kept,
        }
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        let tty = self.target_type == ConsoleTargetType::Serial;
        Shown { tty, ..shown!(self) }.format(w, "console", options, |w| {
            w.tag("target").attr("type", self.target_type).attr("port", self.port).empty();
        });
    }
}
