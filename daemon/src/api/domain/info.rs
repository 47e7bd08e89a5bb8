//! What a domain says of itself, from its snapshot.

use vireo_protocol::remote::limits::DOMAIN_DISK_ERRORS_MAX;
use vireo_protocol::remote::{
    DomainGetControlInfoArgs, DomainGetControlInfoRet, DomainGetDiskErrorsArgs, DomainGetDiskErrorsRet,
    DomainGetInfoArgs, DomainGetInfoRet, DomainGetMaxMemoryArgs, DomainGetMaxMemoryRet,
    DomainGetMessagesArgs, DomainGetMessagesRet, DomainGetOsTypeArgs, DomainGetOsTypeRet, DomainGetStateArgs,
    DomainGetStateRet, DomainIsActiveArgs, DomainIsActiveRet, DomainIsPersistentArgs, DomainIsPersistentRet,
    DomainIsUpdatedArgs, DomainIsUpdatedRet,
};

use super::{check_flags, live, snapshot};
use crate::api::arguments::not_too_large;
use crate::error::Result;
use crate::rpc::Call;

/// `VIR_DOMAIN_MESSAGE_*`
mod messages {
    pub const DEPRECATION: u32 = 1;
    pub const TAINTING: u32 = 1 << 1;
}

/// `DOMAIN_GET_INFO`
pub async fn domain_get_info(call: &Call, args: DomainGetInfoArgs) -> Result<DomainGetInfoRet> {
    let snapshot = snapshot(call, &args.dom)?;
    let times = snapshot.live.as_ref().and_then(|live| live.process.read().ok()).unwrap_or_default();
    let (max_mem, memory, nr_virt_cpu) =
        snapshot.facts().map_or((0, 0, 0), |facts| (facts.memory_kib, facts.current_kib, facts.vcpus));
    Ok(DomainGetInfoRet {
        state: snapshot.state.number() as u8,
        max_mem,
        memory,
        nr_virt_cpu,
        cpu_time: times.user + times.system,
    })
}

/// `DOMAIN_GET_STATE`
pub async fn domain_get_state(call: &Call, args: DomainGetStateArgs) -> Result<DomainGetStateRet> {
    check_flags(args.flags, 0, "qemuDomainGetState")?;
    let state = snapshot(call, &args.dom)?.state;
    Ok(DomainGetStateRet { state: state.number(), reason: state.reason() })
}

/// `DOMAIN_GET_OS_TYPE`: there is one.
pub async fn domain_get_os_type(call: &Call, args: DomainGetOsTypeArgs) -> Result<DomainGetOsTypeRet> {
    snapshot(call, &args.dom)?;
    Ok(DomainGetOsTypeRet { r#type: "hvm".to_owned() })
}

/// `DOMAIN_GET_MAX_MEMORY`
pub async fn domain_get_max_memory(
    call: &Call,
    args: DomainGetMaxMemoryArgs,
) -> Result<DomainGetMaxMemoryRet> {
    let snapshot = snapshot(call, &args.dom)?;
    Ok(DomainGetMaxMemoryRet { memory: snapshot.facts().map_or(0, |facts| facts.memory_kib) })
}

/// `DOMAIN_IS_ACTIVE`
pub async fn domain_is_active(call: &Call, args: DomainIsActiveArgs) -> Result<DomainIsActiveRet> {
    Ok(DomainIsActiveRet { active: snapshot(call, &args.dom)?.is_active().into() })
}

/// `DOMAIN_IS_PERSISTENT`
pub async fn domain_is_persistent(
    call: &Call,
    args: DomainIsPersistentArgs,
) -> Result<DomainIsPersistentRet> {
    Ok(DomainIsPersistentRet { persistent: snapshot(call, &args.dom)?.is_persistent().into() })
}

/// `DOMAIN_IS_UPDATED`: whether the running guest's definition was changed by the hypervisor. It never is.
pub async fn domain_is_updated(call: &Call, args: DomainIsUpdatedArgs) -> Result<DomainIsUpdatedRet> {
    snapshot(call, &args.dom)?;
    Ok(DomainIsUpdatedRet { updated: 0 })
}

/// `DOMAIN_GET_MESSAGES`: what the start left to say. None of it is a deprecation or a taint.
pub async fn domain_get_messages(call: &Call, args: DomainGetMessagesArgs) -> Result<DomainGetMessagesRet> {
    check_flags(args.flags, messages::DEPRECATION | messages::TAINTING, "qemuDomainGetMessages")?;
    let snapshot = snapshot(call, &args.dom)?;
    let notes = snapshot.live.as_ref().filter(|_| args.flags == 0).and_then(|live| live.hello.as_ref());
    Ok(DomainGetMessagesRet { msgs: notes.map(|hello| hello.notes.to_vec()).unwrap_or_default() })
}

/// `DOMAIN_GET_CONTROL_INFO`: reads never wait for a guest, so it is always there to be asked.
pub async fn domain_get_control_info(
    call: &Call,
    args: DomainGetControlInfoArgs,
) -> Result<DomainGetControlInfoRet> {
    check_flags(args.flags, 0, "qemuDomainGetControlInfo")?;
    live(&*snapshot(call, &args.dom)?)?;
    Ok(DomainGetControlInfoRet { state: 0, details: 0, state_time: 0 })
}

/// `DOMAIN_GET_DISK_ERRORS`: errors that a disk stands still for. Each is reported to the guest, which goes on.
pub async fn domain_get_disk_errors(
    call: &Call,
    args: DomainGetDiskErrorsArgs,
) -> Result<DomainGetDiskErrorsRet> {
    not_too_large(args.maxerrors as usize, DOMAIN_DISK_ERRORS_MAX, "maxerrors")?;
    check_flags(args.flags, 0, "qemuDomainGetDiskErrors")?;
    live(&*snapshot(call, &args.dom)?)?;
    Ok(DomainGetDiskErrorsRet { errors: Vec::new(), nerrors: 0 })
}
