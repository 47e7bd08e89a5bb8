//! What all character devices have in common. It must not know which of them it reads or writes.

use super::{ChardevBackend, ChardevLog};
use crate::{
    domain::def::{
        address::DeviceInfo,
        kept::Kept,
        options::{FormatOptions, ParseFlags},
    },
    error::Result,
    xml::{Element, Fields, Writer},
};

/// The children that all kinds write in one order.
const ORDER: &[&str] = &["source", "protocol", "log", "target"];

/// What all kinds of character devices have in common, as read.
pub(super) struct Common<'a> {
    pub(super) backend: ChardevBackend,
    pub(super) source_kept: Kept,
    pub(super) log: Option<ChardevLog>,
    pub(super) target: Option<Fields<'a>>,
    pub(super) info: DeviceInfo,
    pub(super) kept: Kept,
}

impl<'a> Common<'a> {
    pub(super) fn parse(element: Element<'a>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let (backend, source_kept) = ChardevBackend::parse(&mut fields, flags)?;
        Ok(Self {
            backend,
            source_kept,
            log: fields.fields("log").map(ChardevLog::parse).transpose()?.flatten(),
            target: fields.fields("target"),
            info: DeviceInfo::parse(&mut fields, flags)?,
            kept: Kept::rest(fields),
        })
    }
}

/// What all kinds of character devices have in common, to be written.
pub(super) struct Shown<'d> {
    pub(super) backend: &'d ChardevBackend,
    pub(super) source_kept: &'d Kept,
    pub(super) log: Option<&'d ChardevLog>,
    pub(super) info: &'d DeviceInfo,
    pub(super) kept: &'d Kept,
    /// A console that is a serial port tells its terminal twice: `tty=` is older than `<source>`.
    pub(super) tty: bool,
}

impl Shown<'_> {
    pub(super) fn format(
        &self,
        w: &mut Writer,
        element: &str,
        options: &FormatOptions,
        target: impl FnOnce(&mut Writer),
    ) {
        let mut tag = w.tag(element).attr("type", self.backend.kind());
        if let (true, Some(path), false) = (self.tty, self.backend.pty_path(), options.inactive) {
            tag = tag.attr("tty", path);
        }
        self.kept.write_attrs(tag).children(|w| {
            self.backend.format(w, self.source_kept, options);
            if let Some(log) = self.log {
                w.tag("log").attr("file", &*log.file).opt("append", log.append).empty();
            }
            target(w);
            self.kept.placed(ORDER).rest(w);
            self.info.format(w, options);
        });
    }
}

/// A device to be written.
macro_rules! shown {
    ($device:expr) => {
        $crate::domain::def::devices::chardev::common::Shown {
            backend: &$device.backend,
            source_kept: &$device.source_kept,
            log: $device.log.as_ref(),
            info: &$device.info,
            kept: &$device.kept,
            tty: false,
        }
    };
}

pub(super) use shown;
