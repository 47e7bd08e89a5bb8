//! Shares and limits of processor time.

use vireo_protocol::remote::limits::DOMAIN_SCHEDULER_PARAMETERS_MAX;
use vireo_protocol::remote::{
    DomainGetSchedulerParametersArgs, DomainGetSchedulerParametersFlagsArgs,
    DomainGetSchedulerParametersFlagsRet, DomainGetSchedulerParametersRet, DomainGetSchedulerTypeArgs,
    DomainGetSchedulerTypeRet, DomainSetSchedulerParametersArgs, DomainSetSchedulerParametersFlagsArgs,
    NonnullDomain,
};
use vireo_protocol::typed::{STRING_OKAY, TypedParam, TypedValue};

use super::super::check_flags;
use super::{AFFECT, change, check_params, group, privileged, selected, snapshot};
use crate::api::arguments::{live_or_config, params_room, there};
use crate::domain::change::scheduler::{FIELDS, Field, Scheduler};
use crate::domain::def::tune::CpuTune;
use crate::domain::limits::plan::Thread;
use crate::domain::limits::{Controller, Group, shown};
use crate::error::{ErrorCode, Result};
use crate::rpc::Call;

/// `DOMAIN_GET_SCHEDULER_TYPE`: there is one; how many parameters it has depends on the host.
pub async fn domain_get_scheduler_type(
    call: &Call,
    args: DomainGetSchedulerTypeArgs,
) -> Result<DomainGetSchedulerTypeRet> {
    check_privileged()?;
    let active = snapshot(call, &args.dom)?.is_active();
    if active {
        group(call, &args.dom, Controller::Cpu)?;
    }
    Ok(DomainGetSchedulerTypeRet { r#type: "posix".to_owned(), nparams: FIELDS.len() as i32 })
}

/// `DOMAIN_GET_SCHEDULER_PARAMETERS`
pub async fn domain_get_scheduler_parameters(
    call: &Call,
    args: DomainGetSchedulerParametersArgs,
) -> Result<DomainGetSchedulerParametersRet> {
    params_room(args.nparams, DOMAIN_SCHEDULER_PARAMETERS_MAX)?;
    there(args.nparams > 0, "virDomainGetSchedulerParameters", "params")?;
    let params = parameters(call, &args.dom, 0, args.nparams)?;
    Ok(DomainGetSchedulerParametersRet { params })
}

/// `DOMAIN_GET_SCHEDULER_PARAMETERS_FLAGS`
pub async fn domain_get_scheduler_parameters_flags(
    call: &Call,
    args: DomainGetSchedulerParametersFlagsArgs,
) -> Result<DomainGetSchedulerParametersFlagsRet> {
    params_room(args.nparams, DOMAIN_SCHEDULER_PARAMETERS_MAX)?;
    there(args.nparams > 0, "virDomainGetSchedulerParametersFlags", "params")?;
    live_or_config(args.flags, "virDomainGetSchedulerParametersFlags")?;
    check_flags(args.flags, AFFECT | STRING_OKAY, "qemuDomainGetSchedulerParametersFlags")?;
    let params = parameters(call, &args.dom, args.flags, args.nparams)?;
    Ok(DomainGetSchedulerParametersFlagsRet { params })
}

/// `DOMAIN_SET_SCHEDULER_PARAMETERS`
pub async fn domain_set_scheduler_parameters(
    call: &Call,
    args: DomainSetSchedulerParametersArgs,
) -> Result<()> {
    there(!args.params.is_empty(), "virDomainSetSchedulerParameters", "params")?;
    set(call, &args.dom, args.params, 0).await
}

/// `DOMAIN_SET_SCHEDULER_PARAMETERS_FLAGS`
pub async fn domain_set_scheduler_parameters_flags(
    call: &Call,
    args: DomainSetSchedulerParametersFlagsArgs,
) -> Result<()> {
    there(!args.params.is_empty(), "virDomainSetSchedulerParametersFlags", "params")?;
    check_flags(args.flags, AFFECT, "qemuDomainSetSchedulerParametersFlags")?;
    set(call, &args.dom, args.params, args.flags).await
}

async fn set(call: &Call, dom: &NonnullDomain, params: Vec<TypedParam>, flags: u32) -> Result<()> {
    let allowed = FIELDS.map(|(name, field)| match field {
        Field::Shares | Field::Period(_) => (name, TypedValue::ULLong(0), false),
        Field::Quota(_) => (name, TypedValue::LLong(0), false),
    });
    check_params(&params, &allowed)?;
    snapshot(call, dom)?;
    check_privileged()?;
    change(call, dom, flags, Scheduler(params)).await
}

fn parameters(call: &Call, dom: &NonnullDomain, flags: u32, room: i32) -> Result<Vec<TypedParam>> {
    let snapshot = snapshot(call, dom)?;
    check_privileged()?;
    let (def, live) = selected(flags, &snapshot)?;
    let mut tune = if live {
        let group = group(call, dom, Controller::Cpu)?;
        enforced(&group, &def.tune.cpu)?
    } else {
        def.tune.cpu
    };
    let params = FIELDS.iter().map(|(name, field)| match field {
        Field::Shares => TypedParam::new(*name, tune.shares.unwrap_or(0)),
        Field::Period(place) => TypedParam::new(*name, *place(&mut tune)),
        Field::Quota(place) => TypedParam::new(*name, *place(&mut tune)),
    });
    Ok(params.take(usize::try_from(room).unwrap_or(0)).collect())
}

/// What stands in a guest's group. Of I/O threads, which a guest has none of, what was asked for.
fn enforced(group: &Group, asked: &CpuTune) -> Result<CpuTune> {
    Ok(CpuTune {
        shares: Some(shown::shares(group)?),
        vcpu: shown::bandwidth(group, Some(Thread::Vcpu(0)))?,
        emulator: shown::bandwidth(group, Some(Thread::Emulator))?,
        global: shown::bandwidth(group, None)?,
        iothread: if asked.iothread.is_unset() { shown::bandwidth(group, None)? } else { asked.iothread },
        ..CpuTune::default()
    })
}

fn check_privileged() -> Result<()> {
    privileged(ErrorCode::ConfigUnsupported, "CPU tuning")
}
