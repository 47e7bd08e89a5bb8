//! Where a domain's threads run.

use vireo_protocol::remote::limits::{CPUMAPS_MAX, VCPUINFO_MAX};
use vireo_protocol::remote::{
    DomainGetEmulatorPinInfoArgs, DomainGetEmulatorPinInfoRet, DomainGetVcpuPinInfoArgs,
    DomainGetVcpuPinInfoRet, DomainPinEmulatorArgs, DomainPinVcpuArgs, DomainPinVcpuFlagsArgs,
};

use super::super::check_flags;
use super::{AFFECT, change, selected, snapshot};
use crate::api::arguments::{live_or_config, positive, there};
use crate::domain::change::pins::{PinEmulator, PinVcpu};
use crate::domain::def::CpuSet;
use crate::domain::limits::cpus;
use crate::domain::limits::plan::Thread;
use crate::domain::scope;
use crate::error::{Error, ErrorDomain, Result};
use crate::host::sources::Sources;
use crate::rpc::Call;

/// Longest CPU map that is filled in, in bytes: more CPUs than any host has.
const MAX_MAP: usize = 2048;

/// `DOMAIN_PIN_VCPU`
pub async fn domain_pin_vcpu(call: &Call, args: DomainPinVcpuArgs) -> Result<()> {
    there(!args.cpumap.is_empty(), "virDomainPinVcpu", "cpumap")?;
    let pin = PinVcpu { vcpu: args.vcpu, cpus: CpuSet::from_map(&args.cpumap) };
    change(call, &args.dom, scope::LIVE, pin).await
}

/// `DOMAIN_PIN_VCPU_FLAGS`
pub async fn domain_pin_vcpu_flags(call: &Call, args: DomainPinVcpuFlagsArgs) -> Result<()> {
    there(!args.cpumap.is_empty(), "virDomainPinVcpuFlags", "cpumap")?;
    check_flags(args.flags, AFFECT, "qemuDomainPinVcpuFlags")?;
    let pin = PinVcpu { vcpu: args.vcpu, cpus: CpuSet::from_map(&args.cpumap) };
    change(call, &args.dom, args.flags, pin).await
}

/// `DOMAIN_GET_VCPU_PIN_INFO`
pub async fn domain_get_vcpu_pin_info(
    call: &Call,
    args: DomainGetVcpuPinInfoArgs,
) -> Result<DomainGetVcpuPinInfoRet> {
    let fail = |text| Err(Error::internal(ErrorDomain::Rpc, text));
    let Ok(room) = usize::try_from(args.ncpumaps) else { return fail("ncpumaps must be non-negative") };
    let Ok(length) = usize::try_from(args.maplen) else { return fail("maplen must be non-negative") };
    if room > VCPUINFO_MAX {
        return fail("ncpumaps > REMOTE_VCPUINFO_MAX");
    }
    if room.saturating_mul(length) > CPUMAPS_MAX {
        // That is what libvirt calls it here.
        return fail("maxinfo * maplen > REMOTE_CPUMAPS_MAX");
    }
    positive(args.ncpumaps.into(), "virDomainGetVcpuPinInfo", "ncpumaps")?;
    live_or_config(args.flags, "virDomainGetVcpuPinInfo")?;
    check_flags(args.flags, AFFECT, "qemuDomainGetVcpuPinInfo")?;
    let (def, _) = selected(args.flags, &*snapshot(call, &args.dom)?)?;
    let host = host_cpus();
    let (count, length) = (room.min(def.vcpus.maximum as usize), length.min(MAX_MAP));
    let maps = (0..count as u32).map(|vcpu| cpus(&def, Thread::Vcpu(vcpu)).unwrap_or(&host).to_map(length));
    Ok(DomainGetVcpuPinInfoRet { cpumaps: maps.flatten().collect(), num: count as i32 })
}

/// `DOMAIN_PIN_EMULATOR`
pub async fn domain_pin_emulator(call: &Call, args: DomainPinEmulatorArgs) -> Result<()> {
    there(!args.cpumap.is_empty(), "virDomainPinEmulator", "cpumap")?;
    check_flags(args.flags, AFFECT, "qemuDomainPinEmulator")?;
    change(call, &args.dom, args.flags, PinEmulator { cpus: CpuSet::from_map(&args.cpumap) }).await
}

/// `DOMAIN_GET_EMULATOR_PIN_INFO`
pub async fn domain_get_emulator_pin_info(
    call: &Call,
    args: DomainGetEmulatorPinInfoArgs,
) -> Result<DomainGetEmulatorPinInfoRet> {
    let fail = |text| Err(Error::internal(ErrorDomain::Rpc, text));
    let Ok(length) = usize::try_from(args.maplen) else { return fail("maplen must be non-negative") };
    if length > CPUMAPS_MAX {
        return fail("maplen > REMOTE_CPUMAPS_MAX");
    }
    there(length > 0, "virDomainGetEmulatorPinInfo", "cpumap")?;
    live_or_config(args.flags, "virDomainGetEmulatorPinInfo")?;
    check_flags(args.flags, AFFECT, "qemuDomainGetEmulatorPinInfo")?;
    let (def, _) = selected(args.flags, &*snapshot(call, &args.dom)?)?;
    let length = length.min(MAX_MAP);
    let cpumaps = cpus(&def, Thread::Emulator).unwrap_or(&host_cpus()).to_map(length);
    Ok(DomainGetEmulatorPinInfoRet { cpumaps, ret: 1 })
}

/// All CPUs of the host: what is not pinned may run on any.
pub(super) fn host_cpus() -> CpuSet {
    let online = Sources::host().list("devices/system/cpu/online").unwrap_or_default();
    online.into_iter().map(|cpu| cpu as usize).collect()
}
