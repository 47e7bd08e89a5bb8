//! What the host and its guests can do.

use vireo_protocol::remote::{
    ConnectGetCapabilitiesRet, ConnectGetCpuModelNamesArgs, ConnectGetCpuModelNamesRet,
    ConnectGetMaxVcpusArgs, ConnectGetMaxVcpusRet, ConnectGetSysinfoArgs, ConnectGetSysinfoRet,
};

use super::blocking::ask_host;
use crate::architectures::{has_cpu_models, is_architecture};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::host::cpu::models::MODELS;
use crate::rpc::Call;

/// `CONNECT_GET_CAPABILITIES`: the first time it takes a while, on a thread of its own.
pub async fn connect_get_capabilities(call: &Call, (): ()) -> Result<ConnectGetCapabilitiesRet> {
    if let Some(xml) = call.daemon().host.known_capabilities_xml() {
        return Ok(ConnectGetCapabilitiesRet { capabilities: xml.as_ref().to_owned() });
    }
    let xml = ask_host(call, |host| host.capabilities_xml()).await?;
    Ok(ConnectGetCapabilitiesRet { capabilities: xml.as_ref().to_owned() })
}

/// `CONNECT_GET_MAX_VCPUS`
pub async fn connect_get_max_vcpus(
    call: &Call,
    args: ConnectGetMaxVcpusArgs,
) -> Result<ConnectGetMaxVcpusRet> {
    let max_vcpus = call.daemon().host.max_vcpus(args.r#type.as_deref())?;
    Ok(ConnectGetMaxVcpusRet { max_vcpus: max_vcpus as i32 })
}

/// `CONNECT_GET_SYSINFO`
pub async fn connect_get_sysinfo(call: &Call, args: ConnectGetSysinfoArgs) -> Result<ConnectGetSysinfoRet> {
    if args.flags != 0 {
        return Err(Error::unsupported_flags(ErrorDomain::Qemu, "qemuConnectGetSysinfo", args.flags));
    }
    Ok(ConnectGetSysinfoRet { sysinfo: call.daemon().host.sysinfo_xml()? })
}

/// `CONNECT_GET_CPU_MODEL_NAMES`
pub async fn connect_get_cpu_model_names(
    _call: &Call,
    args: ConnectGetCpuModelNamesArgs,
) -> Result<ConnectGetCpuModelNamesRet> {
    if args.flags != 0 {
        let function = "qemuConnectGetCPUModelNames";
        return Err(Error::unsupported_flags(ErrorDomain::Qemu, function, args.flags));
    }
    let models: &[_] = match args.arch.as_str() {
        "x86_64" | "i686" => &MODELS,
        // Known to clients, without models of ours.
        other if has_cpu_models(other) => &[],
        other if is_architecture(other) => {
            let text = format!("'{other}' architecture is not supported by CPU driver");
            return Err(Error::new(ErrorCode::NoSupport, ErrorDomain::Cpu, text));
        }
        other => {
            let text = format!("cannot find architecture {other}");
            return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, text));
        }
    };
    let ret = models.len() as i32;
    let wanted = if args.need_results != 0 { models } else { &[] };
    let models = wanted.iter().map(|model| model.name.to_owned()).collect();
    Ok(ConnectGetCpuModelNamesRet { models, ret })
}
