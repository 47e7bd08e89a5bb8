//! Which of the host's NUMA nodes a guest's memory comes from: a policy that its process is born with, and all of its
//! threads.

use crate::domain::def::tune::NumaMode;
use crate::domain::def::{CpuSet, DomainDef};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::host::numa;
use crate::host::sources::Sources;

/// Bits of a word of the kernel's mask.
const WORD: usize = u64::BITS as usize;

/// A policy as the kernel takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryPolicy {
    /// `MPOL_*`
    pub mode: i32,
    /// A bit for each node.
    pub nodes: Box<[u64]>,
}

impl MemoryPolicy {
    /// What a definition asks for; nodes the host has not are refused.
    pub fn of(def: &DomainDef) -> Result<Option<Self>> {
        let Some(memory) = &def.tune.numa.memory else { return Ok(None) };
        let Some(nodes) = &memory.nodes else { return Ok(None) };
        check(nodes)?;
        let mode = match memory.mode {
            NumaMode::Strict | NumaMode::Restrictive => libc::MPOL_BIND,
            NumaMode::Preferred => libc::MPOL_PREFERRED,
            NumaMode::Interleave => libc::MPOL_INTERLEAVE,
        };
        let mut words = vec![0; nodes.last().unwrap_or(0) / WORD + 1];
        nodes.iter().for_each(|node| words[node / WORD] |= 1 << (node % WORD));
        Ok(Some(Self { mode, nodes: words.into() }))
    }
}

/// Refuses nodes that the host has not.
pub fn check(nodes: &CpuSet) -> Result<()> {
    let mut there = numa::nodes(&Sources::host());
    if there.is_empty() {
        // A kernel that knows no nodes has one.
        there.push(0);
    }
    match nodes.iter().find(|node| !there.iter().any(|known| *known as usize == *node)) {
        Some(node) => {
            let info = format!("NUMA node {node} is unavailable");
            Err(Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::None, info))
        }
        None => Ok(()),
    }
}
