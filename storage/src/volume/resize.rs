//! Making a volume larger or smaller.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::create::allocate;
use super::{Format, Volume, VolumeKind};
use crate::error::Result;
use crate::{ErrorKind, StorageError};

/// What a volume is to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resize {
    /// Bytes a guest is to see.
    pub capacity: u64,
    /// Take the room at once (`VIR_STORAGE_VOL_RESIZE_ALLOCATE`).
    pub allocate: bool,
}

/// Resizes a volume. Whether it may shrink is the caller's to ask.
pub fn resize(path: &Path, volume: &Volume, resize: Resize) -> Result<()> {
    if volume.kind != VolumeKind::File || volume.format != Format::Raw || volume.image.is_some() {
        let format = volume.format.name();
        if resize.allocate {
            let text = "preallocate is only supported for raw type volume";
            return Err(StorageError::new(ErrorKind::OperationUnsupported, text));
        }
        let text = format!("volumes of format '{format}' are not resized yet");
        return Err(StorageError::new(ErrorKind::ConfigUnsupported, text));
    }
    let failed = |what: &str, error| StorageError::helper(format!("{what} '{}'", path.display()), &error);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
        .map_err(|error| failed("Unable to open", error))?;
    if resize.allocate {
        allocate(&file, resize.capacity)
            .map_err(|error| failed("Failed to pre-allocate space for file", error))?;
    }
    file.set_len(resize.capacity).map_err(|error| failed("Failed to truncate file", error))
}
