//! Copying a volume's blocks into a new one: shared where that is asked for, data and holes apart else.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{SeekFrom, seek};

use super::create::Original;
use super::open_to_read;
use crate::StorageError;
use crate::error::Result;

/// What one system call copies at most, so that each is a moment.
const STEP: u64 = 16 << 20;

/// What is copied through memory at once where the kernel does not copy by itself.
const BUFFER: usize = 1 << 20;

/// Copies an original into an empty file that is at least as long.
pub(super) fn copy(original: &Original<'_>, to: &File, path: &Path) -> Result<()> {
    let from = open_to_read(original.path)?;
    if original.reflink {
        return rustix::fs::ioctl_ficlone(to.as_fd(), from.as_fd()).map_err(|error| {
            let what = format!("failed to clone files from '{}'", original.path.display());
            StorageError::system(what, &error.into())
        });
    }
    copy_data(&from, to).map_err(|error| {
        let what = format!("cannot copy '{}' to '{}'", original.path.display(), path.display());
        StorageError::system(what, &error)
    })
}

fn copy_data(from: &File, to: &File) -> io::Result<()> {
    let length = from.metadata()?.len();
    let mut at = 0;
    while at < length {
        let data = match seek(from.as_fd(), SeekFrom::Data(at)) {
            Ok(data) => data,
            // Nothing but a hole is left.
            Err(rustix::io::Errno::NXIO) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let hole = seek(from.as_fd(), SeekFrom::Hole(data))?.min(length);
        copy_range(from, to, data, hole)?;
        at = hole.max(data + 1);
    }
    Ok(())
}

fn copy_range(from: &File, to: &File, start: u64, end: u64) -> io::Result<()> {
    let (mut read, mut written) = (start, start);
    while read < end {
        let step = (end - read).min(STEP) as usize;
        match rustix::fs::copy_file_range(from.as_fd(), Some(&mut read), to.as_fd(), Some(&mut written), step)
        {
            // The original became shorter meanwhile: what is missing reads as zeros.
            Ok(0) => return Ok(()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) if must_go_through_memory(error) => return copy_bytes(from, to, read, end),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn must_go_through_memory(error: rustix::io::Errno) -> bool {
    use rustix::io::Errno;
    matches!(error, Errno::XDEV | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL | Errno::PERM)
}

fn copy_bytes(from: &File, to: &File, mut at: u64, end: u64) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    while at < end {
        let step = (end - at).min(BUFFER as u64) as usize;
        match from.read_at(&mut buffer[..step], at) {
            Ok(0) => return Ok(()),
            Ok(count) => {
                to.write_all_at(&buffer[..count], at)?;
                at += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
