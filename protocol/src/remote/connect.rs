//! The connection and what it tells of itself.

use crate::remote::TypedParam;
use crate::remote::limits::{CONNECT_CPU_MODELS_MAX, CONNECT_IDENTITY_PARAMS_MAX, CPU_BASELINE_MAX};

wire! {
    ConnectOpenArgs { name: Option<String>, flags: u32 }
    ConnectSupportsFeatureArgs { feature: i32 }
    ConnectSupportsFeatureRet { supported: i32 }
    ConnectGetTypeRet { r#type: String }
    ConnectGetVersionRet { hv_ver: u64 }
    ConnectGetLibVersionRet { lib_ver: u64 }
    ConnectGetHostnameRet { hostname: String }
    ConnectGetSysinfoArgs { flags: u32 }
    ConnectGetSysinfoRet { sysinfo: String }
    ConnectGetUriRet { uri: String }
    ConnectGetMaxVcpusArgs { r#type: Option<String> }
    ConnectGetMaxVcpusRet { max_vcpus: i32 }
    ConnectGetCapabilitiesRet { capabilities: String }
    ConnectGetDomainCapabilitiesArgs {
        emulatorbin: Option<String>, arch: Option<String>, machine: Option<String>, virttype: Option<String>,
        flags: u32,
    }
    ConnectGetDomainCapabilitiesRet { capabilities: String }
    ConnectIsSecureRet { secure: i32 }
    ConnectCompareCpuArgs { xml: String, flags: u32 }
    ConnectCompareCpuRet { result: i32 }
    ConnectBaselineCpuArgs { xml_cpus: Vec<String>[CPU_BASELINE_MAX], flags: u32 }
    ConnectBaselineCpuRet { cpu: String }
    ConnectEventConnectionClosedMsg { reason: i32 }
    ConnectGetCpuModelNamesArgs { arch: String, need_results: i32, flags: u32 }
    ConnectGetCpuModelNamesRet { models: Vec<String>[CONNECT_CPU_MODELS_MAX], ret: i32 }
    ConnectCompareHypervisorCpuArgs {
        emulator: Option<String>, arch: Option<String>, machine: Option<String>, virttype: Option<String>,
        xml_cpu: String, flags: u32,
    }
    ConnectCompareHypervisorCpuRet { result: i32 }
    ConnectBaselineHypervisorCpuArgs {
        emulator: Option<String>, arch: Option<String>, machine: Option<String>, virttype: Option<String>,
        xml_cpus: Vec<String>[CPU_BASELINE_MAX], flags: u32,
    }
    ConnectBaselineHypervisorCpuRet { cpu: String }
    ConnectSetIdentityArgs { params: Vec<TypedParam>[CONNECT_IDENTITY_PARAMS_MAX], flags: u32 }
}
