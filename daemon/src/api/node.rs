//! The host's CPUs, memory and power.

use vireo_protocol::remote::limits::{NODE_CPU_STATS_MAX, NODE_MAX_CELLS, NODE_MEMORY_STATS_MAX};
use vireo_protocol::remote::{
    NodeGetCellsFreeMemoryArgs, NodeGetCellsFreeMemoryRet, NodeGetCpuMapArgs, NodeGetCpuMapRet,
    NodeGetCpuStats, NodeGetCpuStatsArgs, NodeGetCpuStatsRet, NodeGetFreeMemoryRet, NodeGetInfoRet,
    NodeGetMemoryStats, NodeGetMemoryStatsArgs, NodeGetMemoryStatsRet, NodeGetSecurityModelRet,
    NodeGetSevInfoArgs, NodeGetSevInfoRet, NodeSuspendForDurationArgs,
};

use super::arguments::{list_room, not_negative, params_room, positive};
use super::blocking::ask_host;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::host::CPU_STATS;
use crate::rpc::Call;

/// `NODE_GET_INFO`: five files for every CPU.
pub async fn node_get_info(call: &Call, (): ()) -> Result<NodeGetInfoRet> {
    let info = ask_host(call, |host| host.node_info()).await?;
    let mut model = [0; 32];
    for (place, byte) in model.iter_mut().zip(b"x86_64") {
        *place = *byte as i8;
    }
    let arrangement = info.arrangement;
    Ok(NodeGetInfoRet {
        model,
        memory: info.memory_kib,
        cpus: signed(arrangement.cpus),
        mhz: signed(info.mhz),
        nodes: signed(arrangement.nodes),
        sockets: signed(arrangement.sockets),
        cores: signed(arrangement.cores),
        threads: signed(arrangement.threads),
    })
}

/// `NODE_GET_CPU_MAP`
pub async fn node_get_cpu_map(call: &Call, args: NodeGetCpuMapArgs) -> Result<NodeGetCpuMapRet> {
    no_flags(args.flags, ErrorDomain::None, "virHostCPUGetMap")?;
    let (present, online) = call.daemon().host.cpu_map()?;
    let mut cpumap = Vec::new();
    if args.need_map != 0 {
        cpumap.resize(online.last().map_or(0, |last| *last as usize / 8 + 1), 0);
        for cpu in &online {
            cpumap[*cpu as usize / 8] |= 1 << (cpu % 8);
        }
    }
    let online = if args.need_online != 0 { online.len() as u32 } else { 0 };
    Ok(NodeGetCpuMapRet { cpumap, online, ret: present.last().map_or(0, |last| signed(last + 1)) })
}

/// `NODE_GET_CPU_STATS`
pub async fn node_get_cpu_stats(call: &Call, args: NodeGetCpuStatsArgs) -> Result<NodeGetCpuStatsRet> {
    params_room(args.nparams, NODE_CPU_STATS_MAX)?;
    let cpu = one_or_all(args.cpu_num, "virNodeGetCPUStats", "cpuNum")?;
    no_flags(args.flags, ErrorDomain::None, "virHostCPUGetStats")?;
    if args.nparams == 0 {
        return Ok(NodeGetCpuStatsRet { params: Vec::new(), nparams: CPU_STATS as i32 });
    }
    let stats = call.daemon().host.cpu_statistics(cpu)?;
    right_number(args.nparams, stats.len(), "virHostCPUGetStatsLinux", ("*nparams", "equal to "))?;
    let params = stats.map(|(field, value)| NodeGetCpuStats { field: field.to_owned(), value });
    Ok(NodeGetCpuStatsRet { params: params.into(), nparams: 0 })
}

/// `NODE_GET_MEMORY_STATS`
pub async fn node_get_memory_stats(
    call: &Call,
    args: NodeGetMemoryStatsArgs,
) -> Result<NodeGetMemoryStatsRet> {
    params_room(args.nparams, NODE_MEMORY_STATS_MAX)?;
    let cell = one_or_all(args.cell_num, "virNodeGetMemoryStats", "cellNum")?;
    no_flags(args.flags, ErrorDomain::None, "virHostMemGetStats")?;
    let stats = call.daemon().host.memory_statistics(cell)?;
    if args.nparams == 0 {
        return Ok(NodeGetMemoryStatsRet { params: Vec::new(), nparams: stats.len() as i32 });
    }
    right_number(args.nparams, stats.len(), "virHostMemGetStatsLinux", ("nparams", ""))?;
    let params =
        stats.into_iter().map(|(field, value)| NodeGetMemoryStats { field: field.to_owned(), value });
    Ok(NodeGetMemoryStatsRet { params: params.collect(), nparams: 0 })
}

/// `NODE_GET_FREE_MEMORY`
pub async fn node_get_free_memory(call: &Call, (): ()) -> Result<NodeGetFreeMemoryRet> {
    Ok(NodeGetFreeMemoryRet { free_mem: call.daemon().host.free_memory()? })
}

/// `NODE_GET_CELLS_FREE_MEMORY`
pub async fn node_get_cells_free_memory(
    call: &Call,
    args: NodeGetCellsFreeMemoryArgs,
) -> Result<NodeGetCellsFreeMemoryRet> {
    let function = "virNodeGetCellsFreeMemory";
    list_room(args.maxcells, NODE_MAX_CELLS, "maxcells", "REMOTE_NODE_MAX_CELLS")?;
    not_negative(args.start_cell, function, "startCell")?;
    positive(args.maxcells.into(), function, "maxCells")?;
    let cells = call.daemon().host.cells_free_memory(args.start_cell, args.maxcells)?;
    Ok(NodeGetCellsFreeMemoryRet { cells })
}

/// `NODE_GET_SECURITY_MODEL`: no host-wide model confines guests here; each one's process confines itself.
pub async fn node_get_security_model(_call: &Call, (): ()) -> Result<NodeGetSecurityModelRet> {
    let text = |text: &[u8]| text.iter().map(|byte| *byte as i8).collect();
    Ok(NodeGetSecurityModelRet { model: text(b"none\0"), doi: text(b"0\0") })
}

/// `NODE_SUSPEND_FOR_DURATION`: the host is not put to sleep.
pub async fn node_suspend_for_duration(_call: &Call, args: NodeSuspendForDurationArgs) -> Result<()> {
    no_flags(args.flags, ErrorDomain::None, "virNodeSuspend")?;
    let target = match args.target {
        0 => "Suspend-to-RAM",
        1 => "Suspend-to-Disk",
        2 => "Hybrid-Suspend",
        _ => {
            return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::None, "Invalid suspend target"));
        }
    };
    Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::None, target))
}

/// `NODE_GET_SEV_INFO`: guests' memory is not encrypted.
pub async fn node_get_sev_info(_call: &Call, _args: NodeGetSevInfoArgs) -> Result<NodeGetSevInfoRet> {
    let info = "QEMU does not support SEV guest";
    Err(Error::new(ErrorCode::OperationUnsupported, ErrorDomain::Qemu, info))
}

/// Refuses all flags.
fn no_flags(flags: u32, domain: ErrorDomain, function: &str) -> Result<()> {
    if flags == 0 { Ok(()) } else { Err(Error::unsupported_flags(domain, function, flags)) }
}

/// A CPU's or cell's number; -1 stands for all of them.
fn one_or_all(number: i32, function: &str, argument: &str) -> Result<Option<u32>> {
    if number < -1 {
        let text = format!("{argument} in {function} only accepts -1 as a negative value");
        // That is what libvirt names the argument of both functions here.
        return Err(Error::invalid_argument(ErrorDomain::Domain, function, "cpuNum", text));
    }
    Ok(u32::try_from(number).ok())
}

/// Clients first ask how many there are, then for so many. Libvirt's functions do not all say it in the same words.
fn right_number(asked: i32, count: usize, function: &str, (argument, words): (&str, &str)) -> Result<()> {
    if usize::try_from(asked) == Ok(count) {
        return Ok(());
    }
    let text = format!("nparams in {function} must be {words}{count}");
    Err(Error::invalid_argument(ErrorDomain::None, function, argument, text))
}

/// Counts of CPUs and the like: the kernel's are far below what the wire can hold.
fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
