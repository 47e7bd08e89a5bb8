//! NUMA nodes (libvirt's cells): their memory, pages, distances and CPUs.

use super::memory;
use super::sources::Sources;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// The kernel's page on x86, in KiB.
pub const SYSTEM_PAGE_KIB: u32 = 4;

const NODES: &str = "devices/system/node";

/// Pages of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pages {
    /// Bytes of one, in KiB.
    pub size_kib: u32,
    /// How many there are.
    pub total: u64,
    /// How many are free.
    pub free: u64,
}

/// A node's memory in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// All of it.
    pub total_kib: u64,
    /// What is free.
    pub free_kib: u64,
}

/// Whether the kernel knows nodes at all.
pub fn is_available(sources: &Sources) -> bool {
    sources.sys(NODES).is_dir()
}

/// The nodes, in ascending order; none where the kernel does not know them.
pub fn nodes(sources: &Sources) -> Vec<u32> {
    sources.numbered(NODES, "node")
}

/// The highest node's number: 0 where the kernel does not know nodes, since the host is one cell then.
pub fn max_node(sources: &Sources) -> u32 {
    nodes(sources).last().copied().unwrap_or(0)
}

/// A node's memory.
pub fn memory(sources: &Sources, node: u32) -> Option<Memory> {
    let text = sources.text(format!("{NODES}/node{node}/meminfo"))?;
    let value = |key: &str| {
        text.lines().find_map(|line| {
            let mut words = line.split_ascii_whitespace().skip(2);
            (words.next()? == key).then(|| words.next()?.parse().ok())?
        })
    };
    Some(Memory { total_kib: value("MemTotal:")?, free_kib: value("MemFree:")? })
}

/// The memory of all nodes, or of the host where there are none.
pub fn host_memory(sources: &Sources) -> Result<Memory> {
    if !is_available(sources) {
        return memory::whole(sources);
    }
    let all = nodes(sources).into_iter().filter_map(|node| memory(sources, node));
    Ok(all.fold(Memory::default(), |sum, node| Memory {
        total_kib: sum.total_kib + node.total_kib,
        free_kib: sum.free_kib + node.free_kib,
    }))
}

/// The CPUs of a node that are online.
pub fn cpus(sources: &Sources, node: u32) -> Option<Vec<u32>> {
    sources.list(format!("{NODES}/node{node}/cpulist"))
}

/// The distances from a node to each node, in the nodes' order.
pub fn distances(sources: &Sources, node: u32) -> Vec<u32> {
    let text = sources.text(format!("{NODES}/node{node}/distance")).unwrap_or_default();
    text.split_ascii_whitespace().map_while(|value| value.parse().ok()).collect()
}

/// All pages of a node, or of the host (`None`): the system's own size first, then the huge ones by size.
///
/// What the huge pages take is not counted among the system's pages; what is free among the latter is.
pub fn pages(sources: &Sources, node: Option<u32>) -> Result<Vec<Pages>> {
    let memory = match node {
        Some(node) if is_available(sources) => memory(sources, node),
        _ => Some(host_memory(sources)?),
    };
    let memory = memory.ok_or_else(|| {
        Error::internal(ErrorDomain::None, format_args!("unable to get memory of node {}", node.unwrap_or(0)))
    })?;
    let folder = huge_folder(sources, node);
    let mut pages = vec![Pages { size_kib: SYSTEM_PAGE_KIB, total: 0, free: memory.free_kib / 4 }];
    for size_kib in huge_sizes(sources, &folder) {
        let count = |file: &str| sources.number(format!("{folder}/hugepages-{size_kib}kB/{file}"));
        pages.push(Pages {
            size_kib,
            total: count("nr_hugepages").unwrap_or(0),
            free: count("free_hugepages").unwrap_or(0),
        });
    }
    let huge: u64 = pages.iter().map(|pages| pages.total * u64::from(pages.size_kib)).sum();
    pages[0].total = memory.total_kib.saturating_sub(huge) / u64::from(SYSTEM_PAGE_KIB);
    Ok(pages)
}

/// Free pages of these sizes (KiB) in these cells, cell by cell; a first cell of -1 is the whole host.
pub fn free_pages(sources: &Sources, sizes_kib: &[u32], first: i32, cells: u32) -> Result<Vec<u64>> {
    let nodes = cells_of(sources, first, cells)?;
    let mut counts = Vec::with_capacity(nodes.len() * sizes_kib.len());
    for node in nodes {
        let pages = pages(sources, node)?;
        for size in sizes_kib {
            let found = pages.iter().find(|pages| pages.size_kib == *size);
            counts.push(found.ok_or_else(|| no_such_size(*size, node))?.free);
        }
    }
    Ok(counts)
}

/// What becomes of a pool of huge pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolChange {
    /// It has so many pages.
    Set(u64),
    /// It has so many pages more.
    Add(u64),
}

/// Changes pools cell by cell; the first failure ends it.
pub fn alloc_pages(sources: &Sources, pools: &[(u32, PoolChange)], first: i32, cells: u32) -> Result<u32> {
    let mut changed = 0;
    for node in cells_of(sources, first, cells)? {
        for (size_kib, change) in pools {
            alloc_in(sources, node, *size_kib, *change)?;
            changed += 1;
        }
    }
    Ok(changed)
}

fn alloc_in(sources: &Sources, node: Option<u32>, size_kib: u32, change: PoolChange) -> Result<()> {
    if size_kib == SYSTEM_PAGE_KIB {
        let text = "system pages pool can't be modified";
        return Err(Error::new(ErrorCode::OperationUnsupported, ErrorDomain::None, text));
    }
    let file = format!("{}/hugepages-{size_kib}kB/nr_hugepages", huge_folder(sources, node));
    let before: u64 = sources.number(&file).ok_or_else(|| no_such_size(size_kib, node))?;
    let wanted = match change {
        PoolChange::Set(count) => count,
        PoolChange::Add(count) => before.saturating_add(count),
    };
    if wanted == before {
        return Ok(());
    }
    let path = sources.sys(&file);
    std::fs::write(&path, wanted.to_string()).map_err(|error| {
        Error::system(ErrorDomain::None, format_args!("Unable to write to: {}", path.display()), &error)
    })?;
    // The kernel takes what it can get, and says nothing where that is less.
    let after: u64 = sources.number(&file).unwrap_or(0);
    if after < wanted {
        let text = format!("Unable to allocate {wanted} pages. Allocated only {after}");
        return Err(Error::new(ErrorCode::OperationFailed, ErrorDomain::None, text));
    }
    Ok(())
}

/// Free memory of these cells, in bytes.
pub fn free_memory(sources: &Sources, first: i32, cells: i32) -> Result<Vec<u64>> {
    let last = max_node(sources);
    let first = first.max(0) as u32;
    check_cell(first, last)?;
    let last = last.min(first.saturating_add(cells.max(1) as u32 - 1));
    if !is_available(sources) {
        return Ok(vec![memory::whole(sources)?.free_kib * 1024]);
    }
    let free = |node| memory(sources, node).map_or(0, |memory| memory.free_kib * 1024);
    Ok((first..=last).map(free).collect())
}

fn no_such_size(size_kib: u32, node: Option<u32>) -> Error {
    let mut text = format!("page size {size_kib} is not available");
    if let Some(node) = node {
        text += &format!(" on node {node}");
    }
    Error::new(ErrorCode::OperationFailed, ErrorDomain::None, text)
}

/// The cells from the first on, as far as there are any; -1 is the host as a whole.
fn cells_of(sources: &Sources, first: i32, count: u32) -> Result<Vec<Option<u32>>> {
    let last = max_node(sources);
    match u32::try_from(first) {
        Err(_) if first == -1 => Ok(vec![None]),
        Err(_) => {
            let text = format!("start cell {first} out of range (0-{last})");
            Err(Error::internal(ErrorDomain::None, text))
        }
        Ok(first) => {
            check_cell(first, last)?;
            Ok((first..=last.min(first.saturating_add(count.saturating_sub(1)))).map(Some).collect())
        }
    }
}

fn check_cell(first: u32, last: u32) -> Result<()> {
    if first > last {
        let text = format!("start cell {first} out of range (0-{last})");
        return Err(Error::internal(ErrorDomain::None, text));
    }
    Ok(())
}

fn huge_folder(sources: &Sources, node: Option<u32>) -> String {
    match node {
        Some(node) if is_available(sources) => format!("{NODES}/node{node}/hugepages"),
        _ => "kernel/mm/hugepages".into(),
    }
}

/// Sizes of huge pages in KiB, ascending.
fn huge_sizes(sources: &Sources, folder: &str) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir(sources.sys(folder)) else { return Vec::new() };
    let size = |entry: std::fs::DirEntry| {
        entry.file_name().to_str()?.strip_prefix("hugepages-")?.strip_suffix("kB")?.parse().ok()
    };
    let mut sizes: Vec<u32> = entries.flatten().filter_map(size).collect();
    sizes.sort_unstable();
    sizes
}
