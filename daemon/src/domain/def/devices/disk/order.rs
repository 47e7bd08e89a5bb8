//! The order that disks are kept in. It is for the definition alone: guests find disks by their addresses.

use super::{Disk, DiskBus};

/// Disks in the order libvirt keeps them in: each behind those of its bus with a smaller number. Disks whose bus is
/// not given count as of one bus of their own.
#[derive(Debug, Default)]
pub(in crate::domain::def) struct SortedDisks(Vec<(Option<DiskBus>, Disk)>);

impl SortedDisks {
    /// Puts a disk in its place; `bus_given` is whether its bus was named or guessed.
    pub(in crate::domain::def) fn insert(&mut self, disk: Disk, bus_given: bool) {
        let bus = bus_given.then_some(disk.target.bus);
        let mut place = None;
        for (at, (_, before)) in self.0.iter().enumerate().rev().filter(|(_, (other, _))| *other == bus) {
            if before.target.index() > disk.target.index() {
                place = Some(at);
            } else if place.is_none() {
                place = Some(at + 1);
            }
        }
        self.0.insert(place.unwrap_or(self.0.len()), (bus, disk));
    }

    /// The disks.
    pub(in crate::domain::def) fn finish(self) -> Vec<Disk> {
        self.0.into_iter().map(|(_, disk)| disk).collect()
    }
}
