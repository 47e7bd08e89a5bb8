//! Opening a volume's file to carry its bytes to or from a client.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::Result;
use crate::{ErrorKind, StorageError};

/// Opens a volume to read from.
pub fn open_to_read(path: &Path) -> Result<File> {
    open(path, OpenOptions::new().read(true))
}

/// Opens a volume to write to. Nothing of it changes yet.
pub fn open_to_write(path: &Path) -> Result<File> {
    open(path, OpenOptions::new().write(true))
}

fn open(path: &Path, options: &mut OpenOptions) -> Result<File> {
    let what = format!("Unable to open stream for '{}'", path.display());
    let failed = |error| StorageError::system(&what, &error);
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = options.custom_flags(flags).open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_file() {
        return Ok(file);
    }
    Err(StorageError::new(ErrorKind::System(libc::EINVAL), what))
}
