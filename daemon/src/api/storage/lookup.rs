//! Finding pools.

use uuid::Uuid;
use vireo_protocol::remote::{
    StoragePoolLookupByNameArgs, StoragePoolLookupByNameRet, StoragePoolLookupByTargetPathArgs,
    StoragePoolLookupByTargetPathRet, StoragePoolLookupByUuidArgs, StoragePoolLookupByUuidRet,
    StoragePoolLookupByVolumeArgs, StoragePoolLookupByVolumeRet,
};

use crate::error::Result;
use crate::rpc::Call;
use crate::storage::{not_found, not_found_uuid, wire};

/// `STORAGE_POOL_LOOKUP_BY_NAME`
pub async fn storage_pool_lookup_by_name(
    call: &Call,
    args: StoragePoolLookupByNameArgs,
) -> Result<StoragePoolLookupByNameRet> {
    let found = call.daemon().pools.by_name(&args.name);
    let (pool, snapshot) =
        found.ok_or_else(|| not_found(&format!("no storage pool with matching name '{}'", args.name)))?;
    Ok(StoragePoolLookupByNameRet { pool: wire(&pool, &snapshot) })
}

/// `STORAGE_POOL_LOOKUP_BY_UUID`
pub async fn storage_pool_lookup_by_uuid(
    call: &Call,
    args: StoragePoolLookupByUuidArgs,
) -> Result<StoragePoolLookupByUuidRet> {
    let uuid = Uuid::from_bytes(args.uuid);
    let (pool, snapshot) = call.daemon().pools.by_uuid(uuid).ok_or_else(|| not_found_uuid(uuid, None))?;
    Ok(StoragePoolLookupByUuidRet { pool: wire(&pool, &snapshot) })
}

/// `STORAGE_POOL_LOOKUP_BY_VOLUME`
pub async fn storage_pool_lookup_by_volume(
    call: &Call,
    args: StoragePoolLookupByVolumeArgs,
) -> Result<StoragePoolLookupByVolumeRet> {
    let (pool, snapshot) = call.daemon().pools.resolve_pool_of(&args.vol)?;
    Ok(StoragePoolLookupByVolumeRet { pool: wire(&pool, &snapshot) })
}

/// `STORAGE_POOL_LOOKUP_BY_TARGET_PATH`
pub async fn storage_pool_lookup_by_target_path(
    call: &Call,
    args: StoragePoolLookupByTargetPathArgs,
) -> Result<StoragePoolLookupByTargetPathRet> {
    let (pool, snapshot) = call.daemon().pools.by_target_path(&args.path)?;
    Ok(StoragePoolLookupByTargetPathRet { pool: wire(&pool, &snapshot) })
}
