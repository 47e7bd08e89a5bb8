//! A CPU as CPUID and the MSRs tell of it.

use std::arch::x86_64::{__cpuid, __cpuid_count};

use super::features::{FeatureSet, MSR_ARCH_CAPABILITIES, Register, Word, lookup};
use super::models::Vendor;

/// A CPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cpu {
    /// Its maker, if a known one.
    pub vendor: Option<Vendor>,
    /// Family, model, stepping.
    pub signature: (u16, u16, u8),
    /// The features that have names.
    pub features: FeatureSet,
}

impl Cpu {
    /// The CPU this runs on. `msr` reads model-specific registers as far as the host lets us.
    pub fn host(msr: impl Fn(u32) -> Option<u64>) -> Self {
        let basic = __cpuid(0);
        let mut features = FeatureSet::from_words(|word| match word {
            Word::Cpuid(leaf, subleaf, register) => read(leaf, subleaf, register),
            Word::Msr(_) => 0,
        });
        // The register is there only if CPUID says so.
        if lookup("arch-capabilities").is_some_and(|feature| features.contains(feature))
            && let Some(value) = msr(MSR_ARCH_CAPABILITIES)
        {
            let flaws = FeatureSet::from_words(|word| match word {
                Word::Msr(MSR_ARCH_CAPABILITIES) => value as u32,
                _ => 0,
            });
            features = features.union(&flaws);
        }
        let mut letters = [0; 12];
        for (bytes, register) in letters.chunks_mut(4).zip([basic.ebx, basic.edx, basic.ecx]) {
            bytes.copy_from_slice(&register.to_le_bytes());
        }
        Self { vendor: Vendor::from_cpuid(&letters), signature: numbers(__cpuid(1).eax), features }
    }
}

/// Family, model and stepping of leaf 1's EAX.
fn numbers(eax: u32) -> (u16, u16, u8) {
    let family = (eax >> 8 & 0xf) + (eax >> 20 & 0xff);
    let model = (eax >> 4 & 0xf) | (eax >> 12 & 0xf0);
    (family as u16, model as u16, (eax & 0xf) as u8)
}

/// A register of a leaf and subleaf; 0 where the CPU does not have them.
fn read(leaf: u32, subleaf: u32, register: Register) -> u32 {
    if leaf > __cpuid(leaf & 0x8000_0000).eax {
        return 0;
    }
    let first = __cpuid_count(leaf, 0);
    let valid = match leaf {
        _ if subleaf == 0 => true,
        7 => subleaf <= first.eax,
        0xf => first.edx & 1 << subleaf != 0,
        // Both of its first subleaves are there if SGX is.
        0x12 => __cpuid_count(7, 0).ebx & 1 << 2 != 0,
        _ => true,
    };
    if !valid {
        return 0;
    }
    let result = __cpuid_count(leaf, subleaf);
    match register {
        Register::Eax => result.eax,
        Register::Ebx => result.ebx,
        Register::Ecx => result.ecx,
        Register::Edx => result.edx,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_decoded() {
        assert_eq!(numbers(0x000a_0671), (6, 167, 1));
        assert_eq!(numbers(0x0080_0f12), (23, 1, 2));
        assert_eq!(numbers(0x0000_0f65), (15, 6, 5));
    }

    #[test]
    fn every_64_bit_host_has_the_basics() {
        let cpu = Cpu::host(|_| None);
        for name in ["fpu", "sse2", "syscall", "lm"] {
            assert!(cpu.features.contains(lookup(name).unwrap()), "{name}");
        }
    }
}
