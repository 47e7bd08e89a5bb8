//! What devices may carry: disks and interfaces.

use vireo_protocol::remote::limits::{DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX, DOMAIN_INTERFACE_PARAMETERS_MAX};
use vireo_protocol::remote::{
    DomainGetBlockIoTuneArgs, DomainGetBlockIoTuneRet, DomainGetInterfaceParametersArgs,
    DomainGetInterfaceParametersRet, DomainSetBlockIoTuneArgs, DomainSetInterfaceParametersArgs,
};
use vireo_protocol::typed::{STRING_OKAY, TypedValue};

use super::super::check_flags;
use super::{AFFECT, answer, change, check_params, selected, snapshot};
use crate::api::arguments::{live_or_config, params_room, positive, there};
use crate::domain::change::bandwidth::{self, INBOUND, OUTBOUND, SetBandwidth};
use crate::domain::change::iotune::{self, GROUP, SetIoTune};
use crate::domain::def::devices::disk::iotune::NAMES;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `DOMAIN_SET_BLOCK_IO_TUNE`
pub async fn domain_set_block_io_tune(call: &Call, args: DomainSetBlockIoTuneArgs) -> Result<()> {
    positive(args.params.len() as i64, "virDomainSetBlockIoTune", "nparams")?;
    check_flags(args.flags, AFFECT, "qemuDomainSetBlockIoTune")?;
    let mut allowed = NAMES.map(|name| (name, TypedValue::ULLong(0), false)).to_vec();
    allowed.push((GROUP, TypedValue::String(String::new()), false));
    check_params(&args.params, &allowed)?;
    change(call, &args.dom, args.flags, SetIoTune { disk: args.disk, params: args.params }).await
}

/// `DOMAIN_GET_BLOCK_IO_TUNE`
pub async fn domain_get_block_io_tune(
    call: &Call,
    args: DomainGetBlockIoTuneArgs,
) -> Result<DomainGetBlockIoTuneRet> {
    params_room(args.nparams, DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX)?;
    live_or_config(args.flags, "virDomainGetBlockIoTune")?;
    check_flags(args.flags, AFFECT | STRING_OKAY, "qemuDomainGetBlockIoTune")?;
    let (def, live) = selected(args.flags, &*snapshot(call, &args.dom)?)?;
    let tune = match &args.disk {
        Some(name) if args.nparams != 0 => {
            let disk =
                iotune::find(&def, name).map_err(|error| if live { not_found(name) } else { error })?;
            disk.iotune.as_deref()
        }
        // How many there are does not depend on the disk.
        _ => None,
    };
    let (params, nparams) = answer(iotune::params(tune), args.nparams, args.flags);
    Ok(DomainGetBlockIoTuneRet { params, nparams })
}

/// `DOMAIN_SET_INTERFACE_PARAMETERS`
pub async fn domain_set_interface_parameters(
    call: &Call,
    args: DomainSetInterfaceParametersArgs,
) -> Result<()> {
    there(!args.params.is_empty(), "virDomainSetInterfaceParameters", "params")?;
    check_flags(args.flags, AFFECT, "qemuDomainSetInterfaceParameters")?;
    let names = INBOUND.iter().chain(&OUTBOUND).map(|(name, _)| (*name, TypedValue::UInt(0), false));
    check_params(&args.params, &names.collect::<Vec<_>>())?;
    change(call, &args.dom, args.flags, SetBandwidth { device: args.device, params: args.params }).await
}

/// `DOMAIN_GET_INTERFACE_PARAMETERS`
pub async fn domain_get_interface_parameters(
    call: &Call,
    args: DomainGetInterfaceParametersArgs,
) -> Result<DomainGetInterfaceParametersRet> {
    params_room(args.nparams, DOMAIN_INTERFACE_PARAMETERS_MAX)?;
    check_flags(args.flags, AFFECT | STRING_OKAY, "qemuDomainGetInterfaceParameters")?;
    let (def, _) = selected(args.flags, &*snapshot(call, &args.dom)?)?;
    let bandwidth = match args.nparams {
        // How many there are does not depend on the interface.
        0 => None,
        _ => bandwidth::find(&def, &args.device)?.bandwidth.as_deref(),
    };
    let (params, nparams) = answer(bandwidth::params(bandwidth), args.nparams, args.flags);
    Ok(DomainGetInterfaceParametersRet { params, nparams })
}

/// A disk that the running guest has not.
fn not_found(name: &str) -> Error {
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, format!("disk '{name}' not found in domain"))
}
