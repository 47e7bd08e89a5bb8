//! What every type of pool can be asked, whatever it is made of.
//!
//! ```text
//!            build                  start, refresh
//! (nothing) -------> there, inactive -------------> active: volumes are created, looked at, resized, wiped, deleted
//!            delete                  stop
//!           <-------                <-------------
//! ```
//!
//! The caller keeps the state; a backend has none, and is asked one change of a pool at a time.

use std::path::Path;

use crate::error::Result;
use crate::permissions::{Ownership, Permissions};
use crate::volume::{NewVolume, Resize, Volume, Wipe};
use crate::{ErrorKind, PoolType, Space, StorageError, dir};

/// Where a pool is, and what it is to be made like.
#[derive(Debug, Clone, Copy)]
pub struct PoolTarget<'a> {
    /// The pool's name, for errors.
    pub name: &'a str,
    /// Its folder.
    pub path: &'a Path,
    /// What the folder is to be like where it is made.
    pub permissions: Permissions,
    /// Whether files are to be copied on write (`<features><cow>`), where the file system lets one choose.
    pub copy_on_write: Option<bool>,
}

/// What a build is to do with what is already there (`VIR_STORAGE_POOL_BUILD_*`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BuildFlags(pub u32);

impl BuildFlags {
    /// `VIR_STORAGE_POOL_BUILD_NO_OVERWRITE`
    pub const NO_OVERWRITE: u32 = 1 << 2;
    /// `VIR_STORAGE_POOL_BUILD_OVERWRITE`
    pub const OVERWRITE: u32 = 1 << 3;
}

/// What a refresh found.
#[derive(Debug, Clone)]
pub struct Scan {
    /// How much room there is.
    pub space: Space,
    /// Whose the pool's folder is.
    pub ownership: Ownership,
    /// The volumes, in no order.
    pub volumes: Vec<Volume>,
}

/// One type of pool.
pub trait Backend: Sync {
    /// Whether the pool is there, so that one that was active still is.
    fn check(&self, pool: &PoolTarget<'_>) -> bool;

    /// Makes what the pool is made of.
    fn build(&self, pool: &PoolTarget<'_>, flags: BuildFlags) -> Result<()>;

    /// Makes the pool's volumes reachable.
    fn start(&self, pool: &PoolTarget<'_>) -> Result<()>;

    /// Makes them unreachable.
    fn stop(&self, pool: &PoolTarget<'_>) -> Result<()>;

    /// Looks at everything. A volume that vanishes meanwhile is left out.
    fn refresh(&self, pool: &PoolTarget<'_>) -> Result<Scan>;

    /// How much room there is, without looking at volumes.
    fn space(&self, pool: &PoolTarget<'_>) -> Result<Space>;

    /// Removes what the pool is made of. Flags are `VIR_STORAGE_POOL_DELETE_*`.
    fn delete(&self, pool: &PoolTarget<'_>, flags: u32) -> Result<()>;

    /// Makes a volume, whole or not at all.
    fn create_volume(&self, pool: &PoolTarget<'_>, new: &NewVolume<'_>) -> Result<Volume>;

    /// Looks at one volume again.
    fn look(&self, pool: &PoolTarget<'_>, volume: &Volume) -> Result<Volume>;

    /// Removes a volume; one that is already gone is removed. Flags are `VIR_STORAGE_VOL_DELETE_*`.
    fn delete_volume(&self, pool: &PoolTarget<'_>, volume: &Volume, flags: u32) -> Result<()>;

    /// Makes a volume larger or smaller.
    fn resize_volume(&self, pool: &PoolTarget<'_>, volume: &Volume, resize: Resize) -> Result<()>;

    /// Overwrites a volume.
    fn wipe_volume(&self, pool: &PoolTarget<'_>, volume: &Volume, wipe: Wipe) -> Result<()>;
}

/// The backend of a type. The types that are not built are refused as libvirt refuses those it was built without.
pub fn backend(pool_type: PoolType) -> Result<&'static dyn Backend> {
    match pool_type {
        PoolType::Dir => Ok(&dir::Dir),
        other => {
            let text = format!("missing backend for pool type {} ({})", other.number(), other.name());
            Err(StorageError::new(ErrorKind::Internal, text))
        }
    }
}
