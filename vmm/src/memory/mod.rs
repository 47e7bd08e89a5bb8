//! Guest RAM: where it lies for the guest ([`map`]) and for the host.
//!
//! It must never be touched more than needed before the guest runs: a page that nobody wrote costs nothing.

mod host;
pub mod map;
#[cfg(test)]
mod tests;

use std::io;

use vireo_control::MemorySpec;
use vm_memory::{Address, GuestAddress, GuestMemoryBackend, GuestMemoryMmap, GuestMemoryRegion};

/// Guest RAM as all modules see it.
pub type GuestRam = GuestMemoryMmap<()>;

/// Smallest RAM a guest can have: the boot tables and the legacy hole take the first MiB, a kernel starts behind it.
pub const MIN_RAM: u64 = 4 << 20;
/// Largest RAM a guest can have: what 46 bits of guest-physical address reach, less room for devices.
pub const MAX_RAM: u64 = 32 << 40;

/// Why there is no RAM.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// Not a multiple of the page size, too small or too large.
    #[error("guest memory of {0} bytes: not a multiple of 4096 between {MIN_RAM} and {MAX_RAM}")]
    Size(u64),
    /// Not a huge page size, or RAM is not a multiple of it.
    #[error("guest memory of {bytes} bytes cannot be made of huge pages of {size} bytes")]
    HugepageSize {
        /// The page size asked for.
        size: u64,
        /// The guest's memory.
        bytes: u64,
    },
    /// No memory file.
    #[error("cannot create the guest's memory file: {0}")]
    Create(#[source] io::Error),
    /// No mapping.
    #[error("cannot map {bytes} bytes of guest memory: {source}")]
    Map {
        /// How much.
        bytes: u64,
        /// Why not.
        source: io::Error,
    },
    /// Not taken by the memory model.
    #[error("guest memory region: {0}")]
    Region(#[source] vm_memory::mmap::MmapRegionError),
    /// `dumpCore='off'` failed.
    #[error("cannot keep guest memory out of core dumps: {0}")]
    NoDump(#[source] io::Error),
    /// `<allocation mode='immediate'/>` failed.
    #[error("cannot allocate {bytes} bytes of guest memory at once: {source}")]
    Prealloc {
        /// How much.
        bytes: u64,
        /// Why not.
        source: io::Error,
    },
    /// `<locked/>` failed.
    #[error("cannot lock {bytes} bytes of guest memory: {source}")]
    Lock {
        /// How much.
        bytes: u64,
        /// Why not.
        source: io::Error,
    },
}

/// Gives the memory behind RAM back to the host, as after a power cycle: RAM is zero again, and what the guest used
/// before its reset costs nothing any more. Says whether it was done; not where the specification keeps memory in its
/// place. Nobody may use RAM meanwhile.
pub fn discard(ram: &GuestRam, spec: &MemorySpec) -> bool {
    let in_place = spec.locked || spec.prealloc || spec.shared || spec.hugepage_bytes.is_some();
    !in_place && host::discard(ram)
}

/// What can be done with a part of RAM that the guest lends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lending {
    /// Its pages are dropped, and read as zero when they are touched again.
    Drop,
    /// The same where others map the memory file, too.
    Punch,
    /// Nothing: it is locked, or made of pages larger than those that are lent.
    Keep,
}

impl Lending {
    /// By the memory's properties.
    pub fn of(spec: &MemorySpec) -> Self {
        if spec.locked || spec.hugepage_bytes.is_some() {
            Self::Keep
        } else if spec.shared {
            Self::Punch
        } else {
            Self::Drop
        }
    }

    /// Gives a part of RAM back to the host, whole pages of it. Says whether there is such a part and it was given.
    pub fn lend(self, ram: &GuestRam, start: GuestAddress, length: u64) -> bool {
        self != Self::Keep && host::lend(ram, start, length, self == Self::Punch)
    }
}

/// Where in RAM a part of its host mapping lies.
pub fn guest_address(ram: &GuestRam, host: usize, length: usize) -> Option<GuestAddress> {
    ram.iter().find_map(|region| {
        let offset = host.checked_sub(region.as_ptr() as usize)? as u64;
        let end = offset.checked_add(length as u64)?;
        (end <= region.len()).then(|| region.start_addr().unchecked_add(offset))
    })
}

/// Allocates guest RAM as the specification asks.
pub fn allocate(spec: &MemorySpec) -> Result<GuestRam, MemoryError> {
    if !spec.bytes.is_multiple_of(4096) || !(MIN_RAM..=MAX_RAM).contains(&spec.bytes) {
        return Err(MemoryError::Size(spec.bytes));
    }
    host::map(spec, host::backing_file(spec)?)
}
