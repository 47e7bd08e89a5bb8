//! Opening the image of a disk.
//!
//! ```text
//! open (never waits) -> is it the kind of file that was said? -> lock -> the open image
//! ```
//!
//! The format is the one that the disk's definition names, raw where it names none: what an image says of itself is
//! the guest's word, and never decides how the host reads it.

mod error;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use vireo_image::lock::{self, Access, LockError};

pub use error::{Kind, SourceError};

/// What the image is said to be (`<disk type=>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// A regular file.
    File,
    /// A block device.
    Block,
}

/// One disk's image, and what the guest does with it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// What it is said to be.
    pub kind: SourceKind,
    /// The guest may not write (`<readonly/>`).
    pub read_only: bool,
    /// Others may use it at the same time (`<shareable/>`).
    pub shareable: bool,
    /// Past the host's page cache (`cache='none'`, `'directsync'`).
    pub direct: bool,
}

/// Opens an image and locks it for as long as the file, or a descriptor made from it, stays open.
pub fn open(source: &Source<'_>) -> Result<File, SourceError> {
    let file = open_unlocked(source)?;
    let access = match (source.read_only, source.shareable) {
        (true, false) => Access::Read,
        (true, true) => Access::ReadShared,
        (false, false) => Access::Write,
        (false, true) => Access::WriteShared,
    };
    match lock::acquire(&file, access) {
        Ok(()) => Ok(file),
        // Some file systems have no locks at all; there as with QEMU nobody is kept out.
        Err(LockError::System(error)) if has_no_locks(&error) => Ok(file),
        Err(error) => Err(SourceError::Locked { path: source.path.into(), source: error }),
    }
}

fn open_unlocked(source: &Source<'_>) -> Result<File, SourceError> {
    // What turns out to be a pipe or a terminal must neither hang the daemon nor become its terminal.
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY | if source.direct { libc::O_DIRECT } else { 0 };
    let opened = OpenOptions::new().read(true).write(!source.read_only).custom_flags(flags).open(source.path);
    let file = match opened {
        Ok(file) => file,
        // Directories cannot be opened for writing; say what is wrong with them, not with the writing.
        Err(_) if source.path.is_dir() => return Err(SourceError::kind(source)),
        Err(error) if source.direct && error.raw_os_error() == Some(libc::EINVAL) => {
            return Err(SourceError::NotDirect { path: source.path.into() });
        }
        Err(error) => return Err(SourceError::Access { path: source.path.into(), source: error }),
    };
    let metadata = file.metadata();
    let file_type = metadata
        .map_err(|error| SourceError::Access { path: source.path.into(), source: error })?
        .file_type();
    let is_kind = match source.kind {
        SourceKind::File => file_type.is_file(),
        SourceKind::Block => file_type.is_block_device(),
    };
    if is_kind { Ok(file) } else { Err(SourceError::kind(source)) }
}

fn has_no_locks(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOLCK | libc::ENOSYS | libc::EOPNOTSUPP))
}
