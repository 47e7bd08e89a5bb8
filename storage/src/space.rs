//! How much room a file system has.

use std::path::Path;

use crate::StorageError;
use crate::error::Result;

/// Bytes of a file system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Space {
    /// In all.
    pub capacity: u64,
    /// Used.
    pub allocation: u64,
    /// Free, for root.
    pub available: u64,
}

impl Space {
    /// Of the file system that holds this folder.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let facts = rustix::fs::statvfs(path).map_err(|error| {
            StorageError::system(format!("cannot statvfs path '{}'", path.display()), &error.into())
        })?;
        let capacity = facts.f_blocks.saturating_mul(facts.f_frsize);
        let available = facts.f_bfree.saturating_mul(facts.f_frsize);
        Ok(Self { capacity, allocation: capacity.saturating_sub(available), available })
    }
}
