//! `<source>`: where the data lies, and what is said beside it. Paths are never followed here.

use super::{DiskKind, DiskLocation, VolumeSource};
use crate::{
    domain::def::{
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::words,
    },
    error::Result,
    xml::{Element, Fields, Writer},
};

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

impl DiskSource {
    pub(super) fn parse(kind: DiskKind, source: Option<Element<'_>>, flags: &ParseFlags<'_>) -> Result<Self> {
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

    pub(super) fn format(&self, w: &mut Writer, options: &FormatOptions) {
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
