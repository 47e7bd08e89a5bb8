//! A guest's sleep. Guests cannot sleep yet (`pm` is rejected among the fates), so none can be woken.

use vireo_protocol::remote::{DomainPmSuspendForDurationArgs, DomainPmWakeupArgs};

use super::agent::ask_agent;
use super::{check_flags, live, snapshot};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_NODE_SUSPEND_TARGET_*`: memory, disk, hybrid.
const TARGETS: u32 = 3;

/// `DOMAIN_PM_SUSPEND_FOR_DURATION`: the guest puts itself to sleep, asked by its agent.
pub async fn domain_pm_suspend_for_duration(call: &Call, args: DomainPmSuspendForDurationArgs) -> Result<()> {
    check_flags(args.flags, 0, "qemuDomainPMSuspendForDuration")?;
    if args.duration != 0 {
        let info = "Duration not supported. Use 0 for now";
        return Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::Qemu, info));
    }
    if args.target >= TARGETS {
        let info = format!("Unknown suspend target: {}", args.target);
        return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, info));
    }
    ask_agent(call, &args.dom)
}

/// `DOMAIN_PM_WAKEUP`
pub async fn domain_pm_wakeup(call: &Call, args: DomainPmWakeupArgs) -> Result<()> {
    check_flags(args.flags, 0, "qemuDomainPMWakeup")?;
    live(&*snapshot(call, &args.dom)?)?;
    Err(Error::internal(ErrorDomain::Qemu, "Unable to wake up: guest is not in suspended state"))
}
