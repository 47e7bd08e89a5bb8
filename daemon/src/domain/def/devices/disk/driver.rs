//! `<driver>`: image format and how the host works on it. Which formats can be opened is not known here.

use super::{CacheMode, DetectZeroes, DiscardMode, IoMode};
use crate::{
    domain::def::{error::unknown, kept::Kept, words::OnOff},
    error::Result,
    xml::{Fields, Writer},
};

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

/// Image formats libvirt has names for.
const FORMATS: &[&str] = &[
    "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow",
    "qcow2", "qed", "vmdk",
];

impl DiskDriver {
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self> {
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

    pub(super) fn format(&self, w: &mut Writer) {
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
