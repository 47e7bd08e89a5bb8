//! What a disk counts, under libvirt's names.

use std::time::Duration;

use crate::stats::{Counter, Stats};

/// Requests of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    requests: Counter,
    bytes: Counter,
    times: Counter,
}

impl Kind {
    fn new(stats: &Stats, target: &str, kind: &str) -> Self {
        let counter = |what| stats.counter(&format!("block.{target}.{kind}.{what}"));
        Self { requests: counter("reqs"), bytes: counter("bytes"), times: counter("times") }
    }

    pub fn done(&self, bytes: u64, time: Duration) {
        self.requests.add(1);
        self.bytes.add(bytes);
        self.times.add(time.as_nanos() as u64);
    }
}

/// Counters of a disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlkStats {
    pub read: Kind,
    pub write: Kind,
    pub flush: Kind,
    pub discard: Kind,
    pub errors: Counter,
}

impl BlkStats {
    pub fn new(stats: &Stats, target: &str) -> Self {
        let kind = |kind| Kind::new(stats, target, kind);
        let errors = stats.counter(&format!("block.{target}.errors"));
        Self { read: kind("rd"), write: kind("wr"), flush: kind("fl"), discard: kind("ds"), errors }
    }
}
