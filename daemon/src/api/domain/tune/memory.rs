//! Limits of the host's memory.

use vireo_protocol::remote::limits::DOMAIN_MEMORY_PARAMETERS_MAX;
use vireo_protocol::remote::{
    DomainGetMemoryParametersArgs, DomainGetMemoryParametersRet, DomainSetMemoryParametersArgs,
};
use vireo_protocol::typed::{STRING_OKAY, TypedParam, TypedParams, TypedValue};

use super::super::check_flags;
use super::{AFFECT, answer, change, check_params, group, privileged, selected, snapshot};
use crate::api::arguments::{live_or_config, params_room, there};
use crate::domain::change::memory::MemoryLimits;
use crate::domain::def::tune::memory::UNLIMITED;
use crate::domain::limits::{Controller, shown};
use crate::error::{ErrorCode, Result};
use crate::rpc::Call;

/// The parameters there are, in libvirt's order.
const NAMES: [&str; 3] = ["hard_limit", "soft_limit", "swap_hard_limit"];

/// `DOMAIN_SET_MEMORY_PARAMETERS`
pub async fn domain_set_memory_parameters(call: &Call, args: DomainSetMemoryParametersArgs) -> Result<()> {
    there(!args.params.is_empty(), "virDomainSetMemoryParameters", "params")?;
    check_flags(args.flags, AFFECT, "qemuDomainSetMemoryParameters")?;
    let params = &args.params[..];
    check_params(params, &NAMES.map(|name| (name, TypedValue::ULLong(0), false)))?;
    snapshot(call, &args.dom)?;
    check_privileged()?;
    let size = |name| params.ullong(name).ok().flatten();
    let [hard, soft, swap] = NAMES.map(size);
    change(call, &args.dom, args.flags, MemoryLimits { hard, soft, swap }).await
}

/// `DOMAIN_GET_MEMORY_PARAMETERS`
pub async fn domain_get_memory_parameters(
    call: &Call,
    args: DomainGetMemoryParametersArgs,
) -> Result<DomainGetMemoryParametersRet> {
    params_room(args.nparams, DOMAIN_MEMORY_PARAMETERS_MAX)?;
    live_or_config(args.flags, "virDomainGetMemoryParameters")?;
    check_flags(args.flags, AFFECT | STRING_OKAY, "qemuDomainGetMemoryParameters")?;
    let snapshot = snapshot(call, &args.dom)?;
    check_privileged()?;
    let (def, live) = selected(args.flags, &snapshot)?;
    let tune = if live && args.nparams != 0 {
        shown::memory(&group(call, &args.dom, Controller::Memory)?)?
    } else {
        def.tune.memory
    };
    let sizes = [tune.hard_limit, tune.soft_limit, tune.swap_hard_limit];
    let params =
        NAMES.into_iter().zip(sizes).map(|(name, kib)| TypedParam::new(name, kib.unwrap_or(UNLIMITED)));
    let (params, nparams) = answer(params.collect(), args.nparams, args.flags);
    Ok(DomainGetMemoryParametersRet { params, nparams })
}

fn check_privileged() -> Result<()> {
    privileged(ErrorCode::OperationUnsupported, "Memory tuning")
}
