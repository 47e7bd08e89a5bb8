//! Starting and stopping guests, and what lies between.

use vireo_protocol::remote::{
    DomainCreateArgs, DomainCreateWithFlagsArgs, DomainCreateWithFlagsRet, DomainDestroyArgs,
    DomainDestroyFlagsArgs, DomainInjectNmiArgs, DomainRebootArgs, DomainResetArgs, DomainResumeArgs,
    DomainShutdownArgs, DomainShutdownFlagsArgs, DomainSuspendArgs, NonnullDomain,
};

use super::define::{create_options, start};
use super::{ask, check_flags, named, snapshot};
use crate::domain::agent;
use crate::domain::request::{CreateOptions, Request};
use crate::error::Result;
use crate::rpc::Call;

/// `VIR_DOMAIN_DESTROY_*`
mod destroy {
    pub const GRACEFUL: u32 = 1;
    pub const REMOVE_LOGS: u32 = 1 << 1;
}

/// `VIR_DOMAIN_SHUTDOWN_*` and `VIR_DOMAIN_REBOOT_*`: of the ways there are, those of a machine like this.
mod ways {
    pub const POWER_BUTTON: u32 = 1;
    pub const GUEST_AGENT: u32 = 1 << 1;
}

/// `DOMAIN_CREATE`
pub async fn domain_create(call: &Call, args: DomainCreateArgs) -> Result<()> {
    ask(call, &args.dom, Request::Create(CreateOptions::default())).await.map(drop)
}

/// `DOMAIN_CREATE_WITH_FLAGS`
pub async fn domain_create_with_flags(
    call: &Call,
    args: DomainCreateWithFlagsArgs,
) -> Result<DomainCreateWithFlagsRet> {
    let known =
        start::PAUSED | start::AUTODESTROY | start::BYPASS_CACHE | start::FORCE_BOOT | start::RESET_NVRAM;
    check_flags(args.flags, known, "qemuDomainCreateWithFlags")?;
    ask(call, &args.dom, Request::Create(create_options(call, args.flags))).await?;
    let (domain, _) = call.daemon().domains.resolve(&args.dom)?;
    Ok(DomainCreateWithFlagsRet { dom: named(&domain) })
}

/// `DOMAIN_DESTROY`
pub async fn domain_destroy(call: &Call, args: DomainDestroyArgs) -> Result<()> {
    ask(call, &args.dom, Request::Destroy { graceful: false }).await.map(drop)
}

/// `DOMAIN_DESTROY_FLAGS`
pub async fn domain_destroy_flags(call: &Call, args: DomainDestroyFlagsArgs) -> Result<()> {
    check_flags(args.flags, destroy::GRACEFUL | destroy::REMOVE_LOGS, "qemuDomainDestroyFlags")?;
    let graceful = args.flags & destroy::GRACEFUL != 0;
    ask(call, &args.dom, Request::Destroy { graceful }).await?;
    if args.flags & destroy::REMOVE_LOGS != 0 {
        call.daemon().domains.remove_log(&args.dom.name);
    }
    Ok(())
}

/// `DOMAIN_SHUTDOWN`
pub async fn domain_shutdown(call: &Call, args: DomainShutdownArgs) -> Result<()> {
    ask(call, &args.dom, Request::Shutdown).await.map(drop)
}

/// `DOMAIN_SHUTDOWN_FLAGS`
pub async fn domain_shutdown_flags(call: &Call, args: DomainShutdownFlagsArgs) -> Result<()> {
    check_flags(args.flags, ways::POWER_BUTTON | ways::GUEST_AGENT, "qemuDomainShutdownFlags")?;
    refuse_agent_alone(call, &args.dom, args.flags)?;
    ask(call, &args.dom, Request::Shutdown).await.map(drop)
}

/// `DOMAIN_REBOOT`
pub async fn domain_reboot(call: &Call, args: DomainRebootArgs) -> Result<()> {
    check_flags(args.flags, ways::POWER_BUTTON | ways::GUEST_AGENT, "qemuDomainReboot")?;
    refuse_agent_alone(call, &args.dom, args.flags)?;
    ask(call, &args.dom, Request::Reboot).await.map(drop)
}

/// `DOMAIN_RESET`
pub async fn domain_reset(call: &Call, args: DomainResetArgs) -> Result<()> {
    check_flags(args.flags, 0, "qemuDomainReset")?;
    ask(call, &args.dom, Request::Reset).await.map(drop)
}

/// `DOMAIN_INJECT_NMI`
pub async fn domain_inject_nmi(call: &Call, args: DomainInjectNmiArgs) -> Result<()> {
    check_flags(args.flags, 0, "qemuDomainInjectNMI")?;
    ask(call, &args.dom, Request::InjectNmi).await.map(drop)
}

/// `DOMAIN_SUSPEND`
pub async fn domain_suspend(call: &Call, args: DomainSuspendArgs) -> Result<()> {
    ask(call, &args.dom, Request::Suspend).await.map(drop)
}

/// `DOMAIN_RESUME`
pub async fn domain_resume(call: &Call, args: DomainResumeArgs) -> Result<()> {
    ask(call, &args.dom, Request::Resume).await.map(drop)
}

/// No guest has an agent's channel yet. Where the power button is a choice too, it is taken.
fn refuse_agent_alone(call: &Call, dom: &NonnullDomain, flags: u32) -> Result<()> {
    if flags != ways::GUEST_AGENT {
        return Ok(());
    }
    Err(agent::unavailable(&*snapshot(call, dom)?))
}
