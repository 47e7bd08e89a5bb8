//! Authentication, before a connection is opened.

use crate::remote::limits::{AUTH_SASL_DATA_MAX, AUTH_TYPE_LIST_MAX};
use vireo_xdr::{Decode, Encode};

/// How a client may authenticate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum AuthType {
    None = 0,
    Sasl = 1,
    Polkit = 2,
}

wire! {
    AuthListRet { types: Vec<AuthType>[AUTH_TYPE_LIST_MAX] }
    AuthSaslInitRet { mechlist: String }
    AuthSaslStartArgs { mech: String, nil: i32, data: Vec<i8>[AUTH_SASL_DATA_MAX] }
    AuthSaslStartRet { complete: i32, nil: i32, data: Vec<i8>[AUTH_SASL_DATA_MAX] }
    AuthSaslStepArgs { nil: i32, data: Vec<i8>[AUTH_SASL_DATA_MAX] }
    AuthSaslStepRet { complete: i32, nil: i32, data: Vec<i8>[AUTH_SASL_DATA_MAX] }
    AuthPolkitRet { complete: i32 }
}
