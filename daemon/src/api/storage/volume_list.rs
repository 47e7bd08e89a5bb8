//! The volumes of a pool, and finding one.

use std::sync::Arc;

use vireo_protocol::remote::limits::STORAGE_VOL_LIST_MAX;
use vireo_protocol::remote::{
    NonnullStoragePool, StoragePoolListAllVolumesArgs, StoragePoolListAllVolumesRet,
    StoragePoolListVolumesArgs, StoragePoolListVolumesRet, StoragePoolNumOfVolumesArgs,
    StoragePoolNumOfVolumesRet, StorageVolLookupByKeyArgs, StorageVolLookupByKeyRet,
    StorageVolLookupByNameArgs, StorageVolLookupByNameRet, StorageVolLookupByPathArgs,
    StorageVolLookupByPathRet,
};

use super::{check_flags, snapshot};
use crate::api::arguments::list_room;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;
use crate::storage::{Active, volume_not_found, wire_volume};

/// What libvirt calls the bound of a reply's list.
const LIST_LIMIT: &str = "REMOTE_STORAGE_VOL_LIST_MAX";

/// `STORAGE_POOL_NUM_OF_VOLUMES`
pub async fn storage_pool_num_of_volumes(
    call: &Call,
    args: StoragePoolNumOfVolumesArgs,
) -> Result<StoragePoolNumOfVolumesRet> {
    let (_, active) = active(call, &args.pool)?;
    Ok(StoragePoolNumOfVolumesRet { num: active.volumes.len() as i32 })
}

/// `STORAGE_POOL_LIST_VOLUMES`
pub async fn storage_pool_list_volumes(
    call: &Call,
    args: StoragePoolListVolumesArgs,
) -> Result<StoragePoolListVolumesRet> {
    let room = list_room(args.maxnames, STORAGE_VOL_LIST_MAX, "maxnames", LIST_LIMIT)?;
    let (_, active) = active(call, &args.pool)?;
    let names = active.volumes.keys().take(room).map(|name| (**name).to_owned()).collect();
    Ok(StoragePoolListVolumesRet { names })
}

/// `STORAGE_POOL_LIST_ALL_VOLUMES`
pub async fn storage_pool_list_all_volumes(
    call: &Call,
    args: StoragePoolListAllVolumesArgs,
) -> Result<StoragePoolListAllVolumesRet> {
    check_flags(args.flags, 0, "storagePoolListAllVolumes")?;
    let (pool, active) = active(call, &args.pool)?;
    let count = active.volumes.len();
    if args.need_results == 0 {
        return Ok(StoragePoolListAllVolumesRet { vols: Vec::new(), ret: count as u32 });
    }
    if count > STORAGE_VOL_LIST_MAX {
        let text = format!("Too many volumes '{count}' for limit '{STORAGE_VOL_LIST_MAX}'");
        return Err(Error::new(ErrorCode::Rpc, ErrorDomain::Rpc, text));
    }
    let vols = active.volumes.keys().map(|name| wire_volume(&pool, name, active.path_of(name)));
    Ok(StoragePoolListAllVolumesRet { vols: vols.collect(), ret: count as u32 })
}

/// `STORAGE_VOL_LOOKUP_BY_NAME`
pub async fn storage_vol_lookup_by_name(
    call: &Call,
    args: StorageVolLookupByNameArgs,
) -> Result<StorageVolLookupByNameRet> {
    let (pool, active) = active(call, &args.pool)?;
    let volume = active.volumes.get(&*args.name).ok_or_else(|| volume_not_found(&args.name))?;
    Ok(StorageVolLookupByNameRet { vol: wire_volume(&pool, &volume.name, active.path_of(&volume.name)) })
}

/// `STORAGE_VOL_LOOKUP_BY_KEY`
pub async fn storage_vol_lookup_by_key(
    call: &Call,
    args: StorageVolLookupByKeyArgs,
) -> Result<StorageVolLookupByKeyRet> {
    Ok(StorageVolLookupByKeyRet { vol: call.daemon().pools.volume_by_key(&args.key)? })
}

/// `STORAGE_VOL_LOOKUP_BY_PATH`
pub async fn storage_vol_lookup_by_path(
    call: &Call,
    args: StorageVolLookupByPathArgs,
) -> Result<StorageVolLookupByPathRet> {
    Ok(StorageVolLookupByPathRet { vol: call.daemon().pools.volume_by_path(&args.path)? })
}

/// The name of the pool a call is about, which must be active.
fn active(call: &Call, pool: &NonnullStoragePool) -> Result<(Arc<str>, Arc<Active>)> {
    let snapshot = snapshot(call, pool)?;
    Ok((snapshot.name.clone(), snapshot.active()?.clone()))
}
