//! `virConnectGetAllDomainStats`: groups of named values, as stock names and orders them.

use std::borrow::Cow;

use vireo_protocol::typed::{TypedParam, TypedValue};

use super::block::{Counters as BlockCounters, Sizes};
use super::memory;
use super::net::Table;
use super::vcpu::Thread;
use crate::domain::live::Live;
use crate::domain::snapshot::Snapshot;
use crate::domain::state::State;

/// `VIR_DOMAIN_STATS_*`.
pub mod group {
    /// State and reason.
    pub const STATE: u32 = 1;
    /// What the guest's process has used.
    pub const CPU_TOTAL: u32 = 1 << 1;
    /// Memory.
    pub const BALLOON: u32 = 1 << 2;
    /// Each vCPU.
    pub const VCPU: u32 = 1 << 3;
    /// Each interface.
    pub const INTERFACE: u32 = 1 << 4;
    /// Each disk.
    pub const BLOCK: u32 = 1 << 5;
    /// Hardware events counted; none can be enabled yet, so there are none.
    pub const PERF: u32 = 1 << 6;
    /// I/O threads; no guest has one to be configured.
    pub const IOTHREAD: u32 = 1 << 7;
    /// Memory bandwidth by resctrl monitors; there are none.
    pub const MEMORY: u32 = 1 << 8;
    /// The last measurement of how fast memory is written to.
    pub const DIRTYRATE: u32 = 1 << 9;
    /// All of these.
    pub const ALL: u32 = (1 << 10) - 1;
}

/// What a call collects once for all domains.
pub struct Collector {
    groups: u32,
    /// Images of domains without a guest are looked at, too: a client that names its domains asks about them.
    named: bool,
    interfaces: Option<Table>,
}

impl Collector {
    /// For these groups (0 is all). `named` tells that the client named the domains.
    pub fn new(groups: u32, named: bool) -> Self {
        let groups = if groups == 0 { group::ALL } else { groups };
        Self { groups, named, interfaces: None }
    }

    /// A domain's values.
    pub fn collect(&mut self, snapshot: &Snapshot) -> Vec<TypedParam> {
        let mut values = Values(Vec::with_capacity(16));
        let groups = self.groups;
        let wanted = |group| groups & group != 0;
        if wanted(group::STATE) {
            values.push("state.state", snapshot.state.number());
            values.push("state.reason", snapshot.state.reason());
        }
        let live = snapshot.live.as_deref();
        let times = match live {
            Some(live) if wanted(group::CPU_TOTAL | group::BALLOON) => live.process.read().ok(),
            _ => None,
        };
        if wanted(group::CPU_TOTAL)
            && let Some(times) = times
        {
            values.push("cpu.time", times.user + times.system);
            values.push("cpu.user", times.user);
            values.push("cpu.system", times.system);
            values.push("cpu.cache.monitor.count", 0u32);
        }
        if wanted(group::BALLOON)
            && let Some(facts) = snapshot.facts()
        {
            values.push("balloon.current", live.map_or(facts.current_kib, memory::actual));
            values.push("balloon.maximum", facts.memory_kib);
            for told in live.into_iter().flat_map(memory::told) {
                values.push(told.name, told.value);
            }
            if let Some(times) = times {
                values.push("balloon.rss", times.rss_kib);
            }
        }
        if wanted(group::VCPU) {
            vcpus(snapshot, &mut values);
        }
        if wanted(group::INTERFACE)
            && let Some(live) = live
        {
            self.interfaces(live, &mut values);
        }
        if wanted(group::BLOCK) {
            self.disks(snapshot, &mut values);
        }
        if wanted(group::DIRTYRATE) && live.is_some() {
            // None has been measured.
            values.push("dirtyrate.calc_status", 0);
            values.push("dirtyrate.calc_start_time", 0i64);
            values.push("dirtyrate.calc_period", 0);
            values.push("dirtyrate.calc_mode", "page-sampling");
        }
        values.0
    }

    fn interfaces(&mut self, live: &Live, values: &mut Values) {
        values.push("net.count", live.interfaces.len() as u32);
        if live.interfaces.is_empty() {
            return;
        }
        let table = self.interfaces.get_or_insert_with(Table::read);
        for (n, interface) in live.interfaces.iter().enumerate() {
            values.push(format!("net.{n}.name"), &*interface.target);
            let Some(counters) = table.find(&interface.target) else { continue };
            for (name, direction) in [("rx", counters.rx), ("tx", counters.tx)] {
                values.push(format!("net.{n}.{name}.bytes"), direction.bytes);
                values.push(format!("net.{n}.{name}.pkts"), direction.packets);
                values.push(format!("net.{n}.{name}.errs"), direction.errors);
                values.push(format!("net.{n}.{name}.drop"), direction.dropped);
            }
        }
    }

    fn disks(&self, snapshot: &Snapshot, values: &mut Values) {
        let Some(facts) = snapshot.facts() else { return };
        values.push("block.count", facts.disks.len() as u32);
        let live = snapshot.live.as_deref();
        for (n, disk) in facts.disks.iter().enumerate() {
            values.push(format!("block.{n}.name"), &*disk.target);
            if let Some(path) = &disk.path {
                values.push(format!("block.{n}.path"), &**path);
            }
            if let Some(live) = live {
                if let Some(index) = disk.index {
                    values.push(format!("block.{n}.backingIndex"), index);
                }
                let counters = BlockCounters::of(live, &disk.target);
                values.push(format!("block.{n}.rd.reqs"), counters.rd_reqs);
                values.push(format!("block.{n}.rd.bytes"), counters.rd_bytes);
                values.push(format!("block.{n}.rd.times"), counters.rd_times);
                values.push(format!("block.{n}.wr.reqs"), counters.wr_reqs);
                values.push(format!("block.{n}.wr.bytes"), counters.wr_bytes);
                values.push(format!("block.{n}.wr.times"), counters.wr_times);
                values.push(format!("block.{n}.fl.reqs"), counters.fl_reqs);
                values.push(format!("block.{n}.fl.times"), counters.fl_times);
            }
            if live.is_some() || self.named {
                sizes(n, disk.path.as_deref(), live.is_some(), values);
            }
        }
    }
}

fn sizes(n: usize, path: Option<&str>, active: bool, values: &mut Values) {
    let Some(Ok(sizes)) = path.map(Sizes::of) else { return };
    if active {
        values.push(format!("block.{n}.allocation"), sizes.allocation);
    }
    values.push(format!("block.{n}.capacity"), sizes.capacity);
    values.push(format!("block.{n}.physical"), sizes.physical);
}

fn vcpus(snapshot: &Snapshot, values: &mut Values) {
    let Some(facts) = snapshot.facts() else { return };
    values.push("vcpu.current", u32::from(facts.vcpus));
    values.push("vcpu.maximum", u32::from(facts.vcpus_max));
    let Some(live) = snapshot.live.as_deref() else { return };
    let state = if matches!(snapshot.state, State::Shutdown | State::Crashed) { 0 } else { 1 };
    for (n, tid) in live.vcpus() {
        let thread = Thread::read(live.pid, tid);
        values.push(format!("vcpu.{n}.state"), state);
        values.push(format!("vcpu.{n}.time"), thread.time);
        values.push(format!("vcpu.{n}.wait"), thread.wait);
        values.push(format!("vcpu.{n}.delay"), thread.delay);
    }
}

struct Values(Vec<TypedParam>);

impl Values {
    fn push(&mut self, field: impl Into<Cow<'static, str>>, value: impl Into<TypedValue>) {
        self.0.push(TypedParam::new(field, value));
    }
}

#[cfg(test)]
mod tests;
