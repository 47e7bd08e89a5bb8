//! What only a program in the guest can tell or do. There is none to ask yet: each call checks what it was given, as
//! stock does, and says why there is no answer.
//!
//! Stock looks first whether there is a guest in some of them (`ask_of_guest`), and whether it runs in the others.

use vireo_protocol::qemu::{DomainAgentCommandArgs, DomainAgentCommandRet};
use vireo_protocol::remote::{
    DomainAgentSetResponseTimeoutArgs, DomainAgentSetResponseTimeoutRet, DomainAuthorizedSshKeysGetArgs,
    DomainAuthorizedSshKeysGetRet, DomainAuthorizedSshKeysSetArgs, DomainFsfreezeArgs, DomainFsfreezeRet,
    DomainFsthawArgs, DomainFsthawRet, DomainFstrimArgs, DomainGetFsinfoArgs, DomainGetFsinfoRet,
    DomainGetGuestInfoArgs, DomainGetGuestInfoRet, DomainGetGuestVcpusArgs, DomainGetGuestVcpusRet,
    DomainGetHostnameArgs, DomainGetHostnameRet, DomainGetTimeArgs, DomainGetTimeRet,
    DomainSetGuestVcpusArgs, DomainSetTimeArgs, DomainSetUserPasswordArgs, NonnullDomain,
};

use super::{check_flags, live, snapshot};
use crate::api::arguments::{not_both, there};
use crate::domain::agent;
use crate::domain::def::CpuSet;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_GET_HOSTNAME_*`
mod hostname {
    pub const LEASE: u32 = 1;
    pub const AGENT: u32 = 1 << 1;
}

/// `VIR_DOMAIN_TIME_SYNC`
const TIME_SYNC: u32 = 1;

/// `VIR_DOMAIN_PASSWORD_ENCRYPTED`
const PASSWORD_ENCRYPTED: u32 = 1;

/// `VIR_DOMAIN_GUEST_INFO_*`: users, OS, time zone, hostname, file systems, disks, interfaces.
const GUEST_INFO: u32 = (1 << 7) - 1;

/// `VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_*`
mod keys {
    pub const APPEND: u32 = 1;
    pub const REMOVE: u32 = 1 << 1;
}

/// `VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK`: the least there is.
const TIMEOUT_BLOCK: i32 = -2;

/// `DOMAIN_GET_HOSTNAME`: by the agent, or by the lease the guest has of a network of ours.
pub async fn domain_get_hostname(call: &Call, args: DomainGetHostnameArgs) -> Result<DomainGetHostnameRet> {
    const FUNCTION: &str = "qemuDomainGetHostname";
    check_flags(args.flags, hostname::LEASE | hostname::AGENT, FUNCTION)?;
    if args.flags == hostname::LEASE | hostname::AGENT {
        let flags = ["VIR_DOMAIN_GET_HOSTNAME_LEASE", "VIR_DOMAIN_GET_HOSTNAME_AGENT"];
        return Err(Error::exclusive_flags(ErrorDomain::Qemu, FUNCTION, "ctl", flags));
    }
    if args.flags & hostname::LEASE == 0 {
        return ask_of_guest(call, &args.dom);
    }
    let snapshot = snapshot(call, &args.dom)?;
    live(&snapshot)?;
    // No network gives leases yet.
    let info = format!("no hostname found for domain {}", snapshot.name);
    Err(Error::new(ErrorCode::NoHostname, ErrorDomain::Qemu, info))
}

/// `DOMAIN_GET_TIME`
pub async fn domain_get_time(call: &Call, args: DomainGetTimeArgs) -> Result<DomainGetTimeRet> {
    check_flags(args.flags, 0, "qemuDomainGetTime")?;
    ask_of_guest(call, &args.dom)
}

/// `DOMAIN_SET_TIME`
pub async fn domain_set_time(call: &Call, args: DomainSetTimeArgs) -> Result<()> {
    check_flags(args.flags, TIME_SYNC, "qemuDomainSetTime")?;
    ask_of_guest(call, &args.dom)
}

/// `DOMAIN_GET_FSINFO`
pub async fn domain_get_fsinfo(call: &Call, args: DomainGetFsinfoArgs) -> Result<DomainGetFsinfoRet> {
    check_flags(args.flags, 0, "qemuDomainGetFSInfo")?;
    ask_of_guest(call, &args.dom)
}

/// `DOMAIN_FSFREEZE`
pub async fn domain_fsfreeze(call: &Call, args: DomainFsfreezeArgs) -> Result<DomainFsfreezeRet> {
    check_flags(args.flags, 0, "qemuDomainFSFreeze")?;
    ask_of_guest(call, &args.dom)
}

/// `DOMAIN_FSTHAW`
pub async fn domain_fsthaw(call: &Call, args: DomainFsthawArgs) -> Result<DomainFsthawRet> {
    check_flags(args.flags, 0, "qemuDomainFSThaw")?;
    if !args.mountpoints.is_empty() {
        return Err(argument("specifying mountpoints is not supported"));
    }
    ask_of_guest(call, &args.dom)
}

/// `DOMAIN_FSTRIM`
pub async fn domain_fstrim(call: &Call, args: DomainFstrimArgs) -> Result<()> {
    check_flags(args.flags, 0, "qemuDomainFSTrim")?;
    if args.mount_point.is_some() {
        return Err(argument("Specifying mount point is not supported for now"));
    }
    ask_agent(call, &args.dom)
}

/// `DOMAIN_GET_GUEST_INFO`
pub async fn domain_get_guest_info(
    call: &Call,
    args: DomainGetGuestInfoArgs,
) -> Result<DomainGetGuestInfoRet> {
    check_flags(args.flags, 0, "qemuDomainGetGuestInfo")?;
    let unknown = args.types & !GUEST_INFO;
    if unknown != 0 {
        return Err(invalid(format!("unsupported guest information types '0x{unknown:x}'")));
    }
    ask_agent(call, &args.dom)
}

/// `DOMAIN_SET_USER_PASSWORD`
pub async fn domain_set_user_password(call: &Call, args: DomainSetUserPasswordArgs) -> Result<()> {
    const FUNCTION: &str = "virDomainSetUserPassword";
    there(args.user.is_some(), FUNCTION, "user")?;
    there(args.password.is_some(), FUNCTION, "password")?;
    check_flags(args.flags, PASSWORD_ENCRYPTED, "qemuDomainSetUserPassword")?;
    ask_of_guest(call, &args.dom)
}

/// `DOMAIN_GET_GUEST_VCPUS`
pub async fn domain_get_guest_vcpus(
    call: &Call,
    args: DomainGetGuestVcpusArgs,
) -> Result<DomainGetGuestVcpusRet> {
    check_flags(args.flags, 0, "qemuDomainGetGuestVcpus")?;
    ask_agent(call, &args.dom)
}

/// `DOMAIN_SET_GUEST_VCPUS`
pub async fn domain_set_guest_vcpus(call: &Call, args: DomainSetGuestVcpusArgs) -> Result<()> {
    const FUNCTION: &str = "qemuDomainSetGuestVcpus";
    check_flags(args.flags, 0, FUNCTION)?;
    if !matches!(args.state, 0 | 1) {
        let text = "unsupported state value";
        return Err(Error::invalid_argument(ErrorDomain::Qemu, FUNCTION, "state", text));
    }
    CpuSet::parse_any(&args.cpumap)?;
    ask_agent(call, &args.dom)
}

/// `DOMAIN_AGENT_SET_RESPONSE_TIMEOUT`: how long an agent's answer is waited for. None is, so there is nothing to keep.
pub async fn domain_agent_set_response_timeout(
    call: &Call,
    args: DomainAgentSetResponseTimeoutArgs,
) -> Result<DomainAgentSetResponseTimeoutRet> {
    check_flags(args.flags, 0, "qemuDomainAgentSetResponseTimeout")?;
    if args.timeout < TIMEOUT_BLOCK {
        let timeout = args.timeout;
        return Err(invalid(format!(
            "guest agent timeout '{timeout}' is less than the minimum '{TIMEOUT_BLOCK}'"
        )));
    }
    snapshot(call, &args.dom)?;
    Ok(DomainAgentSetResponseTimeoutRet { result: 0 })
}

/// `DOMAIN_AUTHORIZED_SSH_KEYS_GET`
pub async fn domain_authorized_ssh_keys_get(
    call: &Call,
    args: DomainAuthorizedSshKeysGetArgs,
) -> Result<DomainAuthorizedSshKeysGetRet> {
    check_flags(args.flags, 0, "qemuDomainAuthorizedSSHKeysGet")?;
    ask_agent(call, &args.dom)
}

/// `DOMAIN_AUTHORIZED_SSH_KEYS_SET`
pub async fn domain_authorized_ssh_keys_set(call: &Call, args: DomainAuthorizedSshKeysSetArgs) -> Result<()> {
    const FUNCTION: &str = "virDomainAuthorizedSSHKeysSet";
    let asked = args.flags & (keys::APPEND | keys::REMOVE);
    // Without keys the file is emptied; there is nothing to add to it or to take out of it.
    there(asked == 0 || !args.keys.is_empty(), FUNCTION, "keys")?;
    let names = ["VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND", "VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE"];
    not_both(args.flags, keys::APPEND | keys::REMOVE, FUNCTION, names)?;
    check_flags(args.flags, keys::APPEND | keys::REMOVE, "qemuDomainAuthorizedSSHKeysSet")?;
    ask_agent(call, &args.dom)
}

/// `DOMAIN_AGENT_COMMAND` of the qemu program
pub async fn domain_agent_command(
    call: &Call,
    args: DomainAgentCommandArgs,
) -> Result<DomainAgentCommandRet> {
    check_flags(args.flags, 0, "qemuDomainQemuAgentCommand")?;
    ask_of_guest(call, &args.dom)
}

/// What comes of asking the agent of a domain that must have a guest.
pub(super) fn ask_of_guest<T>(call: &Call, dom: &NonnullDomain) -> Result<T> {
    let snapshot = snapshot(call, dom)?;
    live(&snapshot)?;
    Err(agent::unavailable(&snapshot))
}

/// What comes of asking the agent of a guest that must run.
pub(super) fn ask_agent<T>(call: &Call, dom: &NonnullDomain) -> Result<T> {
    Err(agent::unavailable(&*snapshot(call, dom)?))
}

fn argument(info: &str) -> Error {
    Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::Qemu, info)
}

fn invalid(info: String) -> Error {
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, info)
}
