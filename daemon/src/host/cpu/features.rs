//! The CPU features that libvirt names, and where each stands in CPUID or in a model-specific register.
//!
//! A word is one 32-bit CPUID register or one MSR. The order of words and bits is libvirt's order of features
//! wherever it lists them.

use Register::{Eax, Ebx, Ecx, Edx};

/// CPUID's output registers, in the order in which the guest's specification numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Register {
    /// EAX.
    Eax = 0,
    /// EBX.
    Ebx = 1,
    /// ECX.
    Ecx = 2,
    /// EDX.
    Edx = 3,
}

/// What a word of features is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// A register of this leaf and subleaf.
    Cpuid(u32, u32, Register),
    /// The MSR of this number.
    Msr(u32),
}

/// One feature's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// The word it stands in.
    pub word: Word,
    /// Its bit there.
    pub bit: u8,
    index: u8,
}

/// IA32_ARCH_CAPABILITIES: which flaws the CPU does not have.
pub const MSR_ARCH_CAPABILITIES: u32 = 0x10a;

/// IA32_CORE_CAPABILITIES.
pub const MSR_CORE_CAPABILITIES: u32 = 0xcf;

/// Number of words.
const COUNT: usize = 25;

/// Each word's names by bit, from bit 0; `-` has none.
const WORDS: [(Word, &str); COUNT] = [
    (
        Word::Cpuid(1, 0, Edx),
        "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov \
         pat pse36 pn clflush - ds acpi mmx fxsr sse sse2 ss ht tm ia64 pbe",
    ),
    (
        Word::Cpuid(1, 0, Ecx),
        "pni pclmuldq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid - fma cx16 xtpr pdcm \
         - pcid dca sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave osxsave avx f16c rdrand hypervisor",
    ),
    (Word::Cpuid(6, 0, Eax), "- - arat"),
    (
        Word::Cpuid(7, 0, Ebx),
        "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cmt - mpx - \
         avx512f avx512dq rdseed adx smap avx512ifma pcommit clflushopt \
         clwb intel-pt avx512pf avx512er avx512cd sha-ni avx512bw avx512vl",
    ),
    (
        Word::Cpuid(7, 0, Ecx),
        "- avx512vbmi umip pku ospke waitpkg avx512vbmi2 - \
         gfni vaes vpclmulqdq avx512vnni avx512bitalg - avx512-vpopcntdq - \
         la57 - - - - - rdpid - bus-lock-detect cldemote - movdiri movdir64b - sgxlc pks",
    ),
    (
        Word::Cpuid(7, 0, Edx),
        "- - avx512-4vnniw avx512-4fmaps fsrm - - - avx512-vp2intersect - md-clear - - - serialize - \
         tsx-ldtrk - pconfig arch-lbr - - amx-bf16 avx512-fp16 \
         amx-tile amx-int8 spec-ctrl stibp - arch-capabilities core-capability ssbd",
    ),
    (
        Word::Cpuid(7, 1, Eax),
        "- - - - avx-vnni avx512-bf16 - cmpccxadd - - fzrm fsrs fsrc - - - - - - - - amx-fp16 - avx-ifma",
    ),
    (Word::Cpuid(7, 1, Edx), "- - - - avx-vnni-int8 avx-ne-convert - - amx-complex - - - - - prefetchiti"),
    (Word::Cpuid(7, 2, Edx), "intel-psfd ipred-ctrl rrsba-ctrl ddpd-u bhi-ctrl mcdt-no"),
    (Word::Cpuid(0xd, 1, Eax), "xsaveopt xsavec xgetbv1 xsaves xfd"),
    (Word::Cpuid(0xf, 1, Edx), "- mbm_total mbm_local"),
    (Word::Cpuid(0x12, 0, Eax), "sgx1 sgx2 - - - - - - - - - sgx-edeccssa"),
    (Word::Cpuid(0x12, 0, Ebx), "sgx-exinfo"),
    (
        Word::Cpuid(0x12, 1, Eax),
        "- sgx-debug sgx-mode64 - sgx-provisionkey sgx-tokenkey - sgx-kss - - sgx-aex-notify",
    ),
    (Word::Cpuid(0x14, 0, Ecx), "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - intel-pt-lip"),
    (
        Word::Cpuid(0x8000_0001, 0, Edx),
        "- - - - - - - - - - - syscall - - - - - - - - nx - mmxext - - fxsr_opt pdpe1gb rdtscp - lm 3dnowext 3dnow",
    ),
    (
        Word::Cpuid(0x8000_0001, 0, Ecx),
        "lahf_lm cmp_legacy svm extapic cr8legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt - lwp \
         fma4 tce cvt16 nodeid_msr - tbm topoext perfctr_core perfctr_nb",
    ),
    (Word::Cpuid(0x8000_0007, 0, Ebx), "overflow-recov succor"),
    (Word::Cpuid(0x8000_0007, 0, Edx), "- - - - - - - - invtsc"),
    (
        Word::Cpuid(0x8000_0008, 0, Ebx),
        "clzero - xsaveerptr - - - - - - wbnoinvd - - ibpb - ibrs amd-stibp \
         - stibp-always-on - - - - - - amd-ssbd virt-ssbd amd-no-ssb - amd-psfd",
    ),
    (
        Word::Cpuid(0x8000_000a, 0, Edx),
        "npt lbrv svm-lock nrip-save tsc-scale vmcb-clean flushbyasid decodeassists - - pause-filter - \
         pfthreshold avic - v-vmsave-vmload vgif - - - - - - - - vnmi - - svme-addr-chk",
    ),
    (
        Word::Cpuid(0x8000_0021, 0, Eax),
        "no-nested-data-bp fs-gs-base-ns lfence-always-serializing - - - null-sel-clr-base - auto-ibrs - - - - - - - \
         - - - - prefetchi - - - - - - sbpb ibpb-brtype srso-no srso-user-kernel-no",
    ),
    (Word::Cpuid(0x8000_0022, 0, Eax), "perfmon-v2"),
    (
        Word::Msr(MSR_ARCH_CAPABILITIES),
        "rdctl-no ibrs-all rsba skip-l1dfl-vmentry ssb-no mds-no pschange-mc-no tsx-ctrl taa-no - - - - \
         sbdr-ssdp-no fbsdp-no psdp-no - fb-clear - rrsba bhi-no - - - pbrsb-no - gds-no rfds-no rfds-clear",
    ),
    (Word::Msr(MSR_CORE_CAPABILITIES), "- - - - - split-lock-detect"),
];

/// Other names under which features are asked for: QEMU's and Linux's.
const ALIASES: [(&str, &str); 22] = [
    ("sse3", "pni"),
    ("pclmulqdq", "pclmuldq"),
    ("ds-cpl", "ds_cpl"),
    ("sse4-1", "sse4.1"),
    ("sse4_1", "sse4.1"),
    ("sse4-2", "sse4.2"),
    ("sse4_2", "sse4.2"),
    ("tsc-adjust", "tsc_adjust"),
    ("cqm", "cmt"),
    ("md_clear", "md-clear"),
    ("arch_capabilities", "arch-capabilities"),
    ("xd", "nx"),
    ("ffxsr", "fxsr_opt"),
    ("fxsr-opt", "fxsr_opt"),
    ("i64", "lm"),
    ("lahf-lm", "lahf_lm"),
    ("cmp-legacy", "cmp_legacy"),
    ("nodeid-msr", "nodeid_msr"),
    ("perfctr-core", "perfctr_core"),
    ("perfctr-nb", "perfctr_nb"),
    ("svm_lock", "svm-lock"),
    ("nrip_save", "nrip-save"),
];

/// Features whose value depends on the host's clock or state, so that a guest that sees them cannot move.
const NOT_MIGRATABLE: [&str; 2] = ["xsaves", "invtsc"];

/// The words to read, in order.
pub fn words() -> impl Iterator<Item = Word> {
    WORDS.iter().map(|(word, _)| *word)
}

/// Where a feature of libvirt's name stands.
pub fn lookup(name: &str) -> Option<Feature> {
    if name == "-" {
        return None;
    }
    WORDS.iter().zip(0..).find_map(|((word, names), index)| {
        let bit = names.split_ascii_whitespace().position(|candidate| candidate == name)?;
        Some(Feature { word: *word, bit: bit as u8, index })
    })
}

/// libvirt's name of a feature given by any name known for it.
pub fn canonical(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, canonical)| canonical)
}

/// Whether a guest that sees the feature can move to another host.
pub fn is_migratable(name: &str) -> bool {
    !NOT_MIGRATABLE.contains(&name)
}

/// A set of named features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct FeatureSet([u32; COUNT]);

impl FeatureSet {
    /// The named features of what was read for each of [`words`].
    pub fn from_words(mut read: impl FnMut(Word) -> u32) -> Self {
        let mut set = Self::default();
        for ((word, names), bits) in WORDS.iter().zip(&mut set.0) {
            *bits = read(*word) & named(names);
        }
        set
    }

    /// The features of these names, which have to be known ones.
    pub(in crate::host) fn of(names: &str) -> Self {
        let mut set = Self::default();
        for name in names.split_ascii_whitespace() {
            if let Some(feature) = lookup(name) {
                set.insert(feature);
            }
        }
        set
    }

    /// Adds a feature.
    pub fn insert(&mut self, feature: Feature) {
        self.0[feature.index as usize] |= 1 << feature.bit;
    }

    /// Takes a feature out.
    pub fn remove(&mut self, feature: Feature) {
        self.0[feature.index as usize] &= !(1 << feature.bit);
    }

    /// Whether the feature is in the set.
    pub fn contains(&self, feature: Feature) -> bool {
        self.0[feature.index as usize] & 1 << feature.bit != 0
    }

    /// What is in either.
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a | b)
    }

    /// What is in both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a & b)
    }

    /// What is in this one alone.
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a & !b)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|bits| *bits == 0)
    }

    /// The names, in libvirt's order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.into_iter().zip(&WORDS).flat_map(|(bits, (_, names))| {
            names
                .split_ascii_whitespace()
                .enumerate()
                .filter_map(move |(bit, name)| (bits & 1 << bit != 0).then_some(name))
        })
    }

    /// The CPUID leaves with these features' bits and no others: `(leaf, subleaf, [eax, ebx, ecx, edx])`.
    pub fn leaves(&self) -> Vec<(u32, u32, [u32; 4])> {
        let mut leaves: Vec<(u32, u32, [u32; 4])> = Vec::new();
        for (word, bits) in self.words().filter(|(_, bits)| *bits != 0) {
            let Word::Cpuid(leaf, subleaf, register) = word else { continue };
            let position = leaves.iter().position(|known| (known.0, known.1) == (leaf, subleaf));
            let position = position.unwrap_or_else(|| {
                leaves.push((leaf, subleaf, [0; 4]));
                leaves.len() - 1
            });
            leaves[position].2[register as usize] = bits;
        }
        leaves
    }

    /// Each word with its bits.
    pub fn words(&self) -> impl Iterator<Item = (Word, u32)> {
        WORDS.iter().map(|(word, _)| *word).zip(self.0)
    }

    fn combine(&self, other: &Self, with: impl Fn(u32, u32) -> u32) -> Self {
        let mut result = *self;
        for (bits, others) in result.0.iter_mut().zip(other.0) {
            *bits = with(*bits, others);
        }
        result
    }
}

/// The bits that have names.
fn named(names: &str) -> u32 {
    names
        .split_ascii_whitespace()
        .enumerate()
        .fold(0, |bits, (bit, name)| bits | u32::from(name != "-") << bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_stands_once_and_fits_its_word() {
        let mut seen = std::collections::HashSet::new();
        for (word, names) in WORDS {
            assert!(names.split_ascii_whitespace().count() <= 32, "{word:?}");
            for name in names.split_ascii_whitespace().filter(|name| *name != "-") {
                assert!(seen.insert(name), "{name}");
            }
        }
        for (alias, canonical) in ALIASES {
            assert!(!seen.contains(alias) && seen.contains(canonical), "{alias}");
        }
    }

    #[test]
    fn places_are_the_vendors() {
        let place = |name| lookup(name).map(|feature| (feature.word, feature.bit)).unwrap();
        assert_eq!(place("fpu"), (Word::Cpuid(1, 0, Edx), 0));
        assert_eq!(place("pbe"), (Word::Cpuid(1, 0, Edx), 31));
        assert_eq!(place("hypervisor"), (Word::Cpuid(1, 0, Ecx), 31));
        assert_eq!(place("avx512vl"), (Word::Cpuid(7, 0, Ebx), 31));
        assert_eq!(place("pks"), (Word::Cpuid(7, 0, Ecx), 31));
        assert_eq!(place("ssbd"), (Word::Cpuid(7, 0, Edx), 31));
        assert_eq!(place("amx-fp16"), (Word::Cpuid(7, 1, Eax), 21));
        assert_eq!(place("prefetchiti"), (Word::Cpuid(7, 1, Edx), 14));
        assert_eq!(place("mcdt-no"), (Word::Cpuid(7, 2, Edx), 5));
        assert_eq!(place("intel-pt-lip"), (Word::Cpuid(0x14, 0, Ecx), 31));
        assert_eq!(place("3dnow"), (Word::Cpuid(0x8000_0001, 0, Edx), 31));
        assert_eq!(place("perfctr_nb"), (Word::Cpuid(0x8000_0001, 0, Ecx), 24));
        assert_eq!(place("invtsc"), (Word::Cpuid(0x8000_0007, 0, Edx), 8));
        assert_eq!(place("amd-psfd"), (Word::Cpuid(0x8000_0008, 0, Ebx), 28));
        assert_eq!(place("svme-addr-chk"), (Word::Cpuid(0x8000_000a, 0, Edx), 28));
        assert_eq!(place("srso-user-kernel-no"), (Word::Cpuid(0x8000_0021, 0, Eax), 30));
        assert_eq!(place("pbrsb-no"), (Word::Msr(0x10a), 24));
        assert_eq!(place("rfds-clear"), (Word::Msr(0x10a), 28));
        assert_eq!(place("split-lock-detect"), (Word::Msr(0xcf), 5));
        assert_eq!(lookup("-"), None);
        assert_eq!(lookup("sse3"), None);
        assert_eq!(canonical("sse3"), "pni");
    }

    #[test]
    fn sets_know_only_named_features() {
        let everything = FeatureSet::from_words(|_| u32::MAX);
        assert!(!everything.names().any(|name| name == "-"));
        assert_eq!(everything.names().count(), everything.len());
        let two = FeatureSet::of("sse2 fpu");
        assert_eq!(two.names().collect::<Vec<_>>(), ["fpu", "sse2"]);
        assert!(everything.difference(&everything).is_empty());
        assert_eq!(everything.intersection(&two), two);
    }
}
