//! What pools could be made of, and which types there are.

use vireo_protocol::remote::{
    ConnectFindStoragePoolSourcesArgs, ConnectFindStoragePoolSourcesRet,
    ConnectGetStoragePoolCapabilitiesArgs, ConnectGetStoragePoolCapabilitiesRet,
};
use vireo_storage::PoolType;

use super::check_flags;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;
use crate::storage::capabilities::describe;

/// `CONNECT_FIND_STORAGE_POOL_SOURCES`: no backend that is built finds any.
pub async fn connect_find_storage_pool_sources(
    _call: &Call,
    args: ConnectFindStoragePoolSourcesArgs,
) -> Result<ConnectFindStoragePoolSourcesRet> {
    let name = &args.r#type;
    let pool_type = PoolType::from_name(name).ok_or_else(|| {
        Error::internal(ErrorDomain::Storage, format_args!("unknown storage pool type {name}"))
    })?;
    vireo_storage::backend(pool_type)?;
    let text = format_args!("pool type '{name}' does not support source discovery");
    Err(Error::new(ErrorCode::NoSupport, ErrorDomain::Storage, text))
}

/// `CONNECT_GET_STORAGE_POOL_CAPABILITIES`
pub async fn connect_get_storage_pool_capabilities(
    _call: &Call,
    args: ConnectGetStoragePoolCapabilitiesArgs,
) -> Result<ConnectGetStoragePoolCapabilitiesRet> {
    check_flags(args.flags, 0, "storageConnectGetStoragePoolCapabilities")?;
    Ok(ConnectGetStoragePoolCapabilitiesRet { capabilities: describe() })
}
