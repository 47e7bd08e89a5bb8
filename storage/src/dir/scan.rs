//! Looking at everything in a folder.
//!
//! Files and folders are volumes, hidden ones as well; sockets, pipes, devices and links that lead nowhere are not.
//! No file but those of the folder is opened, whatever their headers name.

use std::fs;

use crate::backend::{PoolTarget, Scan};
use crate::error::Result;
use crate::permissions::Ownership;
use crate::volume;
use crate::{ErrorKind, Space, StorageError};

/// Volumes a pool may have: each is kept in memory, in two or three hundred bytes.
const MAX_VOLUMES: usize = 1 << 20;

pub(super) fn scan(pool: &PoolTarget<'_>) -> Result<Scan> {
    let failed =
        |error| StorageError::helper(format!("cannot open directory '{}'", pool.path.display()), &error);
    let mut volumes = Vec::new();
    for entry in fs::read_dir(pool.path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        // The wire carries names in UTF-8 only: no client could ask for another.
        let Some(name) = name.to_str() else { continue };
        if volumes.len() == MAX_VOLUMES {
            let text = format!("'{}' holds more than {MAX_VOLUMES} volumes", pool.path.display());
            return Err(StorageError::new(ErrorKind::OperationFailed, text));
        }
        volumes.extend(volume::look(&super::path_of(pool.path, name), name)?);
    }
    let space = Space::of(pool.path)?;
    let metadata = fs::metadata(pool.path).map_err(failed)?;
    Ok(Scan { space, ownership: Ownership::of(&metadata), volumes })
}
