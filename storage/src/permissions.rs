//! Modes and owners: what is asked for, and what is there.

use std::fs::{File, Metadata};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Gid, Mode, Uid};

use crate::StorageError;
use crate::error::Result;

/// What a new file or folder is to be like; what is absent is left to a default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions {
    /// Mode bits, up to 0777.
    pub mode: Option<u32>,
    /// User.
    pub owner: Option<u32>,
    /// Group.
    pub group: Option<u32>,
}

/// What an existing one is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ownership {
    /// Mode bits, up to 0777: libvirt tells no others.
    pub mode: u32,
    /// User.
    pub owner: u32,
    /// Group.
    pub group: u32,
}

impl Ownership {
    /// From what the file system says.
    pub fn of(metadata: &Metadata) -> Self {
        Self { mode: metadata.mode() & 0o777, owner: metadata.uid(), group: metadata.gid() }
    }
}

impl Permissions {
    /// Gives an open file or folder its owner, then its mode, of which `default` is the one where none is asked for.
    pub(crate) fn apply(&self, file: &File, path: &Path, default: Option<u32>) -> Result<()> {
        if self.owner.is_some() || self.group.is_some() {
            let (owner, group) = (self.owner.map(Uid::from_raw), self.group.map(Gid::from_raw));
            rustix::fs::fchown(file.as_fd(), owner, group).map_err(|error| {
                let number = |id: Option<u32>| id.unwrap_or(u32::MAX);
                let (owner, group) = (number(self.owner), number(self.group));
                let what = format!("cannot chown '{}' to ({owner}, {group})", path.display());
                StorageError::helper(what, &error.into())
            })?;
        }
        let Some(mode) = self.mode.or(default) else { return Ok(()) };
        rustix::fs::fchmod(file.as_fd(), Mode::from_raw_mode(mode)).map_err(|error| {
            let what = format!("cannot set mode of '{}' to {mode:04o}", path.display());
            StorageError::helper(what, &error.into())
        })
    }
}
