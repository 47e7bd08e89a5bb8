//! Memory: how much the guest has and keeps.

use vireo_protocol::remote::{
    DomainSetMaxMemoryArgs, DomainSetMemoryArgs, DomainSetMemoryFlagsArgs, DomainSetMemoryStatsPeriodArgs,
    NonnullDomain,
};

use super::{ask, check_flags};
use crate::domain::edit::{Edit, SetMemory};
use crate::domain::request::Request;
use crate::domain::scope;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_MEM_MAXIMUM`
const MAXIMUM: u32 = 1 << 2;

/// What is this or larger has no number of bytes.
const LARGEST_KIB: u64 = i64::MAX as u64 / 1024;

/// `DOMAIN_SET_MEMORY`
pub async fn domain_set_memory(call: &Call, args: DomainSetMemoryArgs) -> Result<()> {
    check_given("virDomainSetMemory", args.memory)?;
    set(call, &args.dom, SetMemory::Current(args.memory), scope::LIVE).await
}

/// `DOMAIN_SET_MAX_MEMORY`
pub async fn domain_set_max_memory(call: &Call, args: DomainSetMaxMemoryArgs) -> Result<()> {
    check_given("virDomainSetMaxMemory", args.memory)?;
    set(call, &args.dom, SetMemory::Maximum(args.memory), 0).await
}

/// `DOMAIN_SET_MEMORY_FLAGS`
pub async fn domain_set_memory_flags(call: &Call, args: DomainSetMemoryFlagsArgs) -> Result<()> {
    check_given("virDomainSetMemoryFlags", args.memory)?;
    check_flags(args.flags, scope::LIVE | scope::CONFIG | MAXIMUM, "qemuDomainSetMemoryFlags")?;
    let maximum = args.flags & MAXIMUM != 0;
    let edit = if maximum { SetMemory::Maximum(args.memory) } else { SetMemory::Current(args.memory) };
    set(call, &args.dom, edit, args.flags).await
}

/// `DOMAIN_SET_MEMORY_STATS_PERIOD`
pub async fn domain_set_memory_stats_period(call: &Call, args: DomainSetMemoryStatsPeriodArgs) -> Result<()> {
    let Ok(seconds) = u32::try_from(args.period) else {
        let function = "virDomainSetMemoryStatsPeriod";
        let text = format!("period in {function} must be zero or greater");
        return Err(Error::invalid_argument(ErrorDomain::Domain, function, "period", text));
    };
    check_flags(args.flags, scope::LIVE | scope::CONFIG, "qemuDomainSetMemoryStatsPeriod")?;
    set(call, &args.dom, SetMemory::Period(seconds), args.flags).await
}

async fn set(call: &Call, dom: &NonnullDomain, edit: SetMemory, flags: u32) -> Result<()> {
    ask(call, dom, Request::Edit { edit: Edit::Memory(edit), flags }).await.map(drop)
}

fn check_given(function: &str, memory: u64) -> Result<()> {
    if memory == 0 {
        let text = format!("memory in {function} must not be zero");
        return Err(Error::invalid_argument(ErrorDomain::Domain, function, "memory", text));
    }
    if memory >= LARGEST_KIB {
        let info = format!("input too large: {memory}");
        return Err(Error::new(ErrorCode::Overflow, ErrorDomain::Domain, info));
    }
    Ok(())
}
