//! `<channel>`.

use super::{
    ChardevBackend, ChardevLog,
    common::{Common, shown},
    target::unknown_target,
};
use crate::{
    domain::def::{
        address::DeviceInfo,
        error::xml_error,
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::words,
    },
    error::Result,
    xml::{Attr, Element, Writer},
};

/// `<channel>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// `type=` and `<source>`.
    pub backend: ChardevBackend,
    /// `<target>`.
    pub target: ChannelTarget,
    /// What else `<source>` holds.
    pub source_kept: Kept,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

/// `<channel><target>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelTarget {
    /// `type='virtio'`.
    Virtio {
        /// `name=`.
        name: Option<String>,
        /// `state=`: whether the guest holds it open, of running domains only.
        state: Option<ChannelState>,
    },
    /// Another type (`guestfwd`, `xen`), as written.
    Other(Box<Element<'static>>),
}

words! {
    /// `<target state=>`.
    pub enum ChannelState {
        /// Open in the guest.
        Connected = "connected",
        /// Closed in the guest.
        Disconnected = "disconnected",
    }
}

impl Channel {
    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut common = Common::parse(element, flags)?;
        let kind = common.target.as_mut().and_then(|target| target.attr("type"));
        let (Some(kind), Some(mut target)) = (kind, common.target.take()) else {
            return Err(xml_error("target type must be specified for channel device"));
        };
        let target = match &*kind {
            "virtio" => {
                let state = target.word("state")?.filter(|_| flags.live);
                ChannelTarget::Virtio { name: target.nonempty("name"), state }
            }
            "guestfwd" | "xen" => {
                let mut element = target.into_element();
                element.attrs.insert(0, Attr { name: "type".into(), value: kind.into_owned().into() });
                ChannelTarget::Other(Box::new(element))
            }
            other => return Err(unknown_target(other)),
        };
        Ok(Self {
            backend: common.backend,
            target,
            source_kept: common.source_kept,
            log: common.log,
            info: common.info,
            kept: common.kept,
        })
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        shown!(self).format(w, "channel", options, |w| match &self.target {
            ChannelTarget::Virtio { name, state } => {
                let state = state.filter(|_| !options.inactive);
                w.tag("target")
                    .attr("type", "virtio")
                    .opt("name", name.as_deref())
                    .opt("state", state)
                    .empty();
            }
            ChannelTarget::Other(element) => w.element(element),
        });
    }
}
