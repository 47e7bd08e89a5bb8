//! I/O threads.

use vireo_protocol::remote::{
    DomainAddIothreadArgs, DomainDelIothreadArgs, DomainGetIothreadInfoArgs, DomainGetIothreadInfoRet,
    DomainIothreadInfo, DomainPinIothreadArgs, DomainSetIothreadParamsArgs,
};
use vireo_protocol::typed::{TypedParams, TypedValue};

use super::super::check_flags;
use super::pins::host_cpus;
use super::{AFFECT, change, check_params, selected, snapshot};
use crate::api::arguments::{live_or_config, not_zero, there};
use crate::domain::change::iothreads::{ChangeIoThread, What};
use crate::domain::change::pins::PinIoThread;
use crate::domain::def::CpuSet;
use crate::domain::scope;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `DOMAIN_GET_IOTHREAD_INFO`: of a running guest, none, since it has none.
pub async fn domain_get_iothread_info(
    call: &Call,
    args: DomainGetIothreadInfoArgs,
) -> Result<DomainGetIothreadInfoRet> {
    live_or_config(args.flags, "virDomainGetIOThreadInfo")?;
    check_flags(args.flags, AFFECT, "qemuDomainGetIOThreadInfo")?;
    let (def, live) = selected(args.flags, &*snapshot(call, &args.dom)?)?;
    let host = host_cpus();
    let threads = if live { &[][..] } else { &def.tune.iothreads.0 };
    let info = threads.iter().map(|thread| {
        let cpus = def.tune.cpu.iothread_pins.get(&thread.id).or(def.vcpus.cpuset.as_ref()).unwrap_or(&host);
        DomainIothreadInfo { iothread_id: thread.id, cpumap: cpus.bytes().to_vec() }
    });
    let info: Vec<_> = info.collect();
    let ret = info.len() as u32;
    Ok(DomainGetIothreadInfoRet { info, ret })
}

/// `DOMAIN_PIN_IOTHREAD`
pub async fn domain_pin_iothread(call: &Call, args: DomainPinIothreadArgs) -> Result<()> {
    there(!args.cpumap.is_empty(), "virDomainPinIOThread", "cpumap")?;
    check_flags(args.flags, AFFECT, "qemuDomainPinIOThread")?;
    let pin = PinIoThread { id: args.iothreads_id, cpus: CpuSet::from_map(&args.cpumap) };
    change(call, &args.dom, args.flags, pin).await
}

/// `DOMAIN_ADD_IOTHREAD`
pub async fn domain_add_iothread(call: &Call, args: DomainAddIothreadArgs) -> Result<()> {
    check_flags(args.flags, AFFECT, "qemuDomainAddIOThread")?;
    check_id(args.iothread_id)?;
    change(call, &args.dom, args.flags, ChangeIoThread { id: args.iothread_id, what: What::Add }).await
}

/// `DOMAIN_DEL_IOTHREAD`
pub async fn domain_del_iothread(call: &Call, args: DomainDelIothreadArgs) -> Result<()> {
    not_zero(args.iothread_id.into(), "virDomainDelIOThread", "iothread_id")?;
    check_flags(args.flags, AFFECT, "qemuDomainDelIOThread")?;
    change(call, &args.dom, args.flags, ChangeIoThread { id: args.iothread_id, what: What::Remove }).await
}

/// `DOMAIN_SET_IOTHREAD_PARAMS`
pub async fn domain_set_iothread_params(call: &Call, args: DomainSetIothreadParamsArgs) -> Result<()> {
    there(!args.params.is_empty(), "virDomainSetIOThreadParams", "params")?;
    check_flags(args.flags, AFFECT, "qemuDomainSetIOThreadParams")?;
    check_id(args.iothread_id)?;
    let params = &args.params[..];
    let allowed = [
        ("poll_max_ns", TypedValue::ULLong(0), false),
        ("poll_grow", TypedValue::UInt(0), false),
        ("poll_shrink", TypedValue::UInt(0), false),
        ("thread_pool_min", TypedValue::Int(0), false),
        ("thread_pool_max", TypedValue::Int(0), false),
    ];
    snapshot(call, &args.dom)?;
    check_params(params, &allowed)?;
    let (min, max) =
        (params.int("thread_pool_min").ok().flatten(), params.int("thread_pool_max").ok().flatten());
    if let Some(min) = min.filter(|min| *min < -1) {
        return Err(unsupported(format!("thread_pool_min ({min}) must be equal to or greater than -1")));
    }
    if let Some(max) = max.filter(|max| *max < -1 || *max == 0) {
        return Err(unsupported(format!("thread_pool_max ({max}) must be a positive number or -1")));
    }
    let polls = params.iter().any(|param| param.field.starts_with("poll"));
    if polls && args.flags & scope::CONFIG != 0 {
        let info = "configuring persistent polling values is not supported";
        return Err(Error::new(ErrorCode::OperationUnsupported, ErrorDomain::Qemu, info));
    }
    let what = What::Pool { min, max };
    change(call, &args.dom, args.flags, ChangeIoThread { id: args.iothread_id, what }).await
}

fn check_id(id: u32) -> Result<()> {
    if id != 0 {
        return Ok(());
    }
    let info = "invalid value of 0 for iothread_id";
    Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, info))
}

fn unsupported(info: String) -> Error {
    Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, info)
}
