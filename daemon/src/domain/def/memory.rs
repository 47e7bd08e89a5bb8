//! `<memory>`, `<currentMemory>`, `<maxMemory>` and `<memoryBacking>`.

use crate::domain::def::{
    kept::Kept,
    words::{OnOff, words},
};

/// Guest memory. All sizes are KiB, as libvirt reports them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// `<memory>`: what the guest has at boot, and the most a balloon can give back.
    pub total_kib: u64,
    /// `<currentMemory>`: the balloon's target; never more than `total_kib`.
    pub current_kib: u64,
    /// `<maxMemory slots=>`: with memory hotplug.
    pub max: Option<MaxMemory>,
    /// `<memory dumpCore=>`.
    pub dump_core: Option<OnOff>,
    /// `<memoryBacking>`.
    pub backing: Option<Box<MemoryBacking>>,
}

/// `<maxMemory>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxMemory {
    /// KiB.
    pub kib: u64,
    /// Slots for memory modules.
    pub slots: u32,
}

/// `<memoryBacking>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemoryBacking {
    /// `<hugepages>`: `Some` and empty asks for the host's default size.
    pub hugepages: Option<Vec<HugePage>>,
    /// `<nosharepages/>`.
    pub nosharepages: bool,
    /// `<locked/>`.
    pub locked: bool,
    /// `<source type=>`.
    pub source: Option<MemorySource>,
    /// `<access mode=>`.
    pub access: Option<MemoryAccess>,
    /// `<allocation mode=>`.
    pub allocation: Option<MemoryAllocation>,
    /// `<allocation threads=>`.
    pub allocation_threads: Option<u32>,
    /// `<discard/>`.
    pub discard: bool,
    /// Everything else.
    pub kept: Kept,
}

/// `<hugepages><page/>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HugePage {
    /// KiB.
    pub size_kib: u64,
    /// Guest NUMA nodes it applies to; all where absent.
    pub nodeset: Option<String>,
}

words! {
    /// `<memoryBacking><source type=>`.
    pub enum MemorySource {
        /// A file in the memory backing directory.
        File = "file",
        /// Anonymous memory.
        Anonymous = "anonymous",
        /// A memory file.
        Memfd = "memfd",
    }
}

words! {
    /// `<memoryBacking><access mode=>`.
    pub enum MemoryAccess {
        /// Mapped shared, as vhost-user needs.
        Shared = "shared",
        /// Mapped private.
        Private = "private",
    }
}

words! {
    /// `<memoryBacking><allocation mode=>`.
    pub enum MemoryAllocation {
        /// Every page is touched before the guest starts.
        Immediate = "immediate",
        /// Pages come as the guest touches them.
        Ondemand = "ondemand",
    }
}
