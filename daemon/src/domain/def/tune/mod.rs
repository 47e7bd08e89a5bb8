//! What a domain may use of the host, and where: shares and limits of time, memory and transfers, host CPUs and nodes.
//!
//! A file for each element of the document. They say what was asked for; what comes of it is
//! `crate::domain::limits`' to tell.

pub mod blkio;
pub mod cpu;
pub mod iothreads;
pub mod memory;
pub mod numa;
pub mod sched;

pub use blkio::{BlkioDevice, BlkioTune};
pub use cpu::{Bandwidth, CpuTune};
pub use iothreads::{IoThread, IoThreads};
pub use memory::MemTune;
pub use numa::{NumaMode, NumaTune};
pub use sched::{Policy, Scheduler};

use super::{Vcpus, kept::Placed};
use crate::{
    error::Result,
    xml::{Fields, Writer},
};

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tune {
    /// `<blkiotune>`.
    pub blkio: BlkioTune,
    /// `<memtune>`.
    pub memory: MemTune,
    /// `<iothreads>`, `<iothreadids>`.
    pub iothreads: IoThreads,
    /// `<cputune>`.
    pub cpu: CpuTune,
    /// `<numatune>`.
    pub numa: NumaTune,
}

impl Tune {
    /// Takes the elements out of `<domain>`. `cells` is the number of the guest's NUMA nodes.
    pub(super) fn parse(domain: &mut Fields<'_>, vcpus: &mut Vcpus, cells: usize) -> Result<Self> {
        let blkio = BlkioTune::parse(domain)?;
        let memory = MemTune::parse(domain)?;
        let iothreads = IoThreads::parse(domain)?;
        let cpu = CpuTune::parse(domain, vcpus, &iothreads)?;
        let numa = NumaTune::parse(domain, vcpus, cells)?;
        Ok(Self { blkio, memory, iothreads, cpu, numa })
    }

    /// Refuses what cannot be.
    pub(super) fn validate(&self) -> Result<()> {
        self.cpu.validate()?;
        self.blkio.validate()?;
        self.iothreads.validate()?;
        self.memory.validate()
    }

    /// Writes the elements that come before `<memoryBacking>`.
    pub(super) fn format_limits(&self, w: &mut Writer) {
        self.blkio.format(w);
        self.memory.format(w);
    }

    /// Writes the elements that come behind `<vcpus>`, and what of the domain's others stands between them.
    pub(super) fn format_threads(&self, w: &mut Writer, others: &mut Placed<'_>) {
        self.iothreads.format(w);
        others.before(w, "cputune");
        self.cpu.format(w);
        self.numa.format(w);
    }
}
