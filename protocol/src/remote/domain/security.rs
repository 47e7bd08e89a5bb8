//! Security labels and launch security of domains.

use crate::remote::limits::{
    DOMAIN_LAUNCH_SECURITY_INFO_PARAMS_MAX, DOMAIN_LAUNCH_SECURITY_STATE_PARAMS_MAX, SECURITY_LABEL_LIST_MAX,
    SECURITY_LABEL_MAX,
};
use crate::remote::{NonnullDomain, TypedParam};

wire! {
    DomainGetSecurityLabelArgs { dom: NonnullDomain }
    DomainGetSecurityLabelRet { label: Vec<i8>[SECURITY_LABEL_MAX], enforcing: i32 }
    DomainGetSecurityLabelListArgs { dom: NonnullDomain }
    DomainGetSecurityLabelListRet {
        labels: Vec<DomainGetSecurityLabelRet>[SECURITY_LABEL_LIST_MAX], ret: i32,
    }
    DomainGetLaunchSecurityInfoArgs { dom: NonnullDomain, flags: u32 }
    DomainGetLaunchSecurityInfoRet { params: Vec<TypedParam>[DOMAIN_LAUNCH_SECURITY_INFO_PARAMS_MAX] }
    DomainSetLaunchSecurityStateArgs {
        dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_LAUNCH_SECURITY_STATE_PARAMS_MAX], flags: u32,
    }
}
