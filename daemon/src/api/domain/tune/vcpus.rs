//! How many vCPUs a domain has.

use vireo_protocol::remote::{DomainSetVcpuArgs, DomainSetVcpusArgs, DomainSetVcpusFlagsArgs};

use super::super::check_flags;
use super::{AFFECT, change, snapshot};
use crate::api::arguments::{not_both, not_zero};
use crate::domain::agent;
use crate::domain::change::vcpus::{SetCount, SetEach, SetMaximum};
use crate::domain::def::CpuSet;
use crate::domain::scope::{self, Scope};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_VCPU_*`
mod flag {
    pub const MAXIMUM: u32 = 1 << 2;
    pub const GUEST: u32 = 1 << 3;
    pub const HOTPLUGGABLE: u32 = 1 << 4;
}

/// `DOMAIN_SET_VCPUS`
pub async fn domain_set_vcpus(call: &Call, args: DomainSetVcpusArgs) -> Result<()> {
    not_zero(args.nvcpus.into(), "virDomainSetVcpus", "nvcpus")?;
    let count = SetCount { count: args.nvcpus, hotpluggable: false };
    change(call, &args.dom, scope::LIVE, count).await
}

/// `DOMAIN_SET_VCPUS_FLAGS`
pub async fn domain_set_vcpus_flags(call: &Call, args: DomainSetVcpusFlagsArgs) -> Result<()> {
    let function = "virDomainSetVcpusFlags";
    not_zero(args.nvcpus.into(), function, "nvcpus")?;
    if args.flags & flag::MAXIMUM != 0 && args.flags & scope::CONFIG == 0 {
        let text = "Flag 'VIR_DOMAIN_AFFECT_CONFIG' is required by flag 'VIR_DOMAIN_VCPU_MAXIMUM'";
        return Err(Error::invalid_argument(ErrorDomain::Domain, function, "ctl", text));
    }
    not_both(
        args.flags,
        flag::MAXIMUM | flag::GUEST,
        function,
        ["VIR_DOMAIN_VCPU_MAXIMUM", "VIR_DOMAIN_VCPU_GUEST"],
    )?;
    let known = AFFECT | flag::MAXIMUM | flag::GUEST | flag::HOTPLUGGABLE;
    check_flags(args.flags, known, "qemuDomainSetVcpusFlags")?;
    if args.flags & flag::GUEST != 0 {
        let snapshot = snapshot(call, &args.dom)?;
        Scope::of_change(args.flags, snapshot.standing())?;
        return Err(agent::unavailable(&snapshot));
    }
    if args.flags & flag::MAXIMUM != 0 {
        return change(call, &args.dom, args.flags, SetMaximum(args.nvcpus)).await;
    }
    let hotpluggable = args.flags & flag::HOTPLUGGABLE != 0;
    change(call, &args.dom, args.flags, SetCount { count: args.nvcpus, hotpluggable }).await
}

/// `DOMAIN_SET_VCPU`
pub async fn domain_set_vcpu(call: &Call, args: DomainSetVcpuArgs) -> Result<()> {
    check_flags(args.flags, AFFECT, "qemuDomainSetVcpu")?;
    if !matches!(args.state, 0 | 1) {
        let text = "unsupported state value";
        return Err(Error::invalid_argument(ErrorDomain::Qemu, "qemuDomainSetVcpu", "state", text));
    }
    let vcpus = CpuSet::parse_any(&args.cpumap)?;
    if vcpus.is_empty() {
        let info = "no vcpus selected for modification";
        return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, info));
    }
    change(call, &args.dom, args.flags, SetEach { vcpus, enabled: args.state == 1 }).await
}
