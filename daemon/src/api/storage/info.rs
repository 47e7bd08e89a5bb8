//! What a pool is.

use vireo_protocol::remote::{
    StoragePoolGetInfoArgs, StoragePoolGetInfoRet, StoragePoolGetXmlDescArgs, StoragePoolGetXmlDescRet,
    StoragePoolIsActiveArgs, StoragePoolIsActiveRet, StoragePoolIsPersistentArgs, StoragePoolIsPersistentRet,
};

use super::{check_flags, snapshot};
use crate::error::Result;
use crate::rpc::Call;
use crate::storage::def::Live;
use crate::storage::not_active;

/// `VIR_STORAGE_XML_INACTIVE`
const INACTIVE: u32 = 1;

/// `VIR_STORAGE_POOL_INACTIVE`, `VIR_STORAGE_POOL_RUNNING`
mod state {
    pub const INACTIVE: u8 = 0;
    pub const RUNNING: u8 = 2;
}

/// `STORAGE_POOL_GET_INFO`
pub async fn storage_pool_get_info(
    call: &Call,
    args: StoragePoolGetInfoArgs,
) -> Result<StoragePoolGetInfoRet> {
    let snapshot = snapshot(call, &args.pool)?;
    let (state, space) = match &snapshot.active {
        Some(active) => (state::RUNNING, active.space),
        None => (state::INACTIVE, Default::default()),
    };
    Ok(StoragePoolGetInfoRet {
        state,
        capacity: space.capacity,
        allocation: space.allocation,
        available: space.available,
    })
}

/// `STORAGE_POOL_GET_XML_DESC`: of an active pool as it is, else its definition.
pub async fn storage_pool_get_xml_desc(
    call: &Call,
    args: StoragePoolGetXmlDescArgs,
) -> Result<StoragePoolGetXmlDescRet> {
    check_flags(args.flags, INACTIVE, "storagePoolGetXMLDesc")?;
    let snapshot = snapshot(call, &args.pool)?;
    let wants_definition = args.flags & INACTIVE != 0;
    let xml = match (&snapshot.active, &snapshot.definition) {
        (_, Some(definition)) if wants_definition => definition.format(None),
        (Some(active), _) => {
            active.def.format(Some(&Live { space: active.space, ownership: active.ownership }))
        }
        (None, Some(definition)) => definition.format(None),
        (None, None) => return Err(not_active(&snapshot.name)),
    };
    Ok(StoragePoolGetXmlDescRet { xml })
}

/// `STORAGE_POOL_IS_ACTIVE`
pub async fn storage_pool_is_active(
    call: &Call,
    args: StoragePoolIsActiveArgs,
) -> Result<StoragePoolIsActiveRet> {
    Ok(StoragePoolIsActiveRet { active: snapshot(call, &args.pool)?.is_active().into() })
}

/// `STORAGE_POOL_IS_PERSISTENT`
pub async fn storage_pool_is_persistent(
    call: &Call,
    args: StoragePoolIsPersistentArgs,
) -> Result<StoragePoolIsPersistentRet> {
    Ok(StoragePoolIsPersistentRet { persistent: snapshot(call, &args.pool)?.is_persistent().into() })
}
