//! What the agent in a guest answers.

use crate::remote::limits::{
    DOMAIN_AUTHORIZED_SSH_KEYS_MAX, DOMAIN_FSFREEZE_MOUNTPOINTS_MAX, DOMAIN_FSINFO_DISKS_MAX,
    DOMAIN_FSINFO_MAX, DOMAIN_GUEST_INFO_PARAMS_MAX,
};
use crate::remote::{NonnullDomain, TypedParam};

wire! {
    DomainGetHostnameArgs { dom: NonnullDomain, flags: u32 }
    DomainGetHostnameRet { hostname: String }
    DomainFstrimArgs { dom: NonnullDomain, mount_point: Option<String>, minimum: u64, flags: u32 }
    DomainGetTimeArgs { dom: NonnullDomain, flags: u32 }
    DomainGetTimeRet { seconds: i64, nseconds: u32 }
    DomainSetTimeArgs { dom: NonnullDomain, seconds: i64, nseconds: u32, flags: u32 }
    DomainFsfreezeArgs {
        dom: NonnullDomain, mountpoints: Vec<String>[DOMAIN_FSFREEZE_MOUNTPOINTS_MAX], flags: u32,
    }
    DomainFsfreezeRet { filesystems: i32 }
    DomainFsthawArgs {
        dom: NonnullDomain, mountpoints: Vec<String>[DOMAIN_FSFREEZE_MOUNTPOINTS_MAX], flags: u32,
    }
    DomainFsthawRet { filesystems: i32 }
    DomainFsinfo {
        mountpoint: String, name: String, fstype: String, dev_aliases: Vec<String>[DOMAIN_FSINFO_DISKS_MAX],
    }
    DomainGetFsinfoArgs { dom: NonnullDomain, flags: u32 }
    DomainGetFsinfoRet { info: Vec<DomainFsinfo>[DOMAIN_FSINFO_MAX], ret: u32 }
    DomainSetUserPasswordArgs {
        dom: NonnullDomain, user: Option<String>, password: Option<String>, flags: u32,
    }
    DomainGetGuestInfoArgs { dom: NonnullDomain, types: u32, flags: u32 }
    DomainGetGuestInfoRet { params: Vec<TypedParam>[DOMAIN_GUEST_INFO_PARAMS_MAX] }
    DomainAgentSetResponseTimeoutArgs { dom: NonnullDomain, timeout: i32, flags: u32 }
    DomainAgentSetResponseTimeoutRet { result: i32 }
    DomainAuthorizedSshKeysGetArgs { dom: NonnullDomain, user: String, flags: u32 }
    DomainAuthorizedSshKeysGetRet { keys: Vec<String>[DOMAIN_AUTHORIZED_SSH_KEYS_MAX] }
    DomainAuthorizedSshKeysSetArgs {
        dom: NonnullDomain, user: String, keys: Vec<String>[DOMAIN_AUTHORIZED_SSH_KEYS_MAX], flags: u32,
    }
}
