//! A set of CPUID leaves that is looked up and changed by (leaf, subleaf).

use kvm_bindings::{KVM_CPUID_FLAG_SIGNIFCANT_INDEX, kvm_cpuid_entry2};

/// Number of a register in the daemon's vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Register {
    /// 0.
    Eax,
    /// 1.
    Ebx,
    /// 2.
    Ecx,
    /// 3.
    Edx,
}

impl Register {
    /// From its number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Eax, Self::Ebx, Self::Ecx, Self::Edx].get(usize::from(number)).copied()
    }
}

/// The leaves.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Leaves(pub Vec<kvm_cpuid_entry2>);

/// A register of an entry.
pub fn register(entry: &mut kvm_cpuid_entry2, register: Register) -> &mut u32 {
    match register {
        Register::Eax => &mut entry.eax,
        Register::Ebx => &mut entry.ebx,
        Register::Ecx => &mut entry.ecx,
        Register::Edx => &mut entry.edx,
    }
}

impl Leaves {
    /// An entry, where there is one.
    pub fn find(&self, leaf: u32, subleaf: u32) -> Option<&kvm_cpuid_entry2> {
        self.0.iter().find(|entry| matches(entry, leaf, subleaf))
    }

    /// An entry to change, where there is one.
    pub fn find_mut(&mut self, leaf: u32, subleaf: u32) -> Option<&mut kvm_cpuid_entry2> {
        self.0.iter_mut().find(|entry| matches(entry, leaf, subleaf))
    }

    /// The value of a register; 0 where there is no such entry, as the CPU answers.
    pub fn value(&self, leaf: u32, subleaf: u32, of: Register) -> u32 {
        self.find(leaf, subleaf).map_or(0, |entry| *register(&mut entry.clone(), of))
    }

    /// Puts an entry in place of what is there. `indexed` says whether the leaf has subleaves.
    pub fn set(&mut self, leaf: u32, subleaf: Option<u32>, [eax, ebx, ecx, edx]: [u32; 4]) {
        let entry = kvm_cpuid_entry2 {
            function: leaf,
            index: subleaf.unwrap_or(0),
            flags: if subleaf.is_some() { KVM_CPUID_FLAG_SIGNIFCANT_INDEX } else { 0 },
            eax,
            ebx,
            ecx,
            edx,
            ..Default::default()
        };
        match self.find_mut(leaf, entry.index) {
            Some(old) => *old = entry,
            None => self.0.push(entry),
        }
    }

    /// Removes a leaf with all its subleaves.
    pub fn remove(&mut self, leaf: u32) {
        self.0.retain(|entry| entry.function != leaf);
    }

    /// Sets or clears one bit.
    pub fn set_bit(&mut self, leaf: u32, subleaf: u32, of: Register, bit: u8, on: bool) {
        if self.find(leaf, subleaf).is_none() {
            if !on {
                return;
            }
            self.set(leaf, (subleaf != 0).then_some(subleaf), [0; 4]);
        }
        if let Some(entry) = self.find_mut(leaf, subleaf) {
            let value = register(entry, of);
            *value = if on { *value | 1 << bit } else { *value & !(1 << bit) };
        }
    }
}

fn matches(entry: &kvm_cpuid_entry2, leaf: u32, subleaf: u32) -> bool {
    let indexed = entry.flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX != 0;
    entry.function == leaf && (if indexed { entry.index == subleaf } else { subleaf == 0 })
}
