//! What the guest says of its memory, for whoever reads the shared counters.

use std::time::{SystemTime, UNIX_EPOCH};

use vireo_control::StatsHeader;

use crate::{
    stats::{Counter, Stats},
    virtio::Chain,
};

/// Names of the statistics, by the tag that the guest gives them.
const NAMES: [&str; 10] = [
    "swap_in",
    "swap_out",
    "major_faults",
    "minor_faults",
    "free",
    "total",
    "available",
    "caches",
    "hugetlb_allocated",
    "hugetlb_failed",
];
/// A statistic: a tag of 16 bits, then a value of 64.
const ENTRY: u64 = 10;
/// Statistics looked at: newer guests have some that nobody asks for.
const MAX_ENTRIES: u64 = 64;

/// The counters.
pub(super) struct GuestStats {
    actual: Counter,
    last_update: Counter,
    told: [Counter; NAMES.len()],
}

impl GuestStats {
    /// In the shared page, where nothing was told yet.
    pub fn new(stats: &Stats, actual: u64) -> Self {
        let told = NAMES.map(|name| stats.counter(&format!("balloon.{name}")));
        let counters = Self {
            actual: stats.counter("balloon.actual"),
            last_update: stats.counter("balloon.last_update"),
            told,
        };
        counters.set_actual(actual);
        counters.forget();
        counters
    }

    /// So many bytes are the guest's own.
    pub fn set_actual(&self, bytes: u64) {
        self.actual.set(bytes);
    }

    /// Nothing is known any more.
    pub fn forget(&self) {
        self.last_update.set(0);
        self.told.iter().for_each(|counter| counter.set(StatsHeader::NOT_TOLD));
    }

    /// Takes over what the guest says. What it does not say now, it is not known to say.
    pub fn take(&self, request: &Chain) {
        let mut values = [StatsHeader::NOT_TOLD; NAMES.len()];
        for entry in 0..(request.read_len() / ENTRY).min(MAX_ENTRIES) {
            let tag = request.read_array(entry * ENTRY).map(u16::from_le_bytes);
            let value = request.read_array(entry * ENTRY + 2).map(u64::from_le_bytes);
            if let (Some(tag), Some(value)) = (tag, value)
                && let Some(place) = values.get_mut(usize::from(tag))
            {
                *place = value;
            }
        }
        self.told.iter().zip(values).for_each(|(counter, value)| counter.set(value));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.last_update.set(now.as_secs());
    }
}
