//! Volumes: what one is, and what can be done with its file.
//!
//! A volume's file is opened without waiting for anybody (a pipe in a pool must not hang the daemon), and never because
//! an image's header names it.

mod copy;
mod cow;
mod create;
mod look;
mod resize;
#[cfg(test)]
mod tests;
mod transfer;
mod wipe;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use cow::set_copy_on_write;
pub use create::{NewVolume, Original, already_there, create};
pub use look::{look, look_again};
pub use resize::{Resize, resize};
pub use transfer::{open_to_read, open_to_write};
pub use wipe::{Wipe, wipe};

use crate::permissions::Ownership;

/// What stands for a volume on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeKind {
    /// A file.
    File,
    /// A folder.
    Dir,
}

/// Formats that libvirt has names for (`virStorageFileFormat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it, and vireo_image::probe::Format describes them")]
pub enum Format {
    Raw,
    Dir,
    Bochs,
    Cloop,
    Dmg,
    Iso,
    Vpc,
    Vdi,
    Fat,
    Vhd,
    Ploop,
    Cow,
    Qcow,
    Qcow2,
    Qed,
    Vmdk,
}

impl Format {
    /// All of them, in libvirt's order.
    pub const ALL: [Self; 16] = [
        Self::Raw,
        Self::Dir,
        Self::Bochs,
        Self::Cloop,
        Self::Dmg,
        Self::Iso,
        Self::Vpc,
        Self::Vdi,
        Self::Fat,
        Self::Vhd,
        Self::Ploop,
        Self::Cow,
        Self::Qcow,
        Self::Qcow2,
        Self::Qed,
        Self::Vmdk,
    ];

    /// The name in XML.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Dir => "dir",
            Self::Bochs => "bochs",
            Self::Cloop => "cloop",
            Self::Dmg => "dmg",
            Self::Iso => "iso",
            Self::Vpc => "vpc",
            Self::Vdi => "vdi",
            Self::Fat => "fat",
            Self::Vhd => "vhd",
            Self::Ploop => "ploop",
            Self::Cow => "cow",
            Self::Qcow => "qcow",
            Self::Qcow2 => "qcow2",
            Self::Qed => "qed",
            Self::Vmdk => "vmdk",
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// When a file was read, written and changed, since 1970; earlier times count as 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// Last read.
    pub accessed: Duration,
    /// Last write.
    pub modified: Duration,
    /// Last change of the file or of what is said of it.
    pub changed: Duration,
}

/// One volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its name: that of its file.
    pub name: Box<str>,
    /// What stands for it.
    pub kind: VolumeKind,
    /// The format of its image.
    pub format: Format,
    /// Bytes a guest would see.
    pub capacity: u64,
    /// Bytes it takes of the file system.
    pub allocation: u64,
    /// The file's length in bytes.
    pub physical: u64,
    /// Whose it is.
    pub ownership: Ownership,
    /// When it was used.
    pub times: Times,
    /// What few volumes have.
    pub image: Option<Box<ImageFacts>>,
}

/// What is known of an image that is more than its blocks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageFacts {
    /// It is encrypted with LUKS or, where false and present, with qcow's own cipher.
    pub luks: Option<bool>,
    /// `compat` of a qcow2 image where it has features.
    pub compat: Option<Box<str>>,
    /// Bytes per cluster.
    pub cluster_bytes: Option<u64>,
    /// Names of its features; present, even if empty, for the newer qcow2.
    pub features: Option<Vec<&'static str>>,
    /// The image below.
    pub backing: Option<BackingFacts>,
}

/// What is known of the image below another: it is looked at, never opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackingFacts {
    /// Where it is, as far as that is a path.
    pub path: Box<str>,
    /// Its format as the overlay tells, raw where it does not.
    pub format: Format,
    /// Of the file, where there is one.
    pub file: Option<(Ownership, Times)>,
}

/// Where a volume's file is: libvirt's way to put the two together, which shows in keys.
pub fn path_in(pool: &Path, name: &str) -> PathBuf {
    let mut path = pool.as_os_str().to_owned();
    path.push("/");
    path.push(name);
    path.into()
}
