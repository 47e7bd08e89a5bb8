//! Making volumes.

use std::sync::Arc;

use vireo_protocol::remote::{
    StorageVolCreateXmlArgs, StorageVolCreateXmlFromArgs, StorageVolCreateXmlFromRet, StorageVolCreateXmlRet,
};

use super::{change, check_flags, snapshot};
use crate::error::Result;
use crate::rpc::Call;
use crate::storage::def::VolumeDef;
use crate::storage::{CloneOptions, Pools};

/// `VIR_STORAGE_VOL_CREATE_*`
mod flag {
    pub const PREALLOC_METADATA: u32 = 1;
    pub const REFLINK: u32 = 1 << 1;
}

/// `STORAGE_VOL_CREATE_XML`
pub async fn storage_vol_create_xml(
    call: &Call,
    args: StorageVolCreateXmlArgs,
) -> Result<StorageVolCreateXmlRet> {
    check_flags(args.flags, flag::PREALLOC_METADATA, "storageVolCreateXML")?;
    snapshot(call, &args.pool)?.active()?;
    let def = VolumeDef::parse(&args.xml, false)?;
    let preallocate = args.flags & flag::PREALLOC_METADATA != 0;
    let make = async move |pools: Arc<Pools>, pool| pools.create_volume(&pool, def, preallocate).await;
    Ok(StorageVolCreateXmlRet { vol: change(call, &args.pool, make).await? })
}

/// `STORAGE_VOL_CREATE_XML_FROM`
pub async fn storage_vol_create_xml_from(
    call: &Call,
    args: StorageVolCreateXmlFromArgs,
) -> Result<StorageVolCreateXmlFromRet> {
    check_flags(args.flags, flag::PREALLOC_METADATA | flag::REFLINK, "storageVolCreateXMLFrom")?;
    snapshot(call, &args.pool)?.active()?;
    call.daemon().pools.resolve_volume(&args.clonevol)?;
    let def = VolumeDef::parse(&args.xml, true)?;
    let options = CloneOptions {
        preallocate_metadata: args.flags & flag::PREALLOC_METADATA != 0,
        reflink: args.flags & flag::REFLINK != 0,
    };
    let original = args.clonevol;
    let make = async move |pools: Arc<Pools>, pool| pools.clone_volume(&pool, &original, def, options).await;
    Ok(StorageVolCreateXmlFromRet { vol: change(call, &args.pool, make).await? })
}
