//! Lists of pools.

use vireo_protocol::remote::limits::STORAGE_POOL_LIST_MAX;
use vireo_protocol::remote::{
    ConnectListAllStoragePoolsArgs, ConnectListAllStoragePoolsRet, ConnectListDefinedStoragePoolsArgs,
    ConnectListDefinedStoragePoolsRet, ConnectListStoragePoolsArgs, ConnectListStoragePoolsRet,
    ConnectNumOfDefinedStoragePoolsRet, ConnectNumOfStoragePoolsRet,
};

use super::check_flags;
use crate::api::arguments::list_room;
use crate::error::Result;
use crate::rpc::Call;
use crate::storage::filter::Filter;
use crate::storage::{Snapshot, wire};

/// What libvirt calls the bound of a reply's list.
const LIST_LIMIT: &str = "REMOTE_STORAGE_POOL_LIST_MAX";

/// `CONNECT_NUM_OF_STORAGE_POOLS`
pub async fn connect_num_of_storage_pools(call: &Call, (): ()) -> Result<ConnectNumOfStoragePoolsRet> {
    Ok(ConnectNumOfStoragePoolsRet { num: call.daemon().pools.count(Snapshot::is_active) as i32 })
}

/// `CONNECT_LIST_STORAGE_POOLS`
pub async fn connect_list_storage_pools(
    call: &Call,
    args: ConnectListStoragePoolsArgs,
) -> Result<ConnectListStoragePoolsRet> {
    Ok(ConnectListStoragePoolsRet { names: names(call, args.maxnames, Snapshot::is_active)? })
}

/// `CONNECT_NUM_OF_DEFINED_STORAGE_POOLS`
pub async fn connect_num_of_defined_storage_pools(
    call: &Call,
    (): (),
) -> Result<ConnectNumOfDefinedStoragePoolsRet> {
    Ok(ConnectNumOfDefinedStoragePoolsRet { num: call.daemon().pools.count(is_inactive) as i32 })
}

/// `CONNECT_LIST_DEFINED_STORAGE_POOLS`
pub async fn connect_list_defined_storage_pools(
    call: &Call,
    args: ConnectListDefinedStoragePoolsArgs,
) -> Result<ConnectListDefinedStoragePoolsRet> {
    Ok(ConnectListDefinedStoragePoolsRet { names: names(call, args.maxnames, is_inactive)? })
}

/// `CONNECT_LIST_ALL_STORAGE_POOLS`
pub async fn connect_list_all_storage_pools(
    call: &Call,
    args: ConnectListAllStoragePoolsArgs,
) -> Result<ConnectListAllStoragePoolsRet> {
    check_flags(args.flags, Filter::ALL, "storageConnectListAllStoragePools")?;
    let filter = Filter::new(args.flags);
    let all = &call.daemon().pools;
    if args.need_results == 0 {
        let ret = all.count(|snapshot| filter.takes(snapshot)) as u32;
        return Ok(ConnectListAllStoragePoolsRet { pools: Vec::new(), ret });
    }
    let found = all.list(|snapshot| filter.takes(snapshot));
    let pools: Vec<_> = found.iter().map(|(pool, snapshot)| wire(pool, snapshot)).collect();
    let ret = pools.len() as u32;
    Ok(ConnectListAllStoragePoolsRet { pools, ret })
}

fn names(call: &Call, room: i32, wanted: impl Fn(&Snapshot) -> bool) -> Result<Vec<String>> {
    let room = list_room(room, STORAGE_POOL_LIST_MAX, "maxnames", LIST_LIMIT)?;
    let found = call.daemon().pools.list(wanted).into_iter().take(room);
    Ok(found.map(|(_, snapshot)| (*snapshot.name).to_owned()).collect())
}

fn is_inactive(snapshot: &Snapshot) -> bool {
    !snapshot.is_active()
}
