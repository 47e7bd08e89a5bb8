//! Where a vCPU stands among packages, dies, cores and threads, and the APIC ids that say so.
//!
//! ```text
//! APIC id:  | package | die | core | thread |   each field as wide as its count needs
//! ```

use vireo_control::{CpuSpec, HyperthreadTopology};

use super::CpuError;

/// Most vCPUs: xAPIC ids end at 254, and 255 is the broadcast id.
pub const MAX_VCPUS: u16 = 255;

/// The topology, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topology {
    /// Packages.
    pub sockets: u16,
    /// Dies per package.
    pub dies: u16,
    /// Cores per die.
    pub cores: u16,
    /// Threads per core.
    pub threads: u16,
}

/// Bits that `count` different numbers need.
fn width(count: u16) -> u32 {
    u32::from(count).next_power_of_two().trailing_zeros()
}

impl Topology {
    /// Checks counts and topology of the specification.
    pub fn new(spec: &CpuSpec) -> Result<Self, CpuError> {
        let CpuSpec { online, maximum, .. } = *spec;
        if maximum == 0 || maximum > MAX_VCPUS || online == 0 || online > maximum {
            return Err(CpuError::Invalid(format!(
                "{online} of {maximum} vCPUs: wants 1 to {MAX_VCPUS}, and no more online than there are"
            )));
        }
        let sorted = spec.which.is_sorted_by(|one, next| one < next);
        let fits =
            spec.which.len() == usize::from(online) && spec.which.last().is_some_and(|last| *last < maximum);
        if !(spec.which.is_empty() || sorted && fits && spec.which[0] == 0) {
            let which = &spec.which;
            return Err(CpuError::Invalid(format!(
                "vCPUs {which:?} online: wants {online} below {maximum}, from 0 up"
            )));
        }
        let HyperthreadTopology { sockets, dies, cores, threads } =
            spec.topology.unwrap_or(HyperthreadTopology { sockets: maximum, dies: 1, cores: 1, threads: 1 });
        let product = [sockets, dies, cores, threads].iter().fold(1u64, |all, n| all * u64::from(*n));
        if product != u64::from(maximum) {
            return Err(CpuError::Invalid(format!(
                "{sockets} sockets of {dies} dies of {cores} cores of {threads} threads are not {maximum} vCPUs"
            )));
        }
        let topology = Self { sockets, dies, cores, threads };
        if topology.apic_id(maximum - 1) >= u32::from(MAX_VCPUS) {
            return Err(CpuError::Unsupported(format!(
                "this CPU topology needs APIC ids beyond {}: use powers of two, or fewer vCPUs",
                MAX_VCPUS - 1
            )));
        }
        Ok(topology)
    }

    /// Bits of an APIC id that tell threads of a core apart.
    pub fn thread_bits(&self) -> u32 {
        width(self.threads)
    }

    /// Bits of an APIC id that tell threads of a die apart.
    pub fn die_bits(&self) -> u32 {
        self.thread_bits() + width(self.cores)
    }

    /// Bits of an APIC id that tell threads of a package apart.
    pub fn package_bits(&self) -> u32 {
        self.die_bits() + width(self.dies)
    }

    /// Threads in a die.
    pub fn threads_per_die(&self) -> u32 {
        u32::from(self.cores) * u32::from(self.threads)
    }

    /// Threads in a package.
    pub fn threads_per_package(&self) -> u32 {
        self.threads_per_die() * u32::from(self.dies)
    }

    /// The APIC id of the vCPU with this index.
    pub fn apic_id(&self, index: u16) -> u32 {
        let index = u32::from(index);
        let thread = index % u32::from(self.threads);
        let core = index / u32::from(self.threads) % u32::from(self.cores);
        let die = index / self.threads_per_die() % u32::from(self.dies);
        let package = index / self.threads_per_package();
        package << self.package_bits() | die << self.die_bits() | core << self.thread_bits() | thread
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(maximum: u16, topology: Option<(u16, u16, u16, u16)>) -> CpuSpec {
        CpuSpec {
            online: 1,
            which: Vec::new(),
            maximum,
            topology: topology.map(|(sockets, dies, cores, threads)| HyperthreadTopology {
                sockets,
                dies,
                cores,
                threads,
            }),
            mode: Default::default(),
            features: Vec::new(),
            hide_kvm: false,
        }
    }

    #[test]
    fn without_a_topology_every_vcpu_is_a_socket() {
        let topology = Topology::new(&spec(255, None)).unwrap();
        assert_eq!((0..255).map(|n| topology.apic_id(n)).collect::<Vec<_>>(), (0..255).collect::<Vec<_>>());
    }

    #[test]
    fn those_online_at_start_are_named_once_and_in_order() {
        let which =
            |which: &[u16]| Topology::new(&CpuSpec { online: 2, which: which.into(), ..spec(4, None) });
        which(&[0, 3]).unwrap();
        for wrong in [&[0][..], &[1, 2], &[0, 4], &[0, 0], &[0, 1, 2]] {
            assert!(which(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn counts_that_are_no_powers_of_two_leave_gaps() {
        let topology = Topology::new(&spec(12, Some((2, 1, 3, 2)))).unwrap();
        assert_eq!(
            (0..12).map(|n| topology.apic_id(n)).collect::<Vec<_>>(),
            [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13]
        );
    }

    #[test]
    fn contradictions_are_named() {
        assert!(Topology::new(&spec(0, None)).is_err());
        assert!(Topology::new(&spec(256, None)).is_err());
        assert!(Topology::new(&CpuSpec { online: 3, ..spec(2, None) }).is_err());
        let error = Topology::new(&spec(4, Some((1, 1, 2, 1)))).unwrap_err();
        assert_eq!(error.to_string(), "1 sockets of 1 dies of 2 cores of 1 threads are not 4 vCPUs");
        assert!(Topology::new(&spec(4, Some((1, 0, 2, 2)))).is_err());
        assert!(matches!(Topology::new(&spec(195, Some((65, 1, 3, 1)))), Err(CpuError::Unsupported(_))));
    }
}
