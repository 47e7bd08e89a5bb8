//! Statistics shared between the vmm and the daemon: a memory file of 64-bit counters.
//!
//! The vmm's threads add to their slots; the daemon reads them whenever it is asked, without a system call and
//! without the guest noticing. Names are not in the memory but in [`Hello::stats`](crate::Hello::stats), so that an
//! older or newer vmm is read by name.
//!
//! ```text
//! byte 0    magic "vireoSTA"
//! byte 8    version (u32, little endian), 1
//! byte 12   number of slots (u32, little endian)
//! byte 64   slot 0, one per 64-byte cache line: value (u64, little endian, atomic), rest zero
//! ```
//!
//! Keys in use (counts since the process started, times in nanoseconds):
//! `exits.total`, `exits.io`, `exits.mmio`, `exits.hlt`;
//! `block.TARGET.{rd,wr,fl,ds}.{reqs,bytes,times}`, `block.TARGET.errors`;
//! `net.TARGET.{rx,tx}.{bytes,pkts,errs,drop}` (rx is what the guest receives);
//! `balloon.actual` (bytes that the guest keeps for itself), `balloon.last_update` (seconds of UTC, when the guest told
//! the others), `balloon.{swap_in,swap_out,free,total,available,caches}` (bytes),
//! `balloon.{major,minor}_faults`, `balloon.hugetlb_{allocated,failed}`: [`StatsHeader::NOT_TOLD`] where the guest did not
//! tell.

use std::collections::BTreeMap;

/// Distance between slots in bytes: one cache line, so that threads do not share one.
pub const SLOT_BYTES: usize = 64;

/// Values of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatsHeader;

impl StatsHeader {
    /// First eight bytes.
    pub const MAGIC: [u8; 8] = *b"vireoSTA";
    /// Version of the layout.
    pub const VERSION: u32 = 1;
    /// What a slot holds whose value nobody told yet, where 0 would be a value.
    pub const NOT_TOLD: u64 = u64::MAX;
    /// Most slots a map may have: 64 disks, 64 interfaces and 256 vCPUs fit.
    pub const MAX_SLOTS: u32 = 4096;
    /// Size of the memory file: header and every slot. Only the pages that are used take memory.
    pub const FILE_BYTES: usize = (Self::MAX_SLOTS as usize + 1) * SLOT_BYTES;
}

/// Number of a counter in the shared memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatSlot(pub u32);

impl StatSlot {
    /// Byte offset in the memory file.
    pub fn offset(self) -> usize {
        (self.0 as usize + 1) * SLOT_BYTES
    }
}

/// The vmm's side of the names: gives out slots in order.
#[derive(Debug, Clone, Default)]
pub struct StatsMap {
    names: BTreeMap<String, u32>,
}

impl StatsMap {
    /// The slot of a counter, the same for the same name. `None` when [`StatsHeader::MAX_SLOTS`] are given out.
    pub fn slot(&mut self, name: &str) -> Option<StatSlot> {
        let next = self.names.len() as u32;
        if let Some(slot) = self.names.get(name) {
            return Some(StatSlot(*slot));
        }
        if next == StatsHeader::MAX_SLOTS {
            return None;
        }
        self.names.insert(name.to_owned(), next);
        Some(StatSlot(next))
    }

    /// Bytes the memory file needs.
    pub fn bytes(&self) -> usize {
        (self.names.len() + 1) * SLOT_BYTES
    }

    /// Names and slots, for [`Hello::stats`](crate::Hello::stats).
    pub fn names(&self) -> &BTreeMap<String, u32> {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_slot() {
        let mut map = StatsMap::default();
        let first = map.slot("exits.io").unwrap();
        assert_ne!(map.slot("exits.mmio").unwrap(), first);
        assert_eq!(map.slot("exits.io").unwrap(), first);
        assert_eq!(map.bytes(), 3 * SLOT_BYTES);
    }

    #[test]
    fn slots_are_bounded() {
        let mut map = StatsMap::default();
        for n in 0..StatsHeader::MAX_SLOTS {
            map.slot(&n.to_string()).unwrap();
        }
        assert_eq!(map.slot("one more"), None);
    }
}
