//! The host: processors, memory, power.

use crate::remote::TypedParam;
use crate::remote::limits::{
    CPUMAP_MAX, NODE_CPU_STATS_MAX, NODE_MAX_CELLS, NODE_MEMORY_PARAMETERS_MAX, NODE_MEMORY_STATS_MAX,
    NODE_SEV_INFO_MAX, SECURITY_DOI_MAX, SECURITY_MODEL_MAX,
};

wire! {
    NodeGetCpuStats { field: String, value: u64 }
    NodeGetMemoryStats { field: String, value: u64 }
    NodeGetInfoRet {
        model: [i8; 32], memory: u64, cpus: i32, mhz: i32, nodes: i32, sockets: i32, cores: i32, threads: i32,
    }
    NodeGetCpuStatsArgs { cpu_num: i32, nparams: i32, flags: u32 }
    NodeGetCpuStatsRet { params: Vec<NodeGetCpuStats>[NODE_CPU_STATS_MAX], nparams: i32 }
    NodeGetMemoryStatsArgs { nparams: i32, cell_num: i32, flags: u32 }
    NodeGetMemoryStatsRet { params: Vec<NodeGetMemoryStats>[NODE_MEMORY_STATS_MAX], nparams: i32 }
    NodeGetCellsFreeMemoryArgs { start_cell: i32, maxcells: i32 }
    NodeGetCellsFreeMemoryRet { cells: Vec<u64>[NODE_MAX_CELLS] }
    NodeGetFreeMemoryRet { free_mem: u64 }
    NodeGetSecurityModelRet { model: Vec<i8>[SECURITY_MODEL_MAX], doi: Vec<i8>[SECURITY_DOI_MAX] }
    NodeSuspendForDurationArgs { target: u32, duration: u64, flags: u32 }
    NodeSetMemoryParametersArgs { params: Vec<TypedParam>[NODE_MEMORY_PARAMETERS_MAX], flags: u32 }
    NodeGetMemoryParametersArgs { nparams: i32, flags: u32 }
    NodeGetMemoryParametersRet { params: Vec<TypedParam>[NODE_MEMORY_PARAMETERS_MAX], nparams: i32 }
    NodeGetCpuMapArgs { need_map: i32, need_online: i32, flags: u32 }
    NodeGetCpuMapRet { cpumap: Vec<u8>[CPUMAP_MAX], online: u32, ret: i32 }
    NodeGetFreePagesArgs { pages: Vec<u32>[NODE_MAX_CELLS], start_cell: i32, cell_count: u32, flags: u32 }
    NodeGetFreePagesRet { counts: Vec<u64>[NODE_MAX_CELLS] }
    NodeAllocPagesArgs {
        page_sizes: Vec<u32>[NODE_MAX_CELLS], page_counts: Vec<u64>[NODE_MAX_CELLS], start_cell: i32,
        cell_count: u32, flags: u32,
    }
    NodeAllocPagesRet { ret: i32 }
    NodeGetSevInfoArgs { nparams: i32, flags: u32 }
    NodeGetSevInfoRet { params: Vec<TypedParam>[NODE_SEV_INFO_MAX], nparams: i32 }
}
