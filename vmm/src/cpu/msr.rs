//! Model-specific registers: set and read one by one, as far as this KVM takes them.
//!
//! A refused register is a note, never an error: which there are differs between hosts and kernels.

use kvm_bindings::{Msrs, kvm_msr_entry};
use kvm_ioctls::{Kvm, VcpuFd};

use crate::kvm::{KvmError, failed};

const IA32_TSC: u32 = 0x10;
const IA32_UCODE_REV: u32 = 0x8b;
const IA32_MISC_ENABLE: u32 = 0x1a0;
const IA32_MTRR_DEF_TYPE: u32 = 0x2ff;
const AMD_DE_CFG: u32 = 0xc001_1029;

/// MISC_ENABLE: fast string operations.
const FAST_STRING: u64 = 1;
/// MTRR_DEF_TYPE: MTRRs enabled, all memory write-back.
const MTRR_WRITE_BACK: u64 = 1 << 11 | 6;

/// Registers per call: what the kernel takes at once.
const BATCH: usize = kvm_bindings::KVM_MAX_MSR_ENTRIES;

/// The registers that this KVM has, and what the guest's start with.
#[derive(Debug, Clone, Default)]
pub struct MsrPlan {
    /// Set when a vCPU is made.
    initial: Vec<kvm_msr_entry>,
    /// All that a guest can change and KVM can read.
    all: Vec<u32>,
}

fn entry(index: u32, data: u64) -> kvm_msr_entry {
    kvm_msr_entry { index, data, ..Default::default() }
}

impl MsrPlan {
    /// Asks KVM.
    pub fn new(kvm: &Kvm) -> Result<Self, KvmError> {
        let list = kvm.get_msr_index_list().map_err(failed("list its MSRs"))?;
        // The TSC starts from 0 at a reset and is not restored.
        let all = list.as_slice().iter().copied().filter(|index| *index != IA32_TSC).collect();
        let mut initial =
            vec![entry(IA32_MISC_ENABLE, FAST_STRING), entry(IA32_MTRR_DEF_TYPE, MTRR_WRITE_BACK)];
        let host = kvm.get_msr_feature_index_list().map_err(failed("list its feature MSRs"))?;
        for index in [IA32_UCODE_REV, AMD_DE_CFG] {
            if host.as_slice().contains(&index)
                && let Ok(mut value) = Msrs::from_entries(&[entry(index, 0)])
                && kvm.get_msrs(&mut value).is_ok_and(|read| read == 1)
            {
                initial.push(value.as_slice()[0]);
            }
        }
        Ok(Self { initial, all })
    }

    /// Gives a new vCPU its first values. Refused registers are returned.
    pub fn set_initial(&self, vcpu: &VcpuFd) -> Vec<u32> {
        set(vcpu, &self.initial)
    }

    /// Reads every register that can be read.
    pub fn save(&self, vcpu: &VcpuFd) -> Vec<kvm_msr_entry> {
        let mut saved = Vec::with_capacity(self.all.len());
        let mut left: Vec<_> = self.all.iter().map(|index| entry(*index, 0)).collect();
        while !left.is_empty() {
            let part = left.len().min(BATCH);
            let Ok(mut batch) = Msrs::from_entries(&left[..part]) else { break };
            let read = vcpu.get_msrs(&mut batch).unwrap_or(0);
            saved.extend_from_slice(&batch.as_slice()[..read]);
            // The call stops at the first register that cannot be read: leave that one out and go on.
            left.drain(..if read == part { read } else { read + 1 });
        }
        saved
    }

    /// Puts back what [`MsrPlan::save`] read, and starts the TSC from 0.
    pub fn restore(vcpu: &VcpuFd, saved: &[kvm_msr_entry]) {
        set(vcpu, saved);
        set(vcpu, &[entry(IA32_TSC, 0)]);
    }
}

/// Sets registers; returns the refused ones.
fn set(vcpu: &VcpuFd, entries: &[kvm_msr_entry]) -> Vec<u32> {
    let mut refused = Vec::new();
    let mut left = entries;
    while !left.is_empty() {
        let part = &left[..left.len().min(BATCH)];
        let done = Msrs::from_entries(part).ok().and_then(|batch| vcpu.set_msrs(&batch).ok()).unwrap_or(0);
        left = &left[done..];
        if done < part.len() {
            refused.push(left[0].index);
            left = &left[1..];
        }
    }
    refused
}
