//! How a client may authenticate: not at all, since the kernel has done it.
//!
//! The sockets' modes and groups say who may connect, and `SO_PEERCRED` who it is.

use vireo_protocol::remote::{AuthListRet, AuthType};

use crate::error::Result;
use crate::rpc::Call;

/// `AUTH_LIST`
pub async fn auth_list(_call: &Call, (): ()) -> Result<AuthListRet> {
    Ok(AuthListRet { types: vec![AuthType::None] })
}
