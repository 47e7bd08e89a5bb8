//! The memory map that both boot protocols hand over.

use super::layout::{HIGH_MEMORY, LOW_RAM_USABLE};
use crate::memory::map::{ECAM_SIZE, ECAM_START, ram_ranges};

/// What may be done with a range; the numbers are the same in Linux's and in PVH's map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// RAM.
    Ram = 1,
    /// Not to be touched, unless a table says what it is.
    Reserved = 2,
}

/// A range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First address.
    pub start: u64,
    /// Bytes.
    pub length: u64,
    /// Its kind.
    pub kind: Kind,
}

/// The map for so many bytes of RAM, in order. `ecam` where the machine has PCI Express.
pub fn memory_map(ram_bytes: u64, ecam: bool) -> Vec<Range> {
    let between = |start, end, kind| Range { start, length: end - start, kind };
    let mut map = vec![
        between(0, LOW_RAM_USABLE, Kind::Ram),
        // Extended BIOS data, video, ROMs and this machine's own tables.
        between(LOW_RAM_USABLE, HIGH_MEMORY, Kind::Reserved),
    ];
    for (start, length) in ram_ranges(ram_bytes) {
        let start_usable = start.max(HIGH_MEMORY);
        map.push(between(start_usable, start + length, Kind::Ram));
    }
    if ecam {
        map.push(between(ECAM_START, ECAM_START + ECAM_SIZE, Kind::Reserved));
    }
    map.sort_by_key(|range| range.start);
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_in_order_and_apart() {
        for bytes in [4 << 20, 0xb000_0000, 8 << 30] {
            let map = memory_map(bytes, true);
            for pair in map.windows(2) {
                assert!(pair[0].start + pair[0].length <= pair[1].start, "{pair:x?}");
            }
            let ram: u64 = map.iter().filter(|range| range.kind == Kind::Ram).map(|range| range.length).sum();
            assert_eq!(ram, bytes - (HIGH_MEMORY - LOW_RAM_USABLE));
        }
    }
}
