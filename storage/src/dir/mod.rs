//! Pools of type `dir`: a folder, each of its files and folders a volume.
//!
//! A volume's file is named by the pool's folder and the volume's name, which has no slash: nothing outside of the folder
//! is ever reached but through a symbolic link that the administrator put there.

mod build;
mod scan;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::backend::{Backend, BuildFlags, PoolTarget, Scan};
use crate::error::Result;
use crate::volume::{self, NewVolume, Resize, Volume, VolumeKind, Wipe};
use crate::{ErrorKind, Space, StorageError};

/// The backend.
pub(crate) struct Dir;

impl Backend for Dir {
    fn check(&self, pool: &PoolTarget<'_>) -> bool {
        pool.path.exists()
    }

    fn build(&self, pool: &PoolTarget<'_>, flags: BuildFlags) -> Result<()> {
        build::build(pool, flags)
    }

    fn start(&self, _pool: &PoolTarget<'_>) -> Result<()> {
        // A folder is there or the refresh that follows says that it is not.
        Ok(())
    }

    fn stop(&self, _pool: &PoolTarget<'_>) -> Result<()> {
        Ok(())
    }

    fn refresh(&self, pool: &PoolTarget<'_>) -> Result<Scan> {
        scan::scan(pool)
    }

    fn space(&self, pool: &PoolTarget<'_>) -> Result<Space> {
        Space::of(pool.path)
    }

    fn delete(&self, pool: &PoolTarget<'_>, flags: u32) -> Result<()> {
        no_flags(flags, "virStorageBackendDeleteLocal")?;
        fs::remove_dir(pool.path).map_err(|error| {
            StorageError::system(format!("failed to remove pool '{}'", pool.path.display()), &error)
        })
    }

    fn create_volume(&self, pool: &PoolTarget<'_>, new: &NewVolume<'_>) -> Result<Volume> {
        let path = new_path(pool.path, new.name)?;
        volume::create(&path, new)
    }

    fn look(&self, pool: &PoolTarget<'_>, volume: &Volume) -> Result<Volume> {
        volume::look_again(&path_of(pool.path, &volume.name), volume)
    }

    fn delete_volume(&self, pool: &PoolTarget<'_>, volume: &Volume, flags: u32) -> Result<()> {
        no_flags(flags, "virStorageBackendVolDeleteLocal")?;
        let path = path_of(pool.path, &volume.name);
        let (removed, what) = match volume.kind {
            VolumeKind::File => (fs::remove_file(&path), "unlink file"),
            VolumeKind::Dir => (fs::remove_dir(&path), "remove directory"),
        };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StorageError::system(format!("cannot {what} '{}'", path.display()), &error))
            }
            _ => Ok(()),
        }
    }

    fn resize_volume(&self, pool: &PoolTarget<'_>, volume: &Volume, resize: Resize) -> Result<()> {
        volume::resize(&path_of(pool.path, &volume.name), volume, resize)
    }

    fn wipe_volume(&self, pool: &PoolTarget<'_>, volume: &Volume, wipe: Wipe) -> Result<()> {
        volume::wipe(&path_of(pool.path, &volume.name), wipe)
    }
}

/// Where a volume's file is.
fn path_of(pool: &Path, name: &str) -> PathBuf {
    volume::path_in(pool, name)
}

/// Where a new volume's file is to be: nothing is there yet.
fn new_path(pool: &Path, name: &str) -> Result<PathBuf> {
    if name.contains('/') {
        let text = format!("volume name '{name}' cannot contain '/'");
        return Err(StorageError::new(ErrorKind::OperationInvalid, text));
    }
    let path = path_of(pool, name);
    if path.exists() {
        return Err(volume::already_there(&path));
    }
    Ok(path)
}

fn no_flags(flags: u32, function: &'static str) -> Result<()> {
    if flags == 0 {
        return Ok(());
    }
    let kind = ErrorKind::UnsupportedFlags(function, flags);
    Err(StorageError::new(kind, format!("unsupported flags (0x{flags:x}) in function {function}")))
}
