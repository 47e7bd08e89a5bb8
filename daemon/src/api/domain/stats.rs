//! Statistics, in bulk and one by one.

use vireo_protocol::remote::limits::{
    DOMAIN_BLOCK_STATS_PARAMETERS_MAX, DOMAIN_GET_CPU_STATS_MAX, DOMAIN_GET_CPU_STATS_NCPUS_MAX,
    DOMAIN_MEMORY_STATS_MAX,
};
use vireo_protocol::remote::{
    ConnectGetAllDomainStatsArgs, ConnectGetAllDomainStatsRet, DomainBlockStatsArgs,
    DomainBlockStatsFlagsArgs, DomainBlockStatsFlagsRet, DomainBlockStatsRet, DomainGetBlockInfoArgs,
    DomainGetBlockInfoRet, DomainGetCpuStatsArgs, DomainGetCpuStatsRet, DomainInterfaceStatsArgs,
    DomainInterfaceStatsRet, DomainMemoryStat, DomainMemoryStatsArgs, DomainMemoryStatsRet,
    DomainStatsRecord,
};
use vireo_protocol::typed::{STRING_OKAY, TypedParam, for_room};

use super::{check_flags, live, snapshot};
use crate::api::arguments::{not_empty, not_negative, not_too_large, params_room, there};
use crate::domain::filter::Filter;
use crate::domain::live::Live;
use crate::domain::registry::wire;
use crate::domain::stats::block::{self, Counters, Sizes};
use crate::domain::stats::bulk::{Collector, group};
use crate::domain::stats::memory;
use crate::domain::stats::net::Table;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_*`: beside the filters.
mod bulk {
    /// Nothing ever waits.
    pub const NOWAIT: u32 = 1 << 29;
    /// Every image of a chain: there is one.
    pub const BACKING: u32 = 1 << 30;
    pub const ENFORCE_STATS: u32 = 1 << 31;
}

/// Times are kept in the wire's signed numbers; none comes near their end.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// `CONNECT_GET_ALL_DOMAIN_STATS`
pub async fn connect_get_all_domain_stats(
    call: &Call,
    args: ConnectGetAllDomainStatsArgs,
) -> Result<ConnectGetAllDomainStatsRet> {
    let ConnectGetAllDomainStatsArgs { doms, stats, flags } = args;
    let known = Filter::STATS | bulk::NOWAIT | bulk::BACKING | bulk::ENFORCE_STATS;
    check_flags(flags, known, "qemuConnectGetAllDomainStats")?;
    let unknown = stats & !group::ALL;
    if flags & bulk::ENFORCE_STATS != 0 && unknown != 0 {
        let info = format!("Stats types bits 0x{unknown:x} are not supported by this daemon or QEMU");
        return Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::Qemu, info));
    }
    let filter = Filter::new(flags & Filter::STATS);
    let registry = &call.daemon().domains;
    let named = !doms.is_empty();
    let found = if named {
        // Who vanished since the client looked is left out.
        let there = doms.iter().filter_map(|dom| registry.resolve(dom).ok());
        there.filter(|(_, snapshot)| filter.takes(snapshot)).collect()
    } else {
        registry.list(|snapshot| filter.takes(snapshot))
    };
    // Only groups that nobody knows: not the same as none.
    let mut collector =
        (stats == 0 || stats & group::ALL != 0).then(|| Collector::new(stats & group::ALL, named));
    let records = found.iter().map(|(domain, snapshot)| DomainStatsRecord {
        dom: wire(domain, snapshot),
        params: collector.as_mut().map(|collector| collector.collect(snapshot)).unwrap_or_default(),
    });
    Ok(ConnectGetAllDomainStatsRet { ret_stats: records.collect() })
}

/// `DOMAIN_BLOCK_STATS`
pub async fn domain_block_stats(call: &Call, args: DomainBlockStatsArgs) -> Result<DomainBlockStatsRet> {
    let snapshot = snapshot(call, &args.dom)?;
    let counters = block_counters(live(&snapshot)?, &args.path)?;
    Ok(DomainBlockStatsRet {
        rd_req: signed(counters.rd_reqs),
        rd_bytes: signed(counters.rd_bytes),
        wr_req: signed(counters.wr_reqs),
        wr_bytes: signed(counters.wr_bytes),
        errs: -1,
    })
}

/// `DOMAIN_BLOCK_STATS_FLAGS`: asked for no values, it tells how many there are.
pub async fn domain_block_stats_flags(
    call: &Call,
    args: DomainBlockStatsFlagsArgs,
) -> Result<DomainBlockStatsFlagsRet> {
    params_room(args.nparams, DOMAIN_BLOCK_STATS_PARAMETERS_MAX)?;
    check_flags(args.flags, STRING_OKAY, "qemuDomainBlockStatsFlags")?;
    let snapshot = snapshot(call, &args.dom)?;
    let counters = block_counters(live(&snapshot)?, &args.path)?;
    let values = [
        ("wr_bytes", counters.wr_bytes),
        ("wr_operations", counters.wr_reqs),
        ("rd_bytes", counters.rd_bytes),
        ("rd_operations", counters.rd_reqs),
        ("flush_operations", counters.fl_reqs),
        ("wr_total_times", counters.wr_times),
        ("rd_total_times", counters.rd_times),
        ("flush_total_times", counters.fl_times),
    ];
    let params = values.into_iter().map(|(name, value)| TypedParam::new(name, signed(value)));
    let (params, nparams) = for_room(params.collect(), args.nparams);
    Ok(DomainBlockStatsFlagsRet { params, nparams })
}

/// `DOMAIN_GET_BLOCK_INFO`
pub async fn domain_get_block_info(
    call: &Call,
    args: DomainGetBlockInfoArgs,
) -> Result<DomainGetBlockInfoRet> {
    not_empty(&args.path, "virDomainGetBlockInfo", "disk")?;
    check_flags(args.flags, 0, "qemuDomainGetBlockInfo")?;
    let snapshot = snapshot(call, &args.dom)?;
    let disk = snapshot.facts().and_then(|facts| block::find(facts, &args.path));
    let disk = disk.ok_or_else(|| invalid(format!("invalid path {} not assigned to domain", args.path)))?;
    let Some(path) = disk.path.as_deref() else {
        return Err(invalid(format!("disk '{}' does not currently have a source assigned", args.path)));
    };
    let Sizes { allocation, capacity, physical } = Sizes::of(path)
        .map_err(|error| Error::system(ErrorDomain::Qemu, format!("Failed to open file '{path}'"), &error))?;
    Ok(DomainGetBlockInfoRet { allocation, capacity, physical })
}

/// `DOMAIN_INTERFACE_STATS`
pub async fn domain_interface_stats(
    call: &Call,
    args: DomainInterfaceStatsArgs,
) -> Result<DomainInterfaceStatsRet> {
    let snapshot = snapshot(call, &args.dom)?;
    let device = &args.device;
    let mut interfaces = live(&snapshot)?.interfaces.iter();
    let known = interfaces.find(|interface| {
        *interface.target == **device || interface.mac.to_string() == device.to_lowercase()
    });
    let counters = known.map(|interface| Table::read().find(&interface.target));
    let Some(counters) = counters else {
        let info = format!("'{device}' is not a known interface");
        return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Domain, info));
    };
    let counters =
        counters.ok_or_else(|| Error::internal(ErrorDomain::None, "/proc/net/dev: Interface not found"))?;
    Ok(DomainInterfaceStatsRet {
        rx_bytes: signed(counters.rx.bytes),
        rx_packets: signed(counters.rx.packets),
        rx_errs: signed(counters.rx.errors),
        rx_drop: signed(counters.rx.dropped),
        tx_bytes: signed(counters.tx.bytes),
        tx_packets: signed(counters.tx.packets),
        tx_errs: signed(counters.tx.errors),
        tx_drop: signed(counters.tx.dropped),
    })
}

/// `DOMAIN_MEMORY_STATS`
pub async fn domain_memory_stats(call: &Call, args: DomainMemoryStatsArgs) -> Result<DomainMemoryStatsRet> {
    if args.max_stats as usize > DOMAIN_MEMORY_STATS_MAX {
        return Err(Error::internal(ErrorDomain::Rpc, "maxStats > REMOTE_DOMAIN_MEMORY_STATS_MAX"));
    }
    if args.max_stats == 0 {
        return Ok(DomainMemoryStatsRet { stats: Vec::new() });
    }
    check_flags(args.flags, 0, "qemuDomainMemoryStats")?;
    let snapshot = snapshot(call, &args.dom)?;
    let live = live(&snapshot)?;
    let mut stats = Vec::new();
    if live.facts.balloon {
        stats.push(DomainMemoryStat { tag: memory::tag::ACTUAL_BALLOON, val: memory::actual(live) });
        stats.extend(memory::told(live).map(|told| DomainMemoryStat { tag: told.tag, val: told.value }));
    }
    if let Ok(times) = live.process.read() {
        stats.push(DomainMemoryStat { tag: memory::tag::RSS, val: times.rss_kib });
    }
    stats.truncate(args.max_stats as usize);
    Ok(DomainMemoryStatsRet { stats })
}

/// `DOMAIN_GET_CPU_STATS`: of all CPUs together. What a guest used of each the kernel does not keep.
pub async fn domain_get_cpu_stats(call: &Call, args: DomainGetCpuStatsArgs) -> Result<DomainGetCpuStatsRet> {
    check_cpu_stats(&args)?;
    check_flags(args.flags, STRING_OKAY, "qemuDomainGetCPUStats")?;
    let snapshot = snapshot(call, &args.dom)?;
    let live = live(&snapshot)?;
    if args.start_cpu != -1 {
        let info = "the kernel keeps no times of a guest by CPU";
        return Err(Error::new(ErrorCode::OperationUnsupported, ErrorDomain::Cgroup, info));
    }
    let times = live
        .process
        .read()
        .map_err(|error| Error::system(ErrorDomain::Qemu, "cannot read the guest's times", &error))?;
    let values =
        [("cpu_time", times.user + times.system), ("user_time", times.user), ("system_time", times.system)];
    let params = values.into_iter().map(|(name, value)| TypedParam::new(name, value));
    let (params, nparams) = for_room(params.collect(), i32::try_from(args.nparams).unwrap_or(i32::MAX));
    Ok(DomainGetCpuStatsRet { params, nparams })
}

/// What is asked of a call for CPU times before anything is looked up.
fn check_cpu_stats(args: &DomainGetCpuStatsArgs) -> Result<()> {
    let function = "virDomainGetCPUStats";
    let (values, cpus) = (args.nparams as usize, args.ncpus as usize);
    not_too_large(values, DOMAIN_GET_CPU_STATS_MAX, "nparams")?;
    not_too_large(cpus, DOMAIN_GET_CPU_STATS_NCPUS_MAX, "ncpus")?;
    not_too_large(values * cpus, DOMAIN_GET_CPU_STATS_MAX, "nparams")?;
    if args.start_cpu == -1 {
        if cpus != 1 {
            let text = "ncpus must be 1 when start_cpu is -1";
            return Err(Error::invalid_argument(ErrorDomain::Domain, function, "start_cpu", text));
        }
    } else {
        not_negative(args.start_cpu, function, "start_cpu")?;
    }
    there(values == 0 || cpus > 0, function, "params")
}

/// A disk's counters, or those of all disks where none is named.
fn block_counters(live: &Live, path: &str) -> Result<Counters> {
    if path.is_empty() {
        return Ok(Counters::total(live));
    }
    let disk = block::find(&live.facts, path).ok_or_else(|| invalid(format!("invalid path: {path}")))?;
    Ok(Counters::of(live, &disk.target))
}

fn invalid(info: String) -> Error {
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, info)
}
