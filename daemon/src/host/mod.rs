//! The host: what this machine is and offers.
//!
//! Everything is read from the kernel's own files when somebody asks, and nothing before: a daemon that nobody asks
//! reads nothing. What cannot change is kept after the first time. No answer waits for a guest.

mod caches;
mod capabilities;
pub mod cpu;
mod cpu_time;
mod domain_capabilities;
mod identity;
pub mod kvm;
pub mod machines;
mod memory;
mod neighbours;
mod network;
pub mod numa;
mod offers;
mod smbios;
pub mod sources;
mod storage;
#[cfg(test)]
mod tests;
mod topology;
pub mod version;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use cpu::features;
pub use cpu_time::CPU_STATS;
pub use domain_capabilities::Offered;
pub use memory::{KSM_PARAMETERS, KsmValue};
pub use neighbours::Neighbour;
pub use numa::{Pages, PoolChange};
pub use sources::{format_list, parse_list};
pub use topology::{Arrangement, Place};

use crate::domain::def::Machine;
use crate::error::{Error, ErrorDomain, Result};
use capabilities::Basis;
use domain_capabilities::Asked;
use sources::Sources;

/// The host.
#[derive(Debug)]
pub struct Host {
    sources: Sources,
    emulator: PathBuf,
    hostname: OnceLock<String>,
    lasting: OnceLock<String>,
    capabilities: Mutex<Option<(Basis, Arc<str>)>>,
}

/// `virNodeGetInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeInfo {
    /// Memory in KiB.
    pub memory_kib: u64,
    /// The CPUs' clock in MHz.
    pub mhz: u32,
    /// CPUs and their arrangement.
    pub arrangement: Arrangement,
}

impl Host {
    /// This host, whose guests are run by this program.
    pub fn new(emulator: impl Into<PathBuf>) -> Self {
        Self::with_sources(Sources::host(), emulator.into())
    }

    fn with_sources(sources: Sources, emulator: PathBuf) -> Self {
        Self {
            sources,
            emulator,
            hostname: OnceLock::new(),
            lasting: OnceLock::new(),
            capabilities: Mutex::new(None),
        }
    }

    /// The program that runs guests.
    pub fn emulator(&self) -> &std::path::Path {
        &self.emulator
    }

    /// The host's canonical name. The first call may wait for the network.
    pub fn hostname(&self) -> Result<&str> {
        if self.hostname.get().is_none() {
            let _ = self.hostname.set(identity::hostname()?);
        }
        Ok(self.hostname.get().map_or("", String::as_str))
    }

    /// The host's name if it is known without waiting.
    pub fn known_hostname(&self) -> Option<&str> {
        self.hostname.get().map(String::as_str)
    }

    /// The capabilities document if it has been made before and is still right.
    pub fn known_capabilities_xml(&self) -> Option<Arc<str>> {
        let basis = Basis::now(&self.sources);
        let kept = self.capabilities.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(under, _)| *under == basis).map(|(_, xml)| xml.clone())
    }

    /// The capabilities document. The first call takes milliseconds, on large hosts more.
    pub fn capabilities_xml(&self) -> Result<Arc<str>> {
        if let Some(known) = self.known_capabilities_xml() {
            return Ok(known);
        }
        let basis = Basis::now(&self.sources);
        if self.lasting.get().is_none() {
            let uuid = identity::uuid(&self.sources);
            let _ = self.lasting.set(capabilities::lasting(&self.sources, uuid, &self.cpu())?);
        }
        let lasting = self.lasting.get().map_or("", String::as_str);
        let xml: Arc<str> = capabilities::document(&self.sources, lasting, &self.emulator, &basis)?.into();
        *self.capabilities.lock().unwrap_or_else(PoisonError::into_inner) = Some((basis, xml.clone()));
        Ok(xml)
    }

    /// CPUs, memory and their arrangement.
    pub fn node_info(&self) -> Result<NodeInfo> {
        Ok(NodeInfo {
            memory_kib: numa::host_memory(&self.sources)?.total_kib,
            mhz: topology::mhz(&self.sources),
            arrangement: topology::arrangement(&self.sources)?,
        })
    }

    /// The CPUs that are there and those that are online, ascending.
    pub fn cpu_map(&self) -> Result<(Vec<u32>, Vec<u32>)> {
        Ok((topology::present(&self.sources)?, topology::online(&self.sources)?))
    }

    /// The CPUs that are online, ascending.
    pub fn online_cpus(&self) -> Result<Vec<u32>> {
        topology::online(&self.sources)
    }

    /// Where a CPU stands.
    pub fn cpu_place(&self, cpu: u32) -> Place {
        topology::place(&self.sources, cpu)
    }

    /// The NUMA nodes; one where the kernel knows none.
    pub fn nodes(&self) -> Vec<u32> {
        let nodes = numa::nodes(&self.sources);
        if nodes.is_empty() { vec![0] } else { nodes }
    }

    /// The online CPUs of a node.
    pub fn node_cpus(&self, node: u32) -> Result<Vec<u32>> {
        numa::cpus(&self.sources, node).map_or_else(|| self.online_cpus(), Ok)
    }

    /// Free memory in bytes.
    pub fn free_memory(&self) -> Result<u64> {
        Ok(numa::host_memory(&self.sources)?.free_kib * 1024)
    }

    /// Memory in KiB.
    pub fn memory_kib(&self) -> Result<u64> {
        Ok(numa::host_memory(&self.sources)?.total_kib)
    }

    /// Free memory in bytes of these cells.
    pub fn cells_free_memory(&self, first: i32, cells: i32) -> Result<Vec<u64>> {
        numa::free_memory(&self.sources, first, cells)
    }

    /// Free pages of these sizes in these cells; a first cell of -1 is the whole host.
    pub fn free_pages(&self, sizes_kib: &[u32], first: i32, cells: u32) -> Result<Vec<u64>> {
        numa::free_pages(&self.sources, sizes_kib, first, cells)
    }

    /// Changes the pools of huge pages of these sizes (KiB) in these cells. Says how many pools it touched.
    pub fn alloc_pages(&self, pools: &[(u32, PoolChange)], first: i32, cells: u32) -> Result<u32> {
        numa::alloc_pages(&self.sources, pools, first, cells)
    }

    /// The pages of a node, or of the host: the system's own first, then the huge ones.
    pub fn pages(&self, node: Option<u32>) -> Result<Vec<Pages>> {
        numa::pages(&self.sources, node)
    }

    /// Memory statistics of the host, or of a cell.
    pub fn memory_statistics(&self, cell: Option<u32>) -> Result<Vec<(&'static str, u64)>> {
        memory::statistics(&self.sources, cell)
    }

    /// CPU time of the host, or of a CPU.
    pub fn cpu_statistics(&self, cpu: Option<u32>) -> Result<[(&'static str, u64); CPU_STATS]> {
        cpu_time::statistics(&self.sources, cpu)
    }

    /// The KSM parameters.
    pub fn ksm(&self) -> Result<Vec<(&'static str, KsmValue)>> {
        memory::ksm(&self.sources)
    }

    /// Sets KSM parameters.
    pub fn set_ksm(&self, values: &[(String, u32)]) -> Result<()> {
        memory::set_ksm(&self.sources, values)
    }

    /// Most vCPUs of a guest of this domain type (`None`: the only one there is).
    pub fn max_vcpus(&self, domain_type: Option<&str>) -> Result<u32> {
        version::check_domain_type(domain_type)?;
        Ok(kvm::Kvm::open()?.max_vcpus().min(machines::MAX_VCPUS))
    }

    /// What KVM offers to guests.
    pub fn offered(&self) -> Result<Offered> {
        let kvm = kvm::Kvm::open()?;
        let features = kvm.supported_features();
        let features =
            features.map_err(|error| Error::system(ErrorDomain::None, "Cannot read host CPUID", &error))?;
        Ok(Offered::new(cpu::Cpu::host(|_| None), features))
    }

    /// The host's own CPU.
    pub fn cpu(&self) -> cpu::Cpu {
        let kvm = kvm::Kvm::open().ok();
        cpu::Cpu::host(|index| kvm::host_msr(index).or_else(|| kvm.as_ref()?.msr(index)))
    }

    /// What a guest of this architecture and machine can be given.
    pub fn domain_capabilities_xml(&self, arch: &str, machine: Machine) -> Result<String> {
        let max_vcpus = self.max_vcpus(None)?;
        let asked = Asked { emulator: &self.emulator, arch, machine, max_vcpus };
        Ok(domain_capabilities::document(&asked, &self.offered()?))
    }

    /// The firmware's description of the host, as `<sysinfo>`.
    pub fn sysinfo_xml(&self) -> Result<String> {
        smbios::xml(&self.sources)
    }
}
