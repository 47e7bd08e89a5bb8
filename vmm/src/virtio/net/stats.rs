//! What an interface counts, under libvirt's names; `rx` is what the guest receives.

use crate::stats::{Counter, Stats};

/// Counters of one direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Direction {
    bytes: Counter,
    packets: Counter,
    pub errors: Counter,
    pub dropped: Counter,
}

impl Direction {
    pub fn new(stats: &Stats, target: &str, direction: &str) -> Self {
        let counter = |what| stats.counter(&format!("net.{target}.{direction}.{what}"));
        Self {
            bytes: counter("bytes"),
            packets: counter("pkts"),
            errors: counter("errs"),
            dropped: counter("drop"),
        }
    }

    /// A packet of so many bytes, header not counted.
    pub fn packet(&self, bytes: usize) {
        self.packets.add(1);
        self.bytes.add(bytes as u64);
    }
}
