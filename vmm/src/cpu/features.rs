//! What a CPU model and single features of the specification leave of what KVM offers.

use vireo_control::{CpuFeature, CpuMode, FeaturePolicy};

use super::{
    CpuError,
    leaves::{Leaves, Register, Register::*, register},
};

/// What differs between hosts of one CPU model, or ties a guest to its host: hidden by `host-model`.
const HOST_MODEL_HIDES: &[(u32, u32, Register, u32)] = &[
    // PDCM: the performance capabilities register.
    (1, 0, Ecx, 1 << 15),
    // The performance monitoring unit.
    (0xa, 0, Eax, !0),
    (0xa, 0, Ebx, !0),
    (0xa, 0, Ecx, !0),
    (0xa, 0, Edx, !0),
    (0x8000_0001, 0, Ecx, 1 << 23 | 1 << 24 | 1 << 28),
    (0x8000_0022, 0, Eax, !0),
    (0x8000_0022, 0, Ebx, !0),
    // The invariant TSC: its frequency is the host's.
    (0x8000_0007, 0, Edx, 1 << 8),
    // Frequencies.
    (0x15, 0, Eax, !0),
    (0x15, 0, Ebx, !0),
    (0x15, 0, Ecx, !0),
    (0x16, 0, Eax, !0),
    (0x16, 0, Ebx, !0),
    (0x16, 0, Ecx, !0),
];

/// Registers that hold features: a named model shows of them what it lists, and nothing where it is silent.
const FEATURE_REGISTERS: &[(u32, u32, Register)] = &[
    (1, 0, Ecx),
    (1, 0, Edx),
    (6, 0, Eax),
    (7, 0, Ebx),
    (7, 0, Ecx),
    (7, 0, Edx),
    (7, 1, Eax),
    (7, 1, Ebx),
    (7, 1, Ecx),
    (7, 1, Edx),
    (7, 2, Edx),
    (0xd, 1, Eax),
    (0x14, 0, Ebx),
    (0x14, 0, Ecx),
    (0x8000_0001, 0, Ecx),
    (0x8000_0001, 0, Edx),
    (0x8000_0007, 0, Ebx),
    (0x8000_0007, 0, Edx),
    (0x8000_0008, 0, Ebx),
    (0x8000_000a, 0, Edx),
    (0x8000_0021, 0, Eax),
];

/// Bits that come from this machine and not from a model: APIC, x2APIC, the deadline timer, the hypervisor bit, and
/// OSXSAVE, which KVM keeps by itself.
const MACHINE_BITS: &[(u32, u32, Register, u32)] =
    &[(1, 0, Ecx, 1 << 31 | 1 << 27 | 1 << 24 | 1 << 21), (1, 0, Edx, 1 << 9), (6, 0, Eax, 1 << 2)];

/// Applies the mode.
pub fn apply_mode(leaves: &mut Leaves, mode: &CpuMode) {
    match mode {
        CpuMode::HostPassthrough => {}
        CpuMode::HostModel => {
            for (leaf, subleaf, of, bits) in HOST_MODEL_HIDES {
                if let Some(entry) = leaves.find_mut(*leaf, *subleaf) {
                    *register(entry, *of) &= !bits;
                }
            }
        }
        CpuMode::Named { name, leaves: bounds } => apply_bounds(leaves, name, bounds),
    }
}

fn apply_bounds(leaves: &mut Leaves, name: &str, bounds: &[(u32, u32, [u32; 4])]) {
    for (leaf, subleaf, of) in FEATURE_REGISTERS {
        let machine = MACHINE_BITS.iter().find(|bits| (bits.0, bits.1, bits.2) == (*leaf, *subleaf, *of));
        let listed = bounds.iter().filter(|bound| (bound.0, bound.1) == (*leaf, *subleaf));
        let allowed = listed.fold(machine.map_or(0, |bits| bits.3), |all, bound| all | bound.2[*of as usize]);
        if let Some(entry) = leaves.find_mut(*leaf, *subleaf) {
            *register(entry, *of) &= allowed;
        }
    }
    let signature = bounds.iter().find(|bound| (bound.0, bound.1) == (1, 0)).map_or(0, |bound| bound.2[0]);
    if signature != 0
        && let Some(entry) = leaves.find_mut(1, 0)
    {
        entry.eax = signature;
    }
    let mut brand = [0; 48];
    let length = name.len().min(brand.len() - 1);
    brand[..length].copy_from_slice(&name.as_bytes()[..length]);
    for (leaf, part) in (0x8000_0002..=0x8000_0004).zip(brand.as_chunks::<16>().0) {
        let words = part.as_chunks::<4>().0;
        leaves.set(leaf, None, [0, 1, 2, 3].map(|n| u32::from_le_bytes(words[n])));
    }
}

/// Applies the single features, in order. `offered` is what KVM offers, before mode and features.
pub fn apply_features(
    leaves: &mut Leaves,
    offered: &Leaves,
    features: &[CpuFeature],
    notes: &mut Vec<String>,
) -> Result<(), CpuError> {
    for CpuFeature { name, policy, leaf: (leaf, subleaf), bit: (number, bit) } in features {
        let of = Register::from_number(*number).filter(|_| *bit < 32).ok_or_else(|| {
            CpuError::Invalid(format!("CPU feature {name}: there is no bit {bit} of register {number}"))
        })?;
        let host_has = offered.value(*leaf, *subleaf, of) >> bit & 1 == 1;
        let show = match policy {
            FeaturePolicy::Force => {
                if !host_has {
                    notes.push(format!(
                        "CPU feature {name} is shown to the guest, but the host does not have it"
                    ));
                }
                true
            }
            FeaturePolicy::Require if !host_has => {
                return Err(CpuError::Unsupported(format!(
                    "the host does not have the required CPU feature {name}"
                )));
            }
            FeaturePolicy::Forbid if host_has => {
                return Err(CpuError::Unsupported(format!("the host has the forbidden CPU feature {name}")));
            }
            FeaturePolicy::Require => true,
            FeaturePolicy::Optional => host_has,
            FeaturePolicy::Disable | FeaturePolicy::Forbid => false,
        };
        leaves.set_bit(*leaf, *subleaf, of, *bit, show);
    }
    Ok(())
}
