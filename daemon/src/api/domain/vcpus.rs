//! vCPUs: how many, and where they run.

use vireo_protocol::remote::limits::{CPUMAPS_MAX, VCPUINFO_MAX};
use vireo_protocol::remote::{
    DomainGetMaxVcpusArgs, DomainGetMaxVcpusRet, DomainGetVcpusArgs, DomainGetVcpusFlagsArgs,
    DomainGetVcpusFlagsRet, DomainGetVcpusRet, VcpuInfo,
};

use super::{check_flags, live, snapshot};
use crate::api::arguments::{live_or_config, there};
use crate::domain::facts::Facts;
use crate::domain::stats::vcpu::{Thread, affinity};
use crate::domain::{Snapshot, agent};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_AFFECT_*` and `VIR_DOMAIN_VCPU_*`
mod flag {
    pub const LIVE: u32 = 1;
    pub const CONFIG: u32 = 1 << 1;
    pub const MAXIMUM: u32 = 1 << 2;
    pub const GUEST: u32 = 1 << 3;
}

/// `VIR_VCPU_RUNNING`
const RUNNING: i32 = 1;

/// Longest CPU map of one vCPU that is filled in, in bytes: more CPUs than any host has.
const MAX_MAP: usize = 2048;

/// `DOMAIN_GET_MAX_VCPUS`
pub async fn domain_get_max_vcpus(call: &Call, args: DomainGetMaxVcpusArgs) -> Result<DomainGetMaxVcpusRet> {
    let snapshot = snapshot(call, &args.dom)?;
    Ok(DomainGetMaxVcpusRet { num: count(&snapshot, flag::LIVE | flag::MAXIMUM)? })
}

/// `DOMAIN_GET_VCPUS_FLAGS`
pub async fn domain_get_vcpus_flags(
    call: &Call,
    args: DomainGetVcpusFlagsArgs,
) -> Result<DomainGetVcpusFlagsRet> {
    let known = flag::LIVE | flag::CONFIG | flag::MAXIMUM | flag::GUEST;
    live_or_config(args.flags, "virDomainGetVcpusFlags")?;
    check_flags(args.flags, known, "qemuDomainGetVcpusFlags")?;
    let snapshot = snapshot(call, &args.dom)?;
    if args.flags & flag::GUEST != 0 {
        return Err(no_answer(&snapshot));
    }
    Ok(DomainGetVcpusFlagsRet { num: count(&snapshot, args.flags)? })
}

/// `DOMAIN_GET_VCPUS`
pub async fn domain_get_vcpus(call: &Call, args: DomainGetVcpusArgs) -> Result<DomainGetVcpusRet> {
    let (room, length) = vcpu_room(&args)?;
    let snapshot = snapshot(call, &args.dom)?;
    let Some(live) = &snapshot.live else {
        let info = "cannot retrieve vcpu information for inactive domain";
        return Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info));
    };
    let length = length.min(MAX_MAP);
    let mut reply = DomainGetVcpusRet { info: Vec::new(), cpumaps: Vec::new() };
    for (number, tid) in live.vcpus().take(room) {
        let Thread { time, cpu, .. } = Thread::read(live.pid, tid);
        reply.info.push(VcpuInfo { number, state: RUNNING, cpu_time: time, cpu });
        reply.cpumaps.extend(affinity(tid, length));
    }
    Ok(reply)
}

/// How many vCPUs the client has room for, and how many bytes for the map of each.
fn vcpu_room(args: &DomainGetVcpusArgs) -> Result<(usize, usize)> {
    let fail = |text| Err(Error::internal(ErrorDomain::Rpc, text));
    let (Ok(room), Ok(length)) = (usize::try_from(args.maxinfo), usize::try_from(args.maplen)) else {
        // Libvirt says it of both.
        return fail("maxinfo must be non-negative");
    };
    if room > VCPUINFO_MAX {
        return fail("maxinfo > REMOTE_VCPUINFO_MAX");
    }
    if room.saturating_mul(length) > CPUMAPS_MAX {
        return fail("maxinfo * maplen > REMOTE_CPUMAPS_MAX");
    }
    there(room > 0, "virDomainGetVcpus", "info")?;
    Ok((room, length))
}

fn count(snapshot: &Snapshot, flags: u32) -> Result<i32> {
    let facts = facts(snapshot, flags)?;
    Ok(i32::from(if flags & flag::MAXIMUM != 0 { facts.vcpus_max } else { facts.vcpus }))
}

/// Of the guest or of the definition, as the flags say: by default of what there is, the guest first.
fn facts(snapshot: &Snapshot, flags: u32) -> Result<&Facts> {
    if flags & flag::LIVE != 0 {
        return Ok(&live(snapshot)?.facts);
    }
    if flags & flag::CONFIG != 0 {
        return snapshot.definition.as_ref().map(|definition| &definition.facts).ok_or_else(|| {
            let info = "transient domains do not have any persistent config";
            Error::new(ErrorCode::OperationInvalid, ErrorDomain::Domain, info)
        });
    }
    snapshot.facts().ok_or_else(crate::domain::policy::not_running)
}

/// Why the guest does not say how many it has.
pub(super) fn no_answer(snapshot: &Snapshot) -> Error {
    if snapshot.is_active() {
        return agent::unavailable(snapshot);
    }
    let info = "vCPU count provided by the guest agent can only be requested for live domains";
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, info)
}
