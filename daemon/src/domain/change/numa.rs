//! Which of the host's NUMA nodes memory comes from.

use super::{Change, Side, not_now};
use crate::domain::def::tune::numa::{NumaMemory, NumaMode, no_nodes};
use crate::domain::def::vcpus::Placement;
use crate::domain::def::{CpuSet, DomainDef};
use crate::domain::limits::{Controller, nodes};
use crate::error::Result;

/// What is to be changed of it.
#[derive(Debug)]
pub struct Numa {
    /// `numa_mode`
    pub mode: Option<NumaMode>,
    /// `numa_nodeset`
    pub nodes: Option<CpuSet>,
}

impl Change for Numa {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        if self.mode.is_none() && self.nodes.is_none() {
            return Ok(());
        }
        let before = def.tune.numa.memory.as_ref();
        if side == Side::Live {
            if self.check_live(before)? {
                return Ok(());
            }
            if let Some(nodes) = &self.nodes {
                nodes::check(nodes)?;
            }
        }
        let mode = self.mode.or(before.map(|memory| memory.mode)).unwrap_or(NumaMode::Strict);
        let nodes = self.nodes.clone().or_else(|| before.and_then(|memory| memory.nodes.clone()));
        let advised = before.map_or(def.vcpus.placement == Placement::Auto, |memory| memory.nodes.is_none());
        if nodes.is_none() && !advised {
            return Err(no_nodes());
        }
        def.tune.numa.memory = Some(NumaMemory { mode, nodes });
        Ok(())
    }

    fn needs(&self) -> Option<Controller> {
        Some(Controller::Cpuset)
    }
}

impl Numa {
    /// What may become of a guest's memory while it runs; whether nothing is to be done.
    fn check_live(&self, before: Option<&NumaMemory>) -> Result<bool> {
        if let (Some(mode), Some(before)) = (self.mode, before)
            && mode != before.mode
        {
            return Err(not_now("can't change numatune mode for running domain"));
        }
        if self.mode == Some(NumaMode::Strict) {
            if self.nodes.as_ref() != before.and_then(|memory| memory.nodes.as_ref()) {
                return Err(not_now("can't change nodeset for strict mode for running domain"));
            }
            return Ok(true);
        }
        if self.nodes.is_some() && before.is_some_and(|memory| memory.mode != NumaMode::Restrictive) {
            return Err(not_now("change of nodeset for running domain requires restrictive numa mode"));
        }
        Ok(false)
    }
}
