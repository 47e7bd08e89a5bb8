//! The CPUID leaves that tell a guest its topology: the same for all vCPUs but for the APIC id.

use super::{leaves::Leaves, topology::Topology};

/// Whose leaves these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// Intel and what behaves like it.
    Intel,
    /// AMD and Hygon.
    Amd,
}

impl Vendor {
    /// From leaf 0.
    pub fn of(leaves: &Leaves) -> Self {
        match leaves.find(0, 0).map(|entry| entry.ebx.to_le_bytes()) {
            Some(start) if matches!(&start, b"Auth" | b"Hygo") => Self::Amd,
            _ => Self::Intel,
        }
    }
}

const HTT: u8 = 28;
const CMP_LEGACY: u8 = 1;
const TOPOLOGY_EXTENSIONS: u8 = 22;
/// Level types of leaves 0xb and 0x1f.
const LEVEL_THREAD: u32 = 1;
const LEVEL_CORE: u32 = 2;
const LEVEL_DIE: u32 = 5;

/// Writes the topology, without APIC ids.
pub fn write(leaves: &mut Leaves, topology: &Topology) {
    use super::leaves::Register::{Ecx, Edx};

    let vendor = Vendor::of(leaves);
    let package = topology.threads_per_package();
    let addressable = match vendor {
        Vendor::Intel => 1 << topology.package_bits(),
        Vendor::Amd => package,
    };
    if let Some(entry) = leaves.find_mut(1, 0) {
        entry.ebx = entry.ebx & 0xff00_ffff | addressable.min(255) << 16;
    }
    leaves.set_bit(1, 0, Edx, HTT, package > 1);

    extended_topology(leaves, topology, 0xb);
    if topology.dies > 1 {
        extended_topology(leaves, topology, 0x1f);
    } else {
        leaves.remove(0x1f);
    }
    let deepest = if topology.dies > 1 { 0x1f } else { 0xb };
    if let Some(entry) = leaves.find_mut(0, 0) {
        entry.eax = entry.eax.max(deepest);
    }
    match vendor {
        Vendor::Intel => intel_caches(leaves, topology),
        Vendor::Amd => {
            leaves.set_bit(0x8000_0001, 0, Ecx, CMP_LEGACY, package > 1);
            amd(leaves, topology);
        }
    }
}

/// Writes the APIC id of one vCPU over the leaves of [`write`].
pub fn write_apic_id(leaves: &mut Leaves, topology: &Topology, index: u16) {
    let id = topology.apic_id(index);
    for entry in &mut leaves.0 {
        match entry.function {
            1 => entry.ebx = entry.ebx & 0x00ff_ffff | id << 24,
            0xb | 0x1f => entry.edx = id,
            0x8000_001e => {
                let core = id >> topology.thread_bits()
                    & ((1 << (topology.die_bits() - topology.thread_bits())) - 1);
                entry.eax = id;
                entry.ebx = (u32::from(topology.threads) - 1) << 8 | core & 0xff;
                entry.ecx = ((u32::from(topology.dies) - 1) & 7) << 8 | (id >> topology.die_bits()) & 0xff;
                entry.edx = 0;
            }
            _ => {}
        }
    }
}

fn extended_topology(leaves: &mut Leaves, topology: &Topology, leaf: u32) {
    let threads = u32::from(topology.threads);
    let mut levels = vec![(topology.thread_bits(), threads, LEVEL_THREAD)];
    if leaf == 0x1f {
        levels.push((topology.die_bits(), topology.threads_per_die(), LEVEL_CORE));
        levels.push((topology.package_bits(), topology.threads_per_package(), LEVEL_DIE));
    } else {
        levels.push((topology.package_bits(), topology.threads_per_package(), LEVEL_CORE));
    }
    levels.push((0, 0, 0));
    leaves.remove(leaf);
    for (n, (shift, count, kind)) in (0..).zip(levels) {
        leaves.set(leaf, Some(n), [shift, count, kind << 8 | n, 0]);
    }
}

/// Leaf 4: which threads share a cache.
fn intel_caches(leaves: &mut Leaves, topology: &Topology) {
    let cores = (1u32 << (topology.package_bits() - topology.thread_bits())) - 1;
    for entry in leaves.0.iter_mut().filter(|entry| entry.function == 4 && entry.eax & 0x1f != 0) {
        let level = entry.eax >> 5 & 7;
        let bits = if level < 3 { topology.thread_bits() } else { topology.die_bits() };
        let sharing = (1u32 << bits) - 1;
        entry.eax = entry.eax & 0x3fff | (sharing & 0xfff) << 14 | (cores & 0x3f) << 26;
    }
}

fn amd(leaves: &mut Leaves, topology: &Topology) {
    if topology.threads > 1 {
        // Only leaf 0x8000001e tells of threads, and only where this bit vouches for it. Neither needs the host's CPU to
        // have them.
        leaves.set_bit(0x8000_0001, 0, super::leaves::Register::Ecx, TOPOLOGY_EXTENSIONS, true);
        for (leaf, subleaf) in [(0x8000_001d, Some(0)), (0x8000_001e, None)] {
            if leaves.find(leaf, 0).is_none() {
                leaves.set(leaf, subleaf, [0; 4]);
            }
        }
        if let Some(entry) = leaves.find_mut(0x8000_0000, 0) {
            entry.eax = entry.eax.max(0x8000_001e);
        }
    }
    if let Some(entry) = leaves.find_mut(0x8000_0008, 0) {
        entry.ecx = topology.package_bits() << 12 | (topology.threads_per_package() - 1) & 0xff;
    }
    for entry in leaves.0.iter_mut().filter(|entry| entry.function == 0x8000_001d && entry.eax & 0x1f != 0) {
        let level = entry.eax >> 5 & 7;
        let sharing = if level < 3 { u32::from(topology.threads) } else { topology.threads_per_die() };
        entry.eax = entry.eax & 0x3fff | ((sharing - 1) & 0xfff) << 14;
    }
}
