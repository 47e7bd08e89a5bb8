//! Making a volume.
//!
//! ```text
//! file without a name -> length, room, contents -> owner, mode -> sync -> gets its name
//! ```
//!
//! Where the file system can make files without a name, whoever dies on the way leaves nothing behind, and nobody ever
//! sees half a volume. Where it cannot, the file has its name from the start and is removed when something fails.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FallocateFlags};

use super::copy::copy;
use super::{Format, ImageFacts, Volume, look, set_copy_on_write};
use crate::error::Result;
use crate::permissions::Permissions;
use crate::{ErrorKind, StorageError};

/// Mode of a new volume where none is asked for.
const DEFAULT_MODE: u32 = 0o600;

/// What a new volume is to be.
#[derive(Debug)]
pub struct NewVolume<'a> {
    /// Its name.
    pub name: &'a str,
    /// The format of its image.
    pub format: Format,
    /// Bytes a guest is to see.
    pub capacity: u64,
    /// Bytes taken of the file system from the start; more than `capacity` makes the volume that large.
    pub allocation: u64,
    /// Whose it is to be.
    pub permissions: Permissions,
    /// Not copied on write (`<nocow/>`).
    pub no_copy_on_write: bool,
    /// `VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA`
    pub preallocate_metadata: bool,
    /// It is to be encrypted.
    pub encrypted: bool,
    /// It is to lie over another image.
    pub backing: bool,
    /// What it is to say of itself until it is looked at.
    pub image: Option<Box<ImageFacts>>,
    /// What it is to be a copy of.
    pub original: Option<Original<'a>>,
}

/// The volume a new one is a copy of.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// What is known of it.
    pub volume: &'a Volume,
    /// `VIR_STORAGE_VOL_CREATE_REFLINK`: share its blocks, or fail.
    pub reflink: bool,
}

/// Makes a volume where nothing is.
pub fn create(path: &Path, new: &NewVolume<'_>) -> Result<Volume> {
    check(new)?;
    match new.format {
        Format::Dir => create_folder(path, new)?,
        _ => create_file(path, new)?,
    }
    let made = look(path, new.name)?.ok_or_else(|| StorageError::no_volume(path))?;
    // Until the pool is looked at again it is what it was asked to be.
    Ok(Volume { format: new.format, image: new.image.clone(), ..made })
}

/// What cannot be made is refused by name before anything is touched.
fn check(new: &NewVolume<'_>) -> Result<()> {
    let refuse = |kind, text: String| Err(StorageError::new(kind, text));
    if new.encrypted {
        return refuse(ErrorKind::ConfigUnsupported, "encrypted volumes are not created yet".into());
    }
    if !matches!(new.format, Format::Raw | Format::Dir) {
        let text = format!("volumes of format '{}' are not created yet", new.format.name());
        return refuse(ErrorKind::ConfigUnsupported, text);
    }
    if new.backing {
        return refuse(ErrorKind::NoSupport, "backing storage not supported for raw volumes".into());
    }
    if new.preallocate_metadata {
        let text = "metadata preallocation is not supported for raw volumes";
        return refuse(ErrorKind::ConfigUnsupported, text.into());
    }
    if let Some(original) = &new.original
        && (original.volume.format != new.format || original.volume.image.is_some())
    {
        let (from, to) = (original.volume.format.name(), new.format.name());
        let text = format!("volumes are not converted from format '{from}' to '{to}' yet");
        return refuse(ErrorKind::ConfigUnsupported, text);
    }
    Ok(())
}

fn create_folder(path: &Path, new: &NewVolume<'_>) -> Result<()> {
    let failed = |error: io::Error| {
        StorageError::helper(format!("failed to create directory '{}'", path.display()), &error)
    };
    fs::create_dir(path).map_err(failed)?;
    let made = File::open(path).map_err(failed);
    let made = made.and_then(|folder| new.permissions.apply(&folder, path, Some(DEFAULT_MODE)));
    made.inspect_err(|_| drop(fs::remove_dir(path)))
}

fn create_file(path: &Path, new: &NewVolume<'_>) -> Result<()> {
    let failed = |error: io::Error| {
        StorageError::system(format!("Failed to create file '{}'", path.display()), &error)
    };
    let folder = path.parent().unwrap_or(Path::new("/"));
    let nameless = options().custom_flags(libc::O_TMPFILE).open(folder);
    match nameless {
        Ok(file) => {
            fill(&file, path, new)?;
            link(&file, path).map_err(failed)
        }
        Err(error) if has_no_nameless(&error) => {
            let file = options().create_new(true).open(path).map_err(failed)?;
            fill(&file, path, new).inspect_err(|_| drop(fs::remove_file(path)))
        }
        Err(error) => Err(failed(error)),
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
}

/// Gives a nameless file its name.
fn link(file: &File, path: &Path) -> io::Result<()> {
    let here = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(CWD, here, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

fn has_no_nameless(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::EISDIR | libc::EINVAL | libc::ENOSYS))
}

fn fill(file: &File, path: &Path, new: &NewVolume<'_>) -> Result<()> {
    if new.no_copy_on_write {
        set_copy_on_write(file, path, false)?;
    }
    file.set_len(new.capacity)
        .map_err(|error| StorageError::system(format!("cannot extend file '{}'", path.display()), &error))?;
    let reflink = new.original.is_some_and(|original| original.reflink);
    if new.allocation > 0 && !reflink {
        allocate(file, new.allocation).map_err(|error| {
            let what = format!("cannot allocate {} bytes in file '{}'", new.allocation, path.display());
            StorageError::system(what, &error)
        })?;
    }
    if let Some(original) = &new.original {
        copy(original, file, path)?;
    }
    new.permissions.apply(file, path, Some(DEFAULT_MODE))?;
    file.sync_all().map_err(|error| {
        StorageError::system(format!("cannot sync data to file '{}'", path.display()), &error)
    })
}

/// Takes room for the first bytes of a file. Where the file system cannot, none is taken.
pub(super) fn allocate(file: &File, bytes: u64) -> io::Result<()> {
    match rustix::fs::fallocate(file.as_fd(), FallocateFlags::empty(), 0, bytes) {
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
            let length = file.metadata()?.len();
            file.set_len(length.max(bytes))
        }
        other => Ok(other?),
    }
}

/// Something has a new volume's name.
pub fn already_there(path: &Path) -> StorageError {
    let text = format!("volume target path '{}' already exists", path.display());
    StorageError::new(ErrorKind::OperationInvalid, text)
}
