//! Making the folder of a pool.
//!
//! A folder that is there stays, and gets what the definition asks for. To overwrite, or to refuse to, means nothing to a
//! folder, and libvirt says so.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use crate::backend::{BuildFlags, PoolTarget};
use crate::error::Result;
use crate::volume::set_copy_on_write;
use crate::{ErrorKind, StorageError};

/// Mode of a new pool's folder where none is asked for: guests' processes may pass through it, nobody may list it.
const DEFAULT_MODE: u32 = 0o711;

/// Mode of the folders above it.
const PARENT_MODE: u32 = 0o755;

const FUNCTION: &str = "virStorageBackendFileSystemBuild";

pub(super) fn build(pool: &PoolTarget<'_>, flags: BuildFlags) -> Result<()> {
    check_flags(flags)?;
    if !pool.path.is_absolute() {
        let text = format!("path '{}' is not absolute", pool.path.display());
        return Err(StorageError::new(ErrorKind::InvalidArgument, text));
    }
    let failed = |path: &Path, error: io::Error| {
        StorageError::helper(format!("failed to create directory '{}'", path.display()), &error)
    };
    if let Some(parent) = pool.path.parent() {
        let made = fs::DirBuilder::new().recursive(true).mode(PARENT_MODE).create(parent);
        made.map_err(|error| {
            StorageError::system(format!("cannot create path '{}'", parent.display()), &error)
        })?;
    }
    let is_new = match fs::DirBuilder::new().mode(0o700).create(pool.path) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
        Err(error) => return Err(failed(pool.path, error)),
    };
    let folder = File::open(pool.path).map_err(|error| failed(pool.path, error))?;
    pool.permissions.apply(&folder, pool.path, is_new.then_some(DEFAULT_MODE))?;
    if let Some(wanted) = pool.copy_on_write {
        set_copy_on_write(&folder, pool.path, wanted)?;
    }
    if flags != BuildFlags::default() {
        let text = format!("No source device specified when formatting pool '{}'", pool.name);
        return Err(StorageError::new(ErrorKind::OperationInvalid, text));
    }
    Ok(())
}

fn check_flags(BuildFlags(flags): BuildFlags) -> Result<()> {
    let both = BuildFlags::OVERWRITE | BuildFlags::NO_OVERWRITE;
    let unknown = flags & !both;
    if unknown != 0 {
        let kind = ErrorKind::UnsupportedFlags(FUNCTION, unknown);
        return Err(StorageError::new(kind, "unsupported flags"));
    }
    if flags == both {
        let names = ["VIR_STORAGE_POOL_BUILD_OVERWRITE", "VIR_STORAGE_POOL_BUILD_NO_OVERWRITE"];
        return Err(StorageError::new(ErrorKind::ExclusiveFlags(FUNCTION, names), "exclusive flags"));
    }
    Ok(())
}
