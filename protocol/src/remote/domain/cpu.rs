//! Processors of domains: their number, where they run, how they are scheduled; I/O threads.

use crate::remote::limits::{
    CPUMAP_MAX, CPUMAPS_MAX, DOMAIN_GET_CPU_STATS_MAX, DOMAIN_GUEST_VCPU_PARAMS_MAX,
    DOMAIN_IOTHREAD_PARAMS_MAX, DOMAIN_NUMA_PARAMETERS_MAX, DOMAIN_PERF_EVENTS_MAX,
    DOMAIN_SCHEDULER_PARAMETERS_MAX, IOTHREAD_INFO_MAX, VCPUINFO_MAX,
};
use crate::remote::{NonnullDomain, TypedParam, VcpuInfo};

wire! {
    DomainGetSchedulerTypeArgs { dom: NonnullDomain }
    DomainGetSchedulerTypeRet { r#type: String, nparams: i32 }
    DomainGetSchedulerParametersArgs { dom: NonnullDomain, nparams: i32 }
    DomainGetSchedulerParametersRet { params: Vec<TypedParam>[DOMAIN_SCHEDULER_PARAMETERS_MAX] }
    DomainGetSchedulerParametersFlagsArgs { dom: NonnullDomain, nparams: i32, flags: u32 }
    DomainGetSchedulerParametersFlagsRet { params: Vec<TypedParam>[DOMAIN_SCHEDULER_PARAMETERS_MAX] }
    DomainSetSchedulerParametersArgs {
        dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_SCHEDULER_PARAMETERS_MAX],
    }
    DomainSetSchedulerParametersFlagsArgs {
        dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_SCHEDULER_PARAMETERS_MAX], flags: u32,
    }
    DomainSetNumaParametersArgs {
        dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_NUMA_PARAMETERS_MAX], flags: u32,
    }
    DomainGetNumaParametersArgs { dom: NonnullDomain, nparams: i32, flags: u32 }
    DomainGetNumaParametersRet { params: Vec<TypedParam>[DOMAIN_NUMA_PARAMETERS_MAX], nparams: i32 }
    DomainSetPerfEventsArgs {
        dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_PERF_EVENTS_MAX], flags: u32,
    }
    DomainGetPerfEventsArgs { dom: NonnullDomain, flags: u32 }
    DomainGetPerfEventsRet { params: Vec<TypedParam>[DOMAIN_PERF_EVENTS_MAX] }
    DomainSetVcpusArgs { dom: NonnullDomain, nvcpus: u32 }
    DomainSetVcpusFlagsArgs { dom: NonnullDomain, nvcpus: u32, flags: u32 }
    DomainGetVcpusFlagsArgs { dom: NonnullDomain, flags: u32 }
    DomainGetVcpusFlagsRet { num: i32 }
    DomainPinVcpuArgs { dom: NonnullDomain, vcpu: u32, cpumap: Vec<u8>[CPUMAP_MAX] }
    DomainPinVcpuFlagsArgs { dom: NonnullDomain, vcpu: u32, cpumap: Vec<u8>[CPUMAP_MAX], flags: u32 }
    DomainGetVcpuPinInfoArgs { dom: NonnullDomain, ncpumaps: i32, maplen: i32, flags: u32 }
    DomainGetVcpuPinInfoRet { cpumaps: Vec<u8>[CPUMAPS_MAX], num: i32 }
    DomainPinEmulatorArgs { dom: NonnullDomain, cpumap: Vec<u8>[CPUMAP_MAX], flags: u32 }
    DomainGetEmulatorPinInfoArgs { dom: NonnullDomain, maplen: i32, flags: u32 }
    DomainGetEmulatorPinInfoRet { cpumaps: Vec<u8>[CPUMAPS_MAX], ret: i32 }
    DomainGetVcpusArgs { dom: NonnullDomain, maxinfo: i32, maplen: i32 }
    DomainGetVcpusRet { info: Vec<VcpuInfo>[VCPUINFO_MAX], cpumaps: Vec<u8>[CPUMAPS_MAX] }
    DomainGetMaxVcpusArgs { dom: NonnullDomain }
    DomainGetMaxVcpusRet { num: i32 }
    DomainIothreadInfo { iothread_id: u32, cpumap: Vec<u8>[CPUMAP_MAX] }
    DomainGetIothreadInfoArgs { dom: NonnullDomain, flags: u32 }
    DomainGetIothreadInfoRet { info: Vec<DomainIothreadInfo>[IOTHREAD_INFO_MAX], ret: u32 }
    DomainPinIothreadArgs { dom: NonnullDomain, iothreads_id: u32, cpumap: Vec<u8>[CPUMAP_MAX], flags: u32 }
    DomainAddIothreadArgs { dom: NonnullDomain, iothread_id: u32, flags: u32 }
    DomainDelIothreadArgs { dom: NonnullDomain, iothread_id: u32, flags: u32 }
    DomainSetIothreadParamsArgs {
        dom: NonnullDomain, iothread_id: u32, params: Vec<TypedParam>[DOMAIN_IOTHREAD_PARAMS_MAX], flags: u32,
    }
    DomainGetCpuStatsArgs { dom: NonnullDomain, nparams: u32, start_cpu: i32, ncpus: u32, flags: u32 }
    DomainGetCpuStatsRet { params: Vec<TypedParam>[DOMAIN_GET_CPU_STATS_MAX], nparams: i32 }
    DomainGetGuestVcpusArgs { dom: NonnullDomain, flags: u32 }
    DomainGetGuestVcpusRet { params: Vec<TypedParam>[DOMAIN_GUEST_VCPU_PARAMS_MAX] }
    DomainSetGuestVcpusArgs { dom: NonnullDomain, cpumap: String, state: i32, flags: u32 }
    DomainSetVcpuArgs { dom: NonnullDomain, cpumap: String, state: i32, flags: u32 }
}
