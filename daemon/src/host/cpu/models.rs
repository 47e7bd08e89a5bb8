//! The CPU models that libvirt names: who makes them, which family and model numbers they bear, what they can do.
//!
//! A model is told by what it adds to, or lacks of, one before it. The order is libvirt's: generic ones first, then
//! each vendor's from old to new.

use super::features::FeatureSet;

/// Who makes a CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// Intel.
    Intel,
    /// AMD.
    Amd,
    /// Hygon.
    Hygon,
}

impl Vendor {
    /// The vendor whose CPUs answer leaf 0 with these twelve letters.
    pub fn from_cpuid(letters: &[u8; 12]) -> Option<Self> {
        match letters {
            b"GenuineIntel" => Some(Self::Intel),
            b"AuthenticAMD" => Some(Self::Amd),
            b"HygonGenuine" => Some(Self::Hygon),
            _ => None,
        }
    }

    /// The vendor of libvirt's name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Intel, Self::Amd, Self::Hygon].into_iter().find(|vendor| vendor.name() == name)
    }

    /// libvirt's name of the vendor.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intel => "Intel",
            Self::Amd => "AMD",
            Self::Hygon => "Hygon",
        }
    }
}

/// Family, model, and the steppings that belong to a CPU model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    family: u16,
    model: u16,
    steppings: (u8, u8),
}

impl Signature {
    /// Whether a CPU of these numbers bears this signature.
    pub fn matches(&self, (family, model, stepping): (u16, u16, u8)) -> bool {
        self.family == family
            && self.model == model
            && (self.steppings.0..=self.steppings.1).contains(&stepping)
    }
}

impl Signature {
    /// As CPUID's leaf 1 tells it: families above 15 and models above 15 have extensions.
    fn eax(self) -> u32 {
        let (family, model) = (u32::from(self.family), u32::from(self.model));
        let (base, extended) = if family > 15 { (15, family - 15) } else { (family, 0) };
        extended << 20 | (model >> 4) << 16 | base << 8 | (model & 0xf) << 4 | u32::from(self.steppings.0)
    }
}

/// Which CPUs a model may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Hosts' and guests'.
    Both,
    /// Hosts' alone.
    Hosts,
    /// None: it can only be asked for.
    Nothing,
}

/// A named CPU model.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// libvirt's name.
    pub name: &'static str,
    /// Its maker; any where absent.
    pub vendor: Option<Vendor>,
    /// The numbers it bears; any where empty.
    pub signatures: &'static [Signature],
    /// Which CPUs it may stand for.
    pub names: Names,
    base: Option<&'static str>,
    with: &'static str,
    without: &'static str,
    no_longer: &'static str,
}

impl Model {
    const fn new(name: &'static str, vendor: Option<Vendor>) -> Self {
        Self {
            name,
            vendor,
            signatures: &[],
            names: Names::Both,
            base: None,
            with: "",
            without: "",
            no_longer: "",
        }
    }

    const fn signatures(mut self, signatures: &'static [Signature]) -> Self {
        self.signatures = signatures;
        self
    }

    const fn hosts_only(mut self) -> Self {
        self.names = Names::Hosts;
        self
    }

    const fn never_named(mut self) -> Self {
        self.names = Names::Nothing;
        self
    }

    const fn like(mut self, base: &'static str) -> Self {
        self.base = Some(base);
        self
    }

    const fn with(mut self, features: &'static str) -> Self {
        self.with = features;
        self
    }

    const fn without(mut self, features: &'static str) -> Self {
        self.without = features;
        self
    }

    const fn no_longer(mut self, features: &'static str) -> Self {
        self.no_longer = features;
        self
    }

    /// What the model once had and guests must not see: told as disabled wherever the model is named to a guest.
    pub fn removed(&self) -> FeatureSet {
        FeatureSet::of(self.no_longer)
    }

    /// What a guest of this model may see at most, as CPUID leaves: `(leaf, subleaf, [eax, ebx, ecx, edx])`. Leaf 1
    /// bears the model's own family and model numbers where it has any.
    pub fn leaves(&self) -> Vec<(u32, u32, [u32; 4])> {
        let mut leaves = self.features().leaves();
        if let Some(signature) = self.signatures.first() {
            match leaves.iter_mut().find(|(leaf, ..)| *leaf == 1) {
                Some((.., registers)) => registers[0] = signature.eax(),
                None => leaves.push((1, 0, [signature.eax(), 0, 0, 0])),
            }
        }
        leaves
    }

    /// Everything the model can do.
    pub fn features(&self) -> FeatureSet {
        let base = self.base.and_then(find).map(|base| base.features()).unwrap_or_default();
        base.union(&FeatureSet::of(self.with)).difference(&FeatureSet::of(self.without))
    }

    /// Whether a CPU of these numbers is of this model.
    pub fn has_signature(&self, numbers: (u16, u16, u8)) -> bool {
        self.signatures.iter().any(|signature| signature.matches(numbers))
    }
}

const ANY: Option<Vendor> = None;
const INTEL: Option<Vendor> = Some(Vendor::Intel);
const AMD: Option<Vendor> = Some(Vendor::Amd);
const HYGON: Option<Vendor> = Some(Vendor::Hygon);

const fn sig(family: u16, model: u16) -> Signature {
    steps(family, model, 0, 15)
}

const fn steps(family: u16, model: u16, first: u8, last: u8) -> Signature {
    Signature { family, model, steppings: (first, last) }
}

/// The model of this name.
pub fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

/// All models.
pub static MODELS: [Model; 63] = [
    Model::new("486", ANY)
        .with("fpu pse vme"),
    Model::new("pentium", ANY)
        .like("486")
        .with("cx8 de mce mmx msr tsc"),
    Model::new("pentium2", ANY)
        .like("pentium")
        .with("cmov fxsr mca mtrr pae pat pge pse36 sep"),
    Model::new("pentium3", ANY)
        .like("pentium2")
        .with("sse"),
    Model::new("pentiumpro", ANY)
        .like("pentium3")
        .with("apic sse2")
        .without("mca mtrr pse36 vme"),
    Model::new("coreduo", INTEL)
        .like("pentiumpro")
        .with("clflush mca monitor mtrr nx pni vme"),
    Model::new("n270", INTEL)
        .like("coreduo")
        .with("ssse3"),
    Model::new("core2duo", INTEL)
        .like("n270")
        .with("lm pse36 syscall"),
    Model::new("qemu32", ANY)
        .like("pentiumpro")
        .with("pni"),
    Model::new("kvm32", ANY)
        .like("qemu32")
        .with("clflush mca mtrr pse36"),
    Model::new("cpu64-rhel5", ANY)
        .never_named()
        .like("kvm32")
        .with("lm nx syscall"),
    Model::new("cpu64-rhel6", ANY)
        .never_named()
        .like("cpu64-rhel5")
        .with("cx16 lahf_lm"),
    Model::new("qemu64", ANY)
        .like("cpu64-rhel5")
        .with("cx16 svm"),
    Model::new("kvm64", ANY)
        .like("cpu64-rhel5")
        .with("cx16"),
    Model::new("Conroe", INTEL)
        .signatures(&[sig(6, 15), sig(6, 22)])
        .like("cpu64-rhel5")
        .with("lahf_lm ssse3"),
    Model::new("Penryn", INTEL)
        .signatures(&[sig(6, 23), sig(6, 29)])
        .like("cpu64-rhel6")
        .with("sse4.1 ssse3"),
    Model::new("Nehalem", INTEL)
        .signatures(&[sig(6, 26), sig(6, 30), sig(6, 31), sig(6, 46)])
        .like("Penryn")
        .with("popcnt sse4.2"),
    Model::new("Nehalem-IBRS", INTEL)
        .signatures(&[sig(6, 26), sig(6, 30), sig(6, 31), sig(6, 46)])
        .like("Nehalem")
        .with("spec-ctrl"),
    Model::new("Westmere", INTEL)
        .signatures(&[sig(6, 44), sig(6, 47), sig(6, 37)])
        .like("Nehalem")
        .with("aes"),
    Model::new("Westmere-IBRS", INTEL)
        .signatures(&[sig(6, 44)])
        .like("Nehalem-IBRS")
        .with("aes"),
    Model::new("SandyBridge", INTEL)
        .signatures(&[sig(6, 42), sig(6, 45)])
        .like("Westmere")
        .with("avx pclmuldq rdtscp tsc-deadline x2apic xsave"),
    Model::new("SandyBridge-IBRS", INTEL)
        .signatures(&[sig(6, 42), sig(6, 45)])
        .like("SandyBridge")
        .with("spec-ctrl"),
    Model::new("IvyBridge", INTEL)
        .signatures(&[sig(6, 58), sig(6, 62)])
        .like("SandyBridge")
        .with("erms f16c fsgsbase rdrand smep vme"),
    Model::new("IvyBridge-IBRS", INTEL)
        .signatures(&[sig(6, 58), sig(6, 62)])
        .like("IvyBridge")
        .with("spec-ctrl"),
    Model::new("Haswell-noTSX", INTEL)
        .signatures(&[sig(6, 60), sig(6, 63), sig(6, 69), sig(6, 70)])
        .like("SandyBridge")
        .with("avx2 bmi1 bmi2 erms fma fsgsbase invpcid movbe pcid smep"),
    Model::new("Haswell-noTSX-IBRS", INTEL)
        .signatures(&[sig(6, 60), sig(6, 63), sig(6, 69), sig(6, 70)])
        .like("Haswell-noTSX")
        .with("spec-ctrl"),
    Model::new("Haswell", INTEL)
        .signatures(&[sig(6, 60), sig(6, 63), sig(6, 69), sig(6, 70)])
        .like("Haswell-noTSX")
        .with("hle rtm"),
    Model::new("Haswell-IBRS", INTEL)
        .signatures(&[sig(6, 60), sig(6, 63), sig(6, 69), sig(6, 70)])
        .like("Haswell")
        .with("spec-ctrl"),
    Model::new("Broadwell-noTSX", INTEL)
        .signatures(&[sig(6, 61), sig(6, 71), sig(6, 79), sig(6, 86)])
        .like("Haswell-noTSX")
        .with("3dnowprefetch adx rdseed smap"),
    Model::new("Broadwell-noTSX-IBRS", INTEL)
        .signatures(&[sig(6, 61), sig(6, 71), sig(6, 79), sig(6, 86)])
        .like("Broadwell-noTSX")
        .with("spec-ctrl"),
    Model::new("Broadwell", INTEL)
        .signatures(&[sig(6, 61), sig(6, 71), sig(6, 79), sig(6, 86)])
        .like("Broadwell-noTSX")
        .with("hle rtm"),
    Model::new("Broadwell-IBRS", INTEL)
        .signatures(&[sig(6, 61), sig(6, 71), sig(6, 79), sig(6, 86)])
        .like("Broadwell")
        .with("spec-ctrl"),
    Model::new("Skylake-Client", INTEL)
        .signatures(&[sig(6, 94), sig(6, 78), sig(6, 142), sig(6, 158)])
        .like("Broadwell")
        .with("abm arat f16c mpx rdrand vme xgetbv1 xsavec xsaveopt"),
    Model::new("Skylake-Client-IBRS", INTEL)
        .signatures(&[sig(6, 94), sig(6, 78), sig(6, 142), sig(6, 158)])
        .like("Skylake-Client")
        .with("spec-ctrl"),
    Model::new("Skylake-Client-noTSX-IBRS", INTEL)
        .signatures(&[sig(6, 94), sig(6, 78), sig(6, 142), sig(6, 158)])
        .hosts_only()
        .like("Skylake-Client-IBRS")
        .without("hle rtm"),
    Model::new("Skylake-Server", INTEL)
        .signatures(&[steps(6, 85, 0, 4)])
        .like("Skylake-Client")
        .with("avx512bw avx512cd avx512dq avx512f avx512vl clwb pdpe1gb"),
    Model::new("Skylake-Server-IBRS", INTEL)
        .signatures(&[steps(6, 85, 0, 4)])
        .like("Skylake-Server")
        .with("spec-ctrl"),
    Model::new("Skylake-Server-noTSX-IBRS", INTEL)
        .signatures(&[steps(6, 85, 0, 4)])
        .hosts_only()
        .like("Skylake-Server-IBRS")
        .without("hle rtm"),
    Model::new("Cascadelake-Server", INTEL)
        .signatures(&[steps(6, 85, 5, 7)])
        .like("Skylake-Server-IBRS")
        .with("avx512vnni clflushopt ssbd"),
    Model::new("Cascadelake-Server-noTSX", INTEL)
        .signatures(&[steps(6, 85, 5, 7)])
        .hosts_only()
        .like("Skylake-Server-noTSX-IBRS")
        .with("avx512vnni clflushopt ssbd"),
    Model::new("Icelake-Client", INTEL)
        .signatures(&[sig(6, 126)])
        .like("Skylake-Client-IBRS")
        .with("avx512-vpopcntdq avx512bitalg avx512vbmi avx512vbmi2 avx512vnni gfni pku ssbd umip vaes \
             vpclmulqdq wbnoinvd")
        .no_longer("intel-pt"),
    Model::new("Icelake-Client-noTSX", INTEL)
        .signatures(&[sig(6, 126)])
        .hosts_only()
        .like("Icelake-Client")
        .without("hle rtm")
        .no_longer("intel-pt"),
    Model::new("Icelake-Server", INTEL)
        .signatures(&[sig(6, 106)])
        .like("Icelake-Client")
        .with("avx512bw avx512cd avx512dq avx512f avx512vl clflushopt clwb la57 pdpe1gb")
        .no_longer("intel-pt"),
    Model::new("Icelake-Server-noTSX", INTEL)
        .signatures(&[sig(6, 106)])
        .hosts_only()
        .like("Icelake-Server")
        .without("hle rtm")
        .no_longer("intel-pt"),
    Model::new("Cooperlake", INTEL)
        .signatures(&[steps(6, 85, 10, 11)])
        .like("Cascadelake-Server")
        .with("arch-capabilities avx512-bf16 ibrs-all mds-no pku pschange-mc-no rdctl-no skip-l1dfl-vmentry \
             stibp taa-no")
        .without("mpx"),
    Model::new("Snowridge", INTEL)
        .signatures(&[sig(6, 134)])
        .like("IvyBridge-IBRS")
        .with("3dnowprefetch arat arch-capabilities cldemote clflushopt clwb core-capability gfni movbe \
             movdir64b movdiri pdpe1gb rdseed sha-ni smap split-lock-detect ssbd umip xgetbv1 xsavec xsaveopt")
        .without("avx f16c"),
    Model::new("SapphireRapids", INTEL)
        .signatures(&[sig(6, 143)])
        .like("Icelake-Server")
        .with("amx-bf16 amx-int8 amx-tile arch-capabilities avx-vnni avx512-bf16 avx512-fp16 avx512ifma \
             bus-lock-detect fsrc fsrm fsrs fzrm ibrs-all mds-no pschange-mc-no rdctl-no rdpid serialize \
             sha-ni skip-l1dfl-vmentry taa-no tsx-ldtrk xfd xsaves")
        .without("mpx"),
    Model::new("GraniteRapids", INTEL)
        .signatures(&[sig(6, 173)])
        .like("SapphireRapids")
        .with("amx-fp16 fbsdp-no mcdt-no pbrsb-no prefetchiti psdp-no sbdr-ssdp-no"),
    Model::new("SierraForest", INTEL)
        .signatures(&[sig(6, 175)])
        .like("Skylake-Client-noTSX-IBRS")
        .with("arch-capabilities avx-ifma avx-ne-convert avx-vnni avx-vnni-int8 bus-lock-detect clflushopt clwb \
             cmpccxadd fbsdp-no fsrm fsrs gfni ibrs-all mcdt-no mds-no pbrsb-no pdpe1gb pku pschange-mc-no \
             psdp-no rdctl-no rdpid sbdr-ssdp-no serialize sha-ni skip-l1dfl-vmentry ssbd umip vaes \
             vpclmulqdq wbnoinvd xsaves")
        .without("mpx"),
    Model::new("athlon", AMD)
        .like("pentiumpro")
        .with("3dnow 3dnowext mmxext mtrr pse36 vme"),
    Model::new("phenom", AMD)
        .like("cpu64-rhel5")
        .with("3dnow 3dnowext fxsr_opt mmxext monitor svm"),
    Model::new("Opteron_G1", AMD)
        .signatures(&[sig(15, 6)])
        .like("cpu64-rhel5"),
    Model::new("Opteron_G2", AMD)
        .signatures(&[sig(15, 6)])
        .like("cpu64-rhel6")
        .with("rdtscp svm"),
    Model::new("Opteron_G3", AMD)
        .signatures(&[sig(15, 6)])
        .like("Opteron_G2")
        .with("abm misalignsse popcnt sse4a")
        .no_longer("monitor"),
    Model::new("Opteron_G4", AMD)
        .signatures(&[sig(21, 1)])
        .like("Opteron_G3")
        .with("3dnowprefetch aes avx fma4 pclmuldq pdpe1gb sse4.1 sse4.2 ssse3 xop xsave"),
    Model::new("Opteron_G5", AMD)
        .signatures(&[sig(21, 2)])
        .like("Opteron_G4")
        .with("f16c fma tbm"),
    Model::new("EPYC", AMD)
        .signatures(&[sig(23, 1)])
        .like("Opteron_G4")
        .with("adx arat avx2 bmi1 bmi2 clflushopt cr8legacy f16c fma fsgsbase fxsr_opt mmxext movbe osvw rdrand \
             rdseed sha-ni smap smep vme xgetbv1 xsavec xsaveopt")
        .without("fma4 xop")
        .no_longer("monitor"),
    Model::new("EPYC-IBPB", AMD)
        .signatures(&[sig(23, 1)])
        .like("EPYC")
        .with("ibpb")
        .no_longer("monitor"),
    Model::new("EPYC-Rome", AMD)
        .signatures(&[sig(23, 49)])
        .like("EPYC-IBPB")
        .with("amd-stibp clwb clzero npt nrip-save perfctr_core rdpid umip wbnoinvd xsaveerptr"),
    Model::new("EPYC-Milan", AMD)
        .signatures(&[sig(25, 1)])
        .like("EPYC-Rome")
        .with("amd-ssbd erms fsrm ibrs invpcid pcid pku svme-addr-chk xsaves"),
    Model::new("EPYC-Genoa", AMD)
        .signatures(&[sig(25, 17)])
        .like("EPYC-Milan")
        .with("amd-psfd auto-ibrs avx512-bf16 avx512-vpopcntdq avx512bitalg avx512bw avx512cd avx512dq avx512f \
             avx512ifma avx512vbmi avx512vbmi2 avx512vl avx512vnni gfni la57 lfence-always-serializing \
             no-nested-data-bp null-sel-clr-base stibp-always-on vaes vnmi vpclmulqdq"),
    Model::new("EPYC-Turin", AMD)
        .signatures(&[sig(26, 0)])
        .like("EPYC-Genoa")
        .with("avx-vnni avx512-vp2intersect flushbyasid fs-gs-base-ns ibpb-brtype lbrv movdir64b movdiri \
             overflow-recov pause-filter perfmon-v2 pfthreshold prefetchi sbpb srso-user-kernel-no succor \
             tsc-scale v-vmsave-vmload vgif vmcb-clean"),
    Model::new("Dhyana", HYGON)
        .signatures(&[sig(24, 0)])
        .like("cpu64-rhel6")
        .with("3dnowprefetch abm adx arat avx avx2 bmi1 bmi2 clflushopt cr8legacy f16c fma fsgsbase fxsr_opt \
             ibpb misalignsse mmxext movbe osvw pdpe1gb popcnt rdrand rdseed rdtscp smap smep sse4.1 sse4.2 \
             sse4a ssse3 svm vme xgetbv1 xsave xsavec xsaveopt")
        .no_longer("monitor"),
];

#[cfg(test)]
mod tests {
    use super::super::features::lookup;
    use super::*;

    #[test]
    fn each_model_stands_once_after_its_base_and_names_known_features() {
        for (position, model) in MODELS.iter().enumerate() {
            assert!(!MODELS[..position].iter().any(|other| other.name == model.name), "{}", model.name);
            if let Some(base) = model.base {
                assert!(MODELS[..position].iter().any(|other| other.name == base), "{}", model.name);
            }
            for name in model.with.split_ascii_whitespace().chain(model.without.split_ascii_whitespace()) {
                assert!(lookup(name).is_some(), "{}: {name}", model.name);
            }
        }
    }

    #[test]
    fn models_can_do_what_their_makers_say() {
        let count = |name: &str| find(name).unwrap().features().len();
        // As many as libvirt's description of each lists.
        assert_eq!(
            [
                "486",
                "qemu64",
                "Penryn",
                "Haswell",
                "Skylake-Client-noTSX-IBRS",
                "Icelake-Server",
                "EPYC",
                "Dhyana"
            ]
            .map(count),
            [3, 27, 29, 50, 62, 85, 65, 63]
        );
        let haswell = find("Haswell").unwrap().features();
        assert!(haswell.contains(lookup("avx2").unwrap()) && !haswell.contains(lookup("adx").unwrap()));
    }

    #[test]
    fn a_guest_sees_the_models_own_numbers_and_features() {
        let leaves = find("EPYC").unwrap().leaves();
        let (.., first) = leaves.iter().find(|(leaf, ..)| *leaf == 1).unwrap();
        // Family 23 is 15 and an extension of 8, model 1.
        assert_eq!(first[0], 0x0080_0f10);
        assert_eq!(first[3] & 1, 1, "fpu");
        assert!(
            leaves.iter().any(|(leaf, subleaf, registers)| {
                (*leaf, *subleaf) == (7, 0) && registers[1] & 1 << 5 != 0
            })
        );
        let haswell = find("Haswell").unwrap().leaves();
        assert_eq!(haswell.iter().find(|(leaf, ..)| *leaf == 1).unwrap().2[0], 0x0003_06c0);
        assert_eq!(find("486").unwrap().leaves().len(), 1);
    }

    #[test]
    fn steppings_tell_models_of_one_number_apart() {
        assert!(find("Skylake-Server").unwrap().has_signature((6, 85, 4)));
        assert!(!find("Skylake-Server").unwrap().has_signature((6, 85, 7)));
        assert!(find("Cascadelake-Server").unwrap().has_signature((6, 85, 7)));
        assert!(find("Cooperlake").unwrap().has_signature((6, 85, 11)));
    }
}
