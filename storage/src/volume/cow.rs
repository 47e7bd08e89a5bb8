//! Whether a file or folder is copied on write: btrfs lets one choose.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::IFlags;

use crate::StorageError;
use crate::error::Result;

/// `f_type` of btrfs.
const BTRFS: i64 = 0x9123_683e;

/// Chooses; other file systems than btrfs refuse.
pub(crate) fn set_copy_on_write(file: &File, path: &Path, wanted: bool) -> Result<()> {
    let failed = |what: &str, error: rustix::io::Errno| {
        let error = io::Error::from(error);
        StorageError::helper(format!("unable to control COW flag on '{}'{what}", path.display()), &error)
    };
    let facts = rustix::fs::fstatfs(file.as_fd()).map_err(|error| failed("", error))?;
    #[allow(clippy::unnecessary_cast, reason = "its width differs between architectures")]
    if facts.f_type as i64 != BTRFS {
        return Err(failed(", not btrfs", rustix::io::Errno::NOSYS));
    }
    let mut flags = rustix::fs::ioctl_getflags(file.as_fd()).map_err(|error| failed("", error))?;
    flags.set(IFlags::NOCOW, !wanted);
    rustix::fs::ioctl_setflags(file.as_fd(), flags).map_err(|error| failed("", error))
}
