//! Which pools are started with the host.

use vireo_protocol::remote::{
    StoragePoolGetAutostartArgs, StoragePoolGetAutostartRet, StoragePoolSetAutostartArgs,
};

use super::{change, snapshot};
use crate::error::Result;
use crate::rpc::Call;

/// `STORAGE_POOL_GET_AUTOSTART`
pub async fn storage_pool_get_autostart(
    call: &Call,
    args: StoragePoolGetAutostartArgs,
) -> Result<StoragePoolGetAutostartRet> {
    Ok(StoragePoolGetAutostartRet { autostart: snapshot(call, &args.pool)?.autostart.into() })
}

/// `STORAGE_POOL_SET_AUTOSTART`
pub async fn storage_pool_set_autostart(call: &Call, args: StoragePoolSetAutostartArgs) -> Result<()> {
    let on = args.autostart != 0;
    change(call, &args.pool, async move |pools, pool| pools.set_autostart(&pool, on).await).await
}
