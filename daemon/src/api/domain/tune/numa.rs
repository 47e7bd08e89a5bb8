//! Which of the host's NUMA nodes memory comes from.

use vireo_protocol::remote::limits::DOMAIN_NUMA_PARAMETERS_MAX;
use vireo_protocol::remote::{
    DomainGetNumaParametersArgs, DomainGetNumaParametersRet, DomainSetNumaParametersArgs,
};
use vireo_protocol::typed::{STRING_OKAY, TypedParam, TypedParams, TypedValue};

use super::super::check_flags;
use super::{AFFECT, answer, change, check_params, privileged, selected, snapshot};
use crate::api::arguments::{params_room, there};
use crate::domain::change::numa::Numa;
use crate::domain::def::CpuSet;
use crate::domain::def::tune::NumaMode;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_NUMA_*`
const MODE: &str = "numa_mode";
const NODESET: &str = "numa_nodeset";

/// `DOMAIN_SET_NUMA_PARAMETERS`
pub async fn domain_set_numa_parameters(call: &Call, args: DomainSetNumaParametersArgs) -> Result<()> {
    there(!args.params.is_empty(), "virDomainSetNumaParameters", "params")?;
    check_flags(args.flags, AFFECT, "qemuDomainSetNumaParameters")?;
    let params = &args.params[..];
    let allowed = [(MODE, TypedValue::Int(0), false), (NODESET, TypedValue::String(String::new()), false)];
    check_params(params, &allowed)?;
    let active = snapshot(call, &args.dom)?.is_active();
    let mode = params.int(MODE).ok().flatten().map(|number| {
        let mode = usize::try_from(number).ok().and_then(|number| NumaMode::ALL.get(number));
        mode.copied().ok_or_else(|| {
            let info = format!("unsupported numatune mode: '{number}'");
            Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, info)
        })
    });
    let mode = mode.transpose()?;
    let nodes = params.string(NODESET).ok().flatten().map(|text| {
        let nodes = CpuSet::parse_any(text)?;
        if nodes.is_empty() {
            let info = format!("Invalid nodeset of 'numatune': {text}");
            return Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info));
        }
        Ok(nodes)
    });
    let nodes = nodes.transpose()?;
    if active {
        privileged(ErrorCode::OperationUnsupported, "NUMA tuning")?;
    }
    change(call, &args.dom, args.flags, Numa { mode, nodes }).await
}

/// `DOMAIN_GET_NUMA_PARAMETERS`
pub async fn domain_get_numa_parameters(
    call: &Call,
    args: DomainGetNumaParametersArgs,
) -> Result<DomainGetNumaParametersRet> {
    params_room(args.nparams, DOMAIN_NUMA_PARAMETERS_MAX)?;
    check_flags(args.flags, AFFECT | STRING_OKAY, "qemuDomainGetNumaParameters")?;
    let (def, _) = selected(args.flags, &*snapshot(call, &args.dom)?)?;
    let memory = def.tune.numa.memory.as_ref();
    let mode = memory.map_or(NumaMode::Strict, |memory| memory.mode);
    let nodes = memory.and_then(|memory| memory.nodes.as_ref()).map(CpuSet::to_string).unwrap_or_default();
    let params = vec![TypedParam::new(MODE, mode.number()), TypedParam::new(NODESET, nodes)];
    let (params, nparams) = answer(params, args.nparams, args.flags);
    Ok(DomainGetNumaParametersRet { params, nparams })
}
