//! Memory: what the guest says of its own, by its balloon's word.

use vireo_control::StatsHeader;

use super::page::Page;
use crate::domain::live::Live;

/// `virDomainMemoryStatTags` of what the guest does not say.
pub mod tag {
    /// `VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON`: KiB that the guest keeps.
    pub const ACTUAL_BALLOON: i32 = 6;
    /// `VIR_DOMAIN_MEMORY_STAT_RSS`: KiB that its process holds.
    pub const RSS: i32 = 7;
}

/// A statistic of a guest with a balloon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// `virDomainMemoryStatTags`.
    pub tag: i32,
    /// Its name in bulk.
    pub name: &'static str,
    /// Its value, in libvirt's unit.
    pub value: u64,
}

/// Name of the vmm's counter, tag and name of libvirt, and how many of the guest's make one of libvirt's: in stock's order.
const STATISTICS: [(&str, i32, &str, u64); 11] = [
    ("balloon.swap_in", 0, "balloon.swap_in", 1024),
    ("balloon.swap_out", 1, "balloon.swap_out", 1024),
    ("balloon.major_faults", 2, "balloon.major_fault", 1),
    ("balloon.minor_faults", 3, "balloon.minor_fault", 1),
    ("balloon.free", 4, "balloon.unused", 1024),
    ("balloon.total", 5, "balloon.available", 1024),
    ("balloon.available", 8, "balloon.usable", 1024),
    ("balloon.last_update", 9, "balloon.last-update", 1),
    ("balloon.caches", 10, "balloon.disk_caches", 1024),
    ("balloon.hugetlb_allocated", 11, "balloon.hugetlb_pgalloc", 1),
    ("balloon.hugetlb_failed", 12, "balloon.hugetlb_pgfail", 1),
];

/// KiB that the guest keeps for itself: by its own word where it can be heard, else as was last told.
pub fn actual(live: &Live) -> u64 {
    let counter = |page: &Page| page.slot("balloon.actual").map(|slot| page.read(slot).div_ceil(1024));
    live.hello.as_ref().and_then(|hello| counter(&hello.page)).unwrap_or(live.facts.current_kib)
}

/// What the guest says, without what it did not; nothing of a guest without a balloon.
pub fn told(live: &Live) -> impl Iterator<Item = Told> {
    let page = live.hello.as_ref().filter(|_| live.facts.balloon).map(|hello| &hello.page);
    page.into_iter().flat_map(|page| {
        STATISTICS.iter().filter_map(|(counter, tag, name, unit)| {
            let value = page.slot(counter).map(|slot| page.read(slot))?;
            (value != StatsHeader::NOT_TOLD).then_some(Told { tag: *tag, name, value: value / unit })
        })
    })
}
