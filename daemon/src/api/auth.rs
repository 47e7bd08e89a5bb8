//! How a client may authenticate: not at all, since the kernel has done it.
//!
//! The sockets' modes and groups say who may connect, and `SO_PEERCRED` who it is.

use vireo_protocol::remote::{
    AuthListRet, AuthPolkitRet, AuthSaslInitRet, AuthSaslStartArgs, AuthSaslStartRet, AuthSaslStepArgs,
    AuthSaslStepRet, AuthType,
};

use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `AUTH_LIST`
pub async fn auth_list(_call: &Call, (): ()) -> Result<AuthListRet> {
    Ok(AuthListRet { types: vec![AuthType::None] })
}

/// `AUTH_SASL_INIT`
pub async fn auth_sasl_init(_call: &Call, (): ()) -> Result<AuthSaslInitRet> {
    Err(refused())
}

/// `AUTH_SASL_START`
pub async fn auth_sasl_start(_call: &Call, _args: AuthSaslStartArgs) -> Result<AuthSaslStartRet> {
    Err(refused())
}

/// `AUTH_SASL_STEP`
pub async fn auth_sasl_step(_call: &Call, _args: AuthSaslStepArgs) -> Result<AuthSaslStepRet> {
    Err(refused())
}

/// `AUTH_POLKIT`
pub async fn auth_polkit(_call: &Call, (): ()) -> Result<AuthPolkitRet> {
    Err(refused())
}

/// Stock says no more to a client that authenticates in a way it was not offered.
fn refused() -> Error {
    Error::new(ErrorCode::AuthFailed, ErrorDomain::Rpc, "authentication failed")
}
