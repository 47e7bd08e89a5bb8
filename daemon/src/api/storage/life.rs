//! Starting, looking again, stopping, building, deleting.

use vireo_protocol::remote::{
    StoragePoolBuildArgs, StoragePoolCreateArgs, StoragePoolDeleteArgs, StoragePoolDestroyArgs,
    StoragePoolRefreshArgs,
};

use super::{change, check_flags};
use crate::error::Result;
use crate::rpc::Call;
use crate::storage::CreateOptions;

/// `STORAGE_POOL_CREATE`
pub async fn storage_pool_create(call: &Call, args: StoragePoolCreateArgs) -> Result<()> {
    check_flags(args.flags, CreateOptions::ALL, "storagePoolCreate")?;
    let options = CreateOptions(args.flags);
    change(call, &args.pool, async move |pools, pool| pools.start(&pool, options).await).await
}

/// `STORAGE_POOL_BUILD`: which flags there are is the backend's to say.
pub async fn storage_pool_build(call: &Call, args: StoragePoolBuildArgs) -> Result<()> {
    change(call, &args.pool, async move |pools, pool| pools.build(&pool, args.flags).await).await
}

/// `STORAGE_POOL_DESTROY`
pub async fn storage_pool_destroy(call: &Call, args: StoragePoolDestroyArgs) -> Result<()> {
    change(call, &args.pool, async move |pools, pool| pools.stop(&pool).await).await
}

/// `STORAGE_POOL_DELETE`: which flags there are is the backend's to say.
pub async fn storage_pool_delete(call: &Call, args: StoragePoolDeleteArgs) -> Result<()> {
    change(call, &args.pool, async move |pools, pool| pools.delete(&pool, args.flags).await).await
}

/// `STORAGE_POOL_REFRESH`
pub async fn storage_pool_refresh(call: &Call, args: StoragePoolRefreshArgs) -> Result<()> {
    check_flags(args.flags, 0, "storagePoolRefresh")?;
    change(call, &args.pool, async move |pools, pool| pools.refresh(&pool).await).await
}
