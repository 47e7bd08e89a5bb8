//! Changing volumes that exist.

use vireo_protocol::remote::{
    NonnullStorageVol, StorageVolDeleteArgs, StorageVolResizeArgs, StorageVolWipeArgs,
    StorageVolWipePatternArgs,
};
use vireo_storage::volume::Wipe;

use super::check_flags;
use crate::error::{Error, ErrorDomain, Result};
use crate::rpc::Call;
use crate::storage::detached;

/// `VIR_STORAGE_VOL_RESIZE_*`
mod resize {
    pub const ALLOCATE: u32 = 1;
    pub const DELTA: u32 = 1 << 1;
    pub const SHRINK: u32 = 1 << 2;
}

/// `STORAGE_VOL_DELETE`: which flags there are is the backend's to say.
pub async fn storage_vol_delete(call: &Call, args: StorageVolDeleteArgs) -> Result<()> {
    let pools = call.daemon().pools.clone();
    detached(async move { pools.delete_volume(args.vol, args.flags).await }).await
}

/// `STORAGE_VOL_RESIZE`
pub async fn storage_vol_resize(call: &Call, args: StorageVolResizeArgs) -> Result<()> {
    if args.capacity == 0 && args.flags & (resize::DELTA | resize::SHRINK) == 0 {
        let function = "virStorageVolResize";
        let text = format!("capacity in {function} cannot be zero without 'delta' or 'shrink' flags set");
        return Err(Error::invalid_argument(ErrorDomain::Storage, function, "capacity", text));
    }
    check_flags(args.flags, resize::ALLOCATE | resize::DELTA | resize::SHRINK, "storageVolResize")?;
    let pools = call.daemon().pools.clone();
    detached(async move { pools.resize_volume(args.vol, args.capacity, args.flags).await }).await
}

/// `STORAGE_VOL_WIPE`
pub async fn storage_vol_wipe(call: &Call, args: StorageVolWipeArgs) -> Result<()> {
    wipe(call, args.vol, 0, args.flags).await
}

/// `STORAGE_VOL_WIPE_PATTERN`
pub async fn storage_vol_wipe_pattern(call: &Call, args: StorageVolWipePatternArgs) -> Result<()> {
    wipe(call, args.vol, args.algorithm, args.flags).await
}

async fn wipe(call: &Call, vol: NonnullStorageVol, algorithm: u32, flags: u32) -> Result<()> {
    check_flags(flags, 0, "storageVolWipePattern")?;
    let pools = call.daemon().pools.clone();
    pools.resolve_volume(&vol)?;
    let wipe = Wipe::from_number(algorithm)?;
    detached(async move { pools.wipe_volume(vol, wipe).await }).await
}
