//! Weights and limits of transfers to and from the host's block devices.

use vireo_protocol::remote::limits::DOMAIN_BLKIO_PARAMETERS_MAX;
use vireo_protocol::remote::{
    DomainGetBlkioParametersArgs, DomainGetBlkioParametersRet, DomainSetBlkioParametersArgs,
};
use vireo_protocol::typed::{STRING_OKAY, TypedParam, TypedValue};

use super::super::check_flags;
use super::{AFFECT, answer, change, check_params, group, privileged, selected, snapshot};
use crate::api::arguments::{live_or_config, params_room, there};
use crate::domain::change::blkio::{Blkio, DEVICES, Of};
use crate::domain::def::tune::BlkioTune;
use crate::domain::limits::{Controller, shown};
use crate::error::{ErrorCode, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_BLKIO_WEIGHT`
const WEIGHT: &str = "weight";

/// `DOMAIN_SET_BLKIO_PARAMETERS`
pub async fn domain_set_blkio_parameters(call: &Call, args: DomainSetBlkioParametersArgs) -> Result<()> {
    there(!args.params.is_empty(), "virDomainSetBlkioParameters", "params")?;
    check_flags(args.flags, AFFECT, "qemuDomainSetBlkioParameters")?;
    let mut allowed = vec![(WEIGHT, TypedValue::UInt(0), false)];
    allowed.extend(DEVICES.map(|(name, _)| (name, TypedValue::String(String::new()), false)));
    check_params(&args.params, &allowed)?;
    snapshot(call, &args.dom)?;
    check_privileged()?;
    change(call, &args.dom, args.flags, Blkio(args.params)).await
}

/// `DOMAIN_GET_BLKIO_PARAMETERS`
pub async fn domain_get_blkio_parameters(
    call: &Call,
    args: DomainGetBlkioParametersArgs,
) -> Result<DomainGetBlkioParametersRet> {
    params_room(args.nparams, DOMAIN_BLKIO_PARAMETERS_MAX)?;
    live_or_config(args.flags, "virDomainGetBlkioParameters")?;
    check_flags(args.flags, AFFECT | STRING_OKAY, "qemuDomainGetBlkioParameters")?;
    let snapshot = snapshot(call, &args.dom)?;
    check_privileged()?;
    let tune = match args.nparams {
        // How many there are does not depend on the domain.
        0 => BlkioTune::default(),
        _ => {
            let (def, live) = selected(args.flags, &snapshot)?;
            let mut tune = def.tune.blkio;
            if live {
                tune.weight = shown::io_weight(&group(call, &args.dom, Controller::Io)?)?;
            }
            tune
        }
    };
    let mut params = vec![TypedParam::new(WEIGHT, tune.weight)];
    params.extend(DEVICES.map(|(name, of)| TypedParam::new(name, devices(&tune, of))));
    let (params, nparams) = answer(params, args.nparams, args.flags);
    Ok(DomainGetBlkioParametersRet { params, nparams })
}

/// `/dev/sda,100,/dev/sdb,200`: the devices of which it is said.
fn devices(tune: &BlkioTune, of: Of) -> String {
    let said = tune.devices.iter().filter(|device| of.get(device) != 0);
    said.map(|device| format!("{},{}", device.path, of.get(device))).collect::<Vec<_>>().join(",")
}

fn check_privileged() -> Result<()> {
    privileged(ErrorCode::ConfigUnsupported, "Block I/O tuning")
}
