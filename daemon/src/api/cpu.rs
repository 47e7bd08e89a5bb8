//! Comparing CPUs, and what guests can be given.

use std::path::Path;

use vireo_protocol::remote::{
    ConnectBaselineCpuArgs, ConnectBaselineCpuRet, ConnectBaselineHypervisorCpuArgs,
    ConnectBaselineHypervisorCpuRet, ConnectCompareCpuArgs, ConnectCompareCpuRet,
    ConnectCompareHypervisorCpuArgs, ConnectCompareHypervisorCpuRet, ConnectGetDomainCapabilitiesArgs,
    ConnectGetDomainCapabilitiesRet,
};

use super::blocking::ask_host;
use crate::architectures::{is_architecture, is_ours};
use crate::domain::def::virt_type::is_virt_type;
use crate::domain::def::{Machine, fates};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::host::cpu::baseline::baseline;
use crate::host::cpu::compare::{Offer, compare};
use crate::host::cpu::decode::working;
use crate::host::cpu::definition::{Definition, Kind};
use crate::host::cpu::description;
use crate::host::{Host, kvm};
use crate::rpc::Call;

const COMPARE_FAIL_INCOMPATIBLE: u32 = 1;
const COMPARE_VALIDATE_XML: u32 = 2;
const BASELINE_EXPAND_FEATURES: u32 = 1;
const BASELINE_MIGRATABLE: u32 = 2;

/// What a call says of the guest it asks about.
struct Guest {
    arch: String,
    machine: Machine,
}

/// `CONNECT_GET_DOMAIN_CAPABILITIES`
pub async fn connect_get_domain_capabilities(
    call: &Call,
    args: ConnectGetDomainCapabilitiesArgs,
) -> Result<ConnectGetDomainCapabilitiesRet> {
    known_flags(args.flags, 0, "qemuConnectGetDomainCapabilities")?;
    let capabilities = ask_host(call, move |host| {
        let guest = guest(&host, args.emulatorbin, args.arch, args.machine, args.virttype)?;
        host.domain_capabilities_xml(&guest.arch, guest.machine)
    });
    Ok(ConnectGetDomainCapabilitiesRet { capabilities: capabilities.await? })
}

/// `CONNECT_COMPARE_CPU`: with the host's own CPU.
pub async fn connect_compare_cpu(call: &Call, args: ConnectCompareCpuArgs) -> Result<ConnectCompareCpuRet> {
    known_flags(args.flags, COMPARE_FAIL_INCOMPATIBLE | COMPARE_VALIDATE_XML, "qemuConnectCompareCPU")?;
    let result = ask_host(call, move |host| {
        let cpu = host.cpu();
        compare_with(&Offer { vendor: cpu.vendor, features: working(&cpu) }, &args.xml, args.flags)
    });
    Ok(ConnectCompareCpuRet { result: result.await? })
}

/// `CONNECT_COMPARE_HYPERVISOR_CPU`: with what guests can be given of it.
pub async fn connect_compare_hypervisor_cpu(
    call: &Call,
    args: ConnectCompareHypervisorCpuArgs,
) -> Result<ConnectCompareHypervisorCpuRet> {
    let known = COMPARE_FAIL_INCOMPATIBLE | COMPARE_VALIDATE_XML;
    known_flags(args.flags, known, "qemuConnectCompareHypervisorCPU")?;
    let result = ask_host(call, move |host| {
        guest(&host, args.emulator, args.arch, args.machine, args.virttype)?;
        let offered = host.offered()?;
        let offer = Offer { vendor: offered.cpu.vendor, features: offered.host_model_features() };
        compare_with(&offer, &args.xml_cpu, args.flags)
    });
    Ok(ConnectCompareHypervisorCpuRet { result: result.await? })
}

/// `CONNECT_BASELINE_CPU`: what all of these hosts have.
pub async fn connect_baseline_cpu(
    _call: &Call,
    args: ConnectBaselineCpuArgs,
) -> Result<ConnectBaselineCpuRet> {
    let cpus = definitions(&args.xml_cpus, Some(Kind::Host), "virConnectBaselineCPU")?;
    known_flags(args.flags, BASELINE_EXPAND_FEATURES | BASELINE_MIGRATABLE, "qemuConnectBaselineCPU")?;
    let (expand, migratable) = baseline_flags(args.flags);
    Ok(ConnectBaselineCpuRet { cpu: description::format(&baseline(&cpus, None, expand, migratable)?) })
}

/// `CONNECT_BASELINE_HYPERVISOR_CPU`: and guests can be given here.
pub async fn connect_baseline_hypervisor_cpu(
    call: &Call,
    args: ConnectBaselineHypervisorCpuArgs,
) -> Result<ConnectBaselineHypervisorCpuRet> {
    let known = BASELINE_EXPAND_FEATURES | BASELINE_MIGRATABLE;
    let cpu = ask_host(call, move |host| {
        let cpus = definitions(&args.xml_cpus, None, "virConnectBaselineHypervisorCPU")?;
        known_flags(args.flags, known, "qemuConnectBaselineHypervisorCPU")?;
        guest(&host, args.emulator, args.arch, args.machine, args.virttype)?;
        let (expand, migratable) = baseline_flags(args.flags);
        let baseline = baseline(&cpus, Some(&host.offered()?.features), expand, migratable)?;
        Ok(description::format(&baseline))
    });
    Ok(ConnectBaselineHypervisorCpuRet { cpu: cpu.await? })
}

fn compare_with(offer: &Offer, xml: &str, flags: u32) -> Result<i32> {
    let cpu = description::parse(xml, None, flags & COMPARE_VALIDATE_XML != 0)?;
    compare(offer, &cpu)?.result(flags & COMPARE_FAIL_INCOMPATIBLE != 0)
}

fn baseline_flags(flags: u32) -> (bool, bool) {
    (flags & BASELINE_EXPAND_FEATURES != 0, flags & BASELINE_MIGRATABLE != 0)
}

fn definitions(texts: &[String], kind: Option<Kind>, function: &str) -> Result<Vec<Definition>> {
    if texts.is_empty() {
        let text = format!("xmlCPUs in {function} must not be NULL");
        return Err(Error::invalid_argument(ErrorDomain::Domain, function, "xmlCPUs", text));
    }
    let cpus: Vec<_> =
        texts.iter().map(|text| description::parse(text, kind, false)).collect::<Result<_>>()?;
    if let Some(arch) = cpus[0].arch.as_deref().filter(|arch| !is_ours(arch)) {
        let text = format!("'{arch}' architecture is not supported by CPU driver");
        return Err(Error::new(ErrorCode::NoSupport, ErrorDomain::Cpu, text));
    }
    Ok(cpus)
}

/// Settles which guest is meant; what is left out is the default.
fn guest(
    host: &Host,
    emulator: Option<String>,
    arch: Option<String>,
    machine: Option<String>,
    domain_type: Option<String>,
) -> Result<Guest> {
    let arch = arch.unwrap_or_else(|| "x86_64".to_owned());
    if !is_architecture(&arch) {
        return Err(invalid(format_args!("unknown architecture: {arch}")));
    }
    if let Some(domain_type) = &domain_type
        && !is_virt_type(domain_type)
    {
        return Err(invalid(format_args!("unknown virttype: {domain_type}")));
    }
    if !is_ours(&arch) {
        let text = format!("unable to find any emulator to serve '{arch}' architecture");
        return Err(Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, text));
    }
    if let Some(emulator) = emulator.as_deref() {
        check_emulator(host, emulator)?;
    }
    let ours = host.emulator().display();
    if domain_type.as_deref().is_some_and(|domain_type| domain_type != "kvm") || !kvm::Kvm::is_there() {
        let domain_type = domain_type.as_deref().unwrap_or("kvm");
        return Err(invalid(format_args!("Emulator '{ours}' does not support virt type '{domain_type}'")));
    }
    let machine = match machine {
        None => Machine::Pc,
        Some(name) => Machine::of(&name).ok_or_else(|| {
            invalid(format_args!("the machine '{name}' is not supported by emulator '{ours}'"))
        })?,
    };
    Ok(Guest { arch, machine })
}

/// Our own program, and those it stands in for.
fn check_emulator(host: &Host, emulator: &str) -> Result<()> {
    if Path::new(emulator) == host.emulator() || fates::is_emulator(emulator) {
        return Ok(());
    }
    match std::fs::metadata(emulator) {
        Err(error) => {
            let what = format_args!("Cannot check QEMU binary {emulator}");
            Err(Error::system(ErrorDomain::Qemu, what, &error))
        }
        Ok(_) => Err(invalid(format_args!("'{emulator}' is not a program that runs guests here"))),
    }
}

fn known_flags(flags: u32, known: u32, function: &str) -> Result<()> {
    match flags & !known {
        0 => Ok(()),
        unknown => Err(Error::unsupported_flags(ErrorDomain::Qemu, function, unknown)),
    }
}

fn invalid(text: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, text)
}
