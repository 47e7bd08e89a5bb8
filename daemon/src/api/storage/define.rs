//! What is defined: making, changing and forgetting it; pools without a definition.

use vireo_protocol::remote::{
    StoragePoolCreateXmlArgs, StoragePoolCreateXmlRet, StoragePoolDefineXmlArgs, StoragePoolDefineXmlRet,
    StoragePoolUndefineArgs,
};

use super::{change, check_flags};
use crate::error::Result;
use crate::rpc::Call;
use crate::storage::def::PoolDef;
use crate::storage::{CreateOptions, detached, wire};

/// `VIR_STORAGE_POOL_DEFINE_VALIDATE`
const DEFINE_VALIDATE: u32 = 1;

/// `STORAGE_POOL_DEFINE_XML`
pub async fn storage_pool_define_xml(
    call: &Call,
    args: StoragePoolDefineXmlArgs,
) -> Result<StoragePoolDefineXmlRet> {
    check_flags(args.flags, DEFINE_VALIDATE, "storagePoolDefineXML")?;
    let def = PoolDef::parse(&args.xml, args.flags & DEFINE_VALIDATE != 0)?;
    let pools = call.daemon().pools.clone();
    let pool = detached(async move { pools.define(def).await }).await?;
    Ok(StoragePoolDefineXmlRet { pool: wire(&pool, &pool.snapshot()) })
}

/// `STORAGE_POOL_CREATE_XML`
pub async fn storage_pool_create_xml(
    call: &Call,
    args: StoragePoolCreateXmlArgs,
) -> Result<StoragePoolCreateXmlRet> {
    check_flags(args.flags, CreateOptions::ALL, "storagePoolCreateXML")?;
    let def = PoolDef::parse(&args.xml, false)?;
    let pools = call.daemon().pools.clone();
    let options = CreateOptions(args.flags);
    let pool = detached(async move { pools.create(def, options).await }).await?;
    Ok(StoragePoolCreateXmlRet { pool: wire(&pool, &pool.snapshot()) })
}

/// `STORAGE_POOL_UNDEFINE`
pub async fn storage_pool_undefine(call: &Call, args: StoragePoolUndefineArgs) -> Result<()> {
    change(call, &args.pool, async move |pools, pool| pools.undefine(&pool).await).await
}
