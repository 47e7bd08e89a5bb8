//! Which domains are started with the host: at each of its starts, or at the next one only.

use vireo_protocol::remote::{
    DomainGetAutostartArgs, DomainGetAutostartOnceArgs, DomainGetAutostartOnceRet, DomainGetAutostartRet,
    DomainSetAutostartArgs, DomainSetAutostartOnceArgs,
};

use super::{ask, snapshot};
use crate::domain::request::{Autostart, Request};
use crate::error::Result;
use crate::rpc::Call;

/// `DOMAIN_GET_AUTOSTART`
pub async fn domain_get_autostart(
    call: &Call,
    args: DomainGetAutostartArgs,
) -> Result<DomainGetAutostartRet> {
    Ok(DomainGetAutostartRet { autostart: snapshot(call, &args.dom)?.autostart.into() })
}

/// `DOMAIN_SET_AUTOSTART`
pub async fn domain_set_autostart(call: &Call, args: DomainSetAutostartArgs) -> Result<()> {
    let request = Request::SetAutostart { when: Autostart::Always, on: args.autostart != 0 };
    ask(call, &args.dom, request).await.map(drop)
}

/// `DOMAIN_GET_AUTOSTART_ONCE`
pub async fn domain_get_autostart_once(
    call: &Call,
    args: DomainGetAutostartOnceArgs,
) -> Result<DomainGetAutostartOnceRet> {
    Ok(DomainGetAutostartOnceRet { autostart: snapshot(call, &args.dom)?.autostart_once.into() })
}

/// `DOMAIN_SET_AUTOSTART_ONCE`
pub async fn domain_set_autostart_once(call: &Call, args: DomainSetAutostartOnceArgs) -> Result<()> {
    let request = Request::SetAutostart { when: Autostart::Once, on: args.autostart != 0 };
    ask(call, &args.dom, request).await.map(drop)
}
