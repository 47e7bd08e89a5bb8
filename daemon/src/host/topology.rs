//! The host's CPUs: how many, how they are arranged, which are online.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::Sources;
use crate::error::{Error, ErrorDomain, Result};

/// How a host's CPUs are arranged, as `virNodeInfo` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// CPUs online.
    pub cpus: u32,
    /// NUMA nodes.
    pub nodes: u32,
    /// Sockets in each node.
    pub sockets: u32,
    /// Cores in each socket.
    pub cores: u32,
    /// Threads in each core.
    pub threads: u32,
}

/// Where one CPU stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The CPU's number.
    pub id: u32,
    /// Its package.
    pub socket: u32,
    /// Its die in the package.
    pub die: u32,
    /// Its core in the die.
    pub core: u32,
    /// The threads of its core, itself among them.
    pub siblings: Vec<u32>,
}

/// CPUs that are there, online or not.
pub fn present(sources: &Sources) -> Result<Vec<u32>> {
    cpus(sources, "present")
}

/// CPUs that are online.
pub fn online(sources: &Sources) -> Result<Vec<u32>> {
    cpus(sources, "online")
}

fn cpus(sources: &Sources, which: &str) -> Result<Vec<u32>> {
    let path = format!("devices/system/cpu/{which}");
    sources.list(&path).ok_or_else(|| {
        Error::internal(ErrorDomain::None, format_args!("cannot read {}", sources.sys(path).display()))
    })
}

/// Where a CPU stands. Hosts that do not say have one socket, die and core of single threads.
pub fn place(sources: &Sources, id: u32) -> Place {
    let path = |file: &str| format!("devices/system/cpu/cpu{id}/topology/{file}");
    // Virtual machines report -1 for what they do not have.
    let number = |file: &str| sources.number::<i64>(path(file)).unwrap_or(0).max(0) as u32;
    Place {
        id,
        socket: number("physical_package_id"),
        die: number("die_id"),
        core: number("core_id"),
        siblings: sources.list(path("thread_siblings_list")).unwrap_or_else(|| vec![id]),
    }
}

/// The arrangement. What does not multiply out (offline CPUs apart) is told as one socket of single-threaded
/// cores, as libvirt does: the structure cannot hold more.
pub fn arrangement(sources: &Sources) -> Result<Arrangement> {
    let present: BTreeSet<u32> = present(sources)?.into_iter().collect();
    let online: BTreeSet<u32> = online(sources)?.into_iter().collect();
    let mut total = Arrangement { cpus: 0, nodes: 0, sockets: 0, cores: 0, threads: 0 };
    let mut offline = 0;
    let mut add = |total: &mut Arrangement, folder: &str| {
        let of_node = sources.numbered(folder, "cpu").into_iter().filter(|cpu| present.contains(cpu));
        let (on, off): (Vec<u32>, Vec<u32>) = of_node.partition(|cpu| online.contains(cpu));
        offline += off.len() as u32;
        let mut cores: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for place in on.iter().map(|cpu| place(sources, *cpu)) {
            cores.entry(place.socket).or_default().insert(place.core);
            total.threads = total.threads.max(place.siblings.len() as u32);
        }
        total.cpus += on.len() as u32;
        total.sockets = total.sockets.max(cores.len() as u32);
        total.cores = cores.values().map(|cores| cores.len() as u32).fold(total.cores, u32::max);
    };
    for node in sources.numbered("devices/system/node", "node") {
        total.nodes += 1;
        add(&mut total, &format!("devices/system/node/node{node}"));
    }
    if total.cpus == 0 {
        total.nodes = 1;
        add(&mut total, "devices/system/cpu");
    }
    if total.cpus == 0 || total.threads == 0 {
        return Err(Error::internal(ErrorDomain::None, "no CPUs found"));
    }
    let Arrangement { cpus, nodes, sockets, cores, threads } = total;
    if u64::from(nodes) * u64::from(sockets) * u64::from(cores) * u64::from(threads)
        != u64::from(cpus + offline)
    {
        total = Arrangement { cpus, nodes: 1, sockets: 1, cores: cpus + offline, threads: 1 };
    }
    Ok(total)
}

/// The CPUs' clock in MHz by `/proc/cpuinfo`; 0 where it does not say. The last CPU's is told, as libvirt does.
pub fn mhz(sources: &Sources) -> u32 {
    let Ok(text) = sources.proc("cpuinfo") else { return 0 };
    let mut values = text.lines().filter_map(|line| line.strip_prefix("cpu MHz")?.split_once(':'));
    let whole = values.next_back().and_then(|(_, value)| value.trim().split('.').next());
    whole.and_then(|whole| whole.parse().ok()).unwrap_or(0)
}
