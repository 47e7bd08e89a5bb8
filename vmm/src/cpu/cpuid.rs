//! CPUID: what KVM offers, less what the specification hides, plus this machine's topology.

use kvm_bindings::{CpuId, KVM_MAX_CPUID_ENTRIES};
use kvm_ioctls::{Cap, Kvm};
use vireo_control::CpuSpec;

use super::{
    CpuError, features,
    leaves::{Leaves, Register::Ecx},
    topology::Topology,
    topology_leaves,
};
use crate::kvm::failed;

const TSC_DEADLINE: u8 = 24;
const HYPERVISOR: u8 = 31;

/// The leaves of all vCPUs, before each gets its APIC id.
#[derive(Debug, Clone)]
pub struct CpuModel {
    leaves: Leaves,
    topology: Topology,
}

impl CpuModel {
    /// Decides what the guest's CPUs are.
    pub fn new(
        kvm: &Kvm,
        spec: &CpuSpec,
        topology: Topology,
        notes: &mut Vec<String>,
    ) -> Result<Self, CpuError> {
        let supported =
            kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).map_err(failed("list its CPUID leaves"))?;
        let mut offered = Leaves(supported.as_slice().to_vec());
        // KVM leaves these two to us: they depend on the interrupt chips and on there being a guest at all.
        offered.set_bit(1, 0, Ecx, TSC_DEADLINE, kvm.check_extension(Cap::TscDeadlineTimer));
        offered.set_bit(1, 0, Ecx, HYPERVISOR, true);
        Self::from_offered(offered, spec, topology, notes)
    }

    fn from_offered(
        offered: Leaves,
        spec: &CpuSpec,
        topology: Topology,
        notes: &mut Vec<String>,
    ) -> Result<Self, CpuError> {
        let mut leaves = offered.clone();
        features::apply_mode(&mut leaves, &spec.mode);
        features::apply_features(&mut leaves, &offered, &spec.features, notes)?;
        if spec.hide_kvm {
            leaves.0.retain(|entry| !(0x4000_0000..=0x4fff_ffff).contains(&entry.function));
        }
        topology_leaves::write(&mut leaves, &topology);
        Ok(Self { leaves, topology })
    }

    /// The leaves of one vCPU.
    pub fn for_vcpu(&self, index: u16) -> Result<CpuId, CpuError> {
        let mut leaves = self.leaves.clone();
        topology_leaves::write_apic_id(&mut leaves, &self.topology, index);
        CpuId::from_entries(&leaves.0)
            .map_err(|_| CpuError::Unsupported(format!("{} CPUID leaves are too many", leaves.0.len())))
    }

    /// The topology.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Signature and feature bits of leaf 1 (`eax`, `edx`), for the firmware tables.
    pub fn processor_id(&self) -> (u32, u32) {
        self.leaves.find(1, 0).map_or((0, 0), |entry| (entry.eax, entry.edx))
    }
}

#[cfg(test)]
#[path = "cpuid_tests.rs"]
mod tests;
