//! Labels, and guests whose memory the host cannot read. Guests are confined by their own process: they carry no
//! label, and none is encrypted.

use vireo_protocol::remote::{
    DomainGetLaunchSecurityInfoArgs, DomainGetLaunchSecurityInfoRet, DomainGetSecurityLabelArgs,
    DomainGetSecurityLabelListArgs, DomainGetSecurityLabelListRet, DomainGetSecurityLabelRet,
};

use super::snapshot;
use crate::error::Result;
use crate::rpc::Call;

/// `DOMAIN_GET_SECURITY_LABEL`
pub async fn domain_get_security_label(
    call: &Call,
    args: DomainGetSecurityLabelArgs,
) -> Result<DomainGetSecurityLabelRet> {
    snapshot(call, &args.dom)?;
    Ok(no_label())
}

/// `DOMAIN_GET_SECURITY_LABEL_LIST`: one for each model, and there is one, which labels nothing.
pub async fn domain_get_security_label_list(
    call: &Call,
    args: DomainGetSecurityLabelListArgs,
) -> Result<DomainGetSecurityLabelListRet> {
    let snapshot = snapshot(call, &args.dom)?;
    let labels: Vec<_> = snapshot.is_active().then(no_label).into_iter().collect();
    let ret = labels.len() as i32;
    Ok(DomainGetSecurityLabelListRet { labels, ret })
}

/// `DOMAIN_GET_LAUNCH_SECURITY_INFO`: flags matter to stock only where there is something to tell.
pub async fn domain_get_launch_security_info(
    call: &Call,
    args: DomainGetLaunchSecurityInfoArgs,
) -> Result<DomainGetLaunchSecurityInfoRet> {
    snapshot(call, &args.dom)?;
    Ok(DomainGetLaunchSecurityInfoRet { params: Vec::new() })
}

/// As stock without a security driver: an empty text, with its end.
fn no_label() -> DomainGetSecurityLabelRet {
    DomainGetSecurityLabelRet { label: vec![0], enforcing: 0 }
}
