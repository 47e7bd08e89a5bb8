//! The kinds of places a disk's data can lie at, by the disk's `type=`.

use crate::{
    domain::def::{error::xml_error, words::words},
    error::Result,
    xml::{Element, Fields},
};

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

impl DiskLocation {
    pub(super) fn empty(kind: DiskKind) -> Self {
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

impl VolumeSource {
    pub(super) fn parse(fields: &mut Fields<'_>) -> Result<Option<Self>> {
        match (fields.string("pool"), fields.string("volume")) {
            (None, None) => Ok(None),
            (Some(pool), Some(volume)) => Ok(Some(Self { pool, volume, mode: fields.string("mode") })),
            _ => Err(xml_error("'pool' and 'volume' must be specified together for 'pool' type source")),
        }
    }
}
