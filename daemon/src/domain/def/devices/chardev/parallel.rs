//! `<parallel>`.

use super::{
    ChardevBackend, ChardevLog,
    common::{Common, shown},
    target::{next_port, target_port},
};
use crate::{
    domain::def::{
        address::DeviceInfo,
        kept::Kept,
        options::{FormatOptions, ParseFlags},
    },
    error::Result,
    xml::{Element, Writer},
};

/// `<parallel>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parallel {
    /// `type=` and `<source>`.
    pub backend: ChardevBackend,
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

impl Parallel {
    /// Reads one; `before` are those before it.
    pub(in crate::domain::def) fn parse(
        element: Element<'_>,
        flags: &ParseFlags<'_>,
        before: &[Self],
    ) -> Result<Self> {
        let mut common = Common::parse(element, flags)?;
        let port = common.target.as_mut().map(target_port).transpose()?.flatten();
        Ok(Self {
            backend: common.backend,
            port: port.unwrap_or_else(|| next_port(before.iter().map(|parallel| parallel.port))),
            source_kept: common.source_kept,
            log: common.log,
            info: common.info,
            kept: common.kept,
        })
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        shown!(self).format(w, "parallel", options, |w| {
            w.tag("target").attr("port", self.port).empty();
        });
    }
}
