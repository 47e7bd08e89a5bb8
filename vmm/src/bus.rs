//! Address buses: which device answers at which port or guest physical address.
//!
//! A [`Bus`] is filled while the machine is built and never changes afterwards, so that vCPUs look devices up without a
//! lock. What moves at run time (PCI BARs) is decoded by the PCI root inside windows that do not move.
//!
//! It must never panic on what a guest does: an address that nobody answers reads as all ones and swallows writes, as on
//! real hardware.

use std::sync::Arc;

/// Something that answers to reads and writes of a guest.
///
/// `offset` counts from the start of the range the device stands at. `data` is 1 to 8 bytes long for accesses of a vCPU
/// and lies wholly inside the range. Any vCPU thread may call, several at once.
pub trait BusDevice: Send + Sync {
    /// The guest reads.
    fn read(&self, offset: u64, data: &mut [u8]);
    /// The guest writes.
    fn write(&self, offset: u64, data: &[u8]);
}

/// Why a device could not be put on a bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// The range is empty or runs over the end of the address space.
    #[error("bus range {base:#x}+{size:#x} is not a range")]
    Range {
        /// First address.
        base: u64,
        /// Length in bytes.
        size: u64,
    },
    /// Another device stands there.
    #[error("bus range {base:#x}+{size:#x} overlaps another device")]
    Overlap {
        /// First address.
        base: u64,
        /// Length in bytes.
        size: u64,
    },
}

struct Entry {
    first: u64,
    last: u64,
    device: Arc<dyn BusDevice>,
}

/// Devices by address, sorted.
#[derive(Default)]
pub struct Bus {
    entries: Vec<Entry>,
}

impl Bus {
    /// An empty bus.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a device at `base`, `size` bytes long.
    pub fn insert(&mut self, base: u64, size: u64, device: Arc<dyn BusDevice>) -> Result<(), BusError> {
        let last =
            size.checked_sub(1).and_then(|n| base.checked_add(n)).ok_or(BusError::Range { base, size })?;
        let at = self.entries.partition_point(|entry| entry.last < base);
        if self.entries.get(at).is_some_and(|next| next.first <= last) {
            return Err(BusError::Overlap { base, size });
        }
        self.entries.insert(at, Entry { first: base, last, device });
        Ok(())
    }

    /// Reads; all ones where no device answers. Says whether one did.
    pub fn read(&self, address: u64, data: &mut [u8]) -> bool {
        match self.lookup(address, data.len()) {
            Some((device, offset)) => {
                device.read(offset, data);
                true
            }
            None => {
                data.fill(0xff);
                false
            }
        }
    }

    /// Writes; into the void where no device answers. Says whether one did.
    pub fn write(&self, address: u64, data: &[u8]) -> bool {
        match self.lookup(address, data.len()) {
            Some((device, offset)) => {
                device.write(offset, data);
                true
            }
            None => false,
        }
    }

    /// The device that has all of an access to itself.
    fn lookup(&self, address: u64, len: usize) -> Option<(&dyn BusDevice, u64)> {
        let last = address.checked_add((len as u64).checked_sub(1)?)?;
        let entry = self.entries.get(self.entries.partition_point(|entry| entry.last < address))?;
        (entry.first <= address && last <= entry.last).then(|| (&*entry.device, address - entry.first))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Recorder(Mutex<Vec<(u64, Vec<u8>)>>);

    impl BusDevice for Recorder {
        fn read(&self, offset: u64, data: &mut [u8]) {
            data.fill(offset as u8);
        }
        fn write(&self, offset: u64, data: &[u8]) {
            self.0.lock().unwrap().push((offset, data.to_vec()));
        }
    }

    fn bus(ranges: &[(u64, u64)]) -> Bus {
        let mut bus = Bus::new();
        for (base, size) in ranges {
            bus.insert(*base, *size, Arc::new(Recorder::default())).unwrap();
        }
        bus
    }

    #[test]
    fn a_device_sees_offsets_inside_its_range() {
        let bus = bus(&[(0x60, 1), (0x3f8, 8), (0x64, 1)]);
        let mut byte = [0];
        assert!(bus.read(0x3fd, &mut byte));
        assert_eq!(byte, [5]);
        assert!(bus.read(0x64, &mut byte));
        assert_eq!(byte, [0]);
    }

    #[test]
    fn nobody_reads_as_all_ones_and_swallows_writes() {
        let bus = bus(&[(0x1000, 0x10)]);
        let mut word = [0; 4];
        for address in [0, 0xfff, 0x1010, u64::MAX, u64::MAX - 3] {
            assert!(!bus.read(address, &mut word));
            assert_eq!(word, [0xff; 4]);
            assert!(!bus.write(address, &word));
        }
    }

    #[test]
    fn an_access_across_the_end_of_a_range_belongs_to_nobody() {
        let bus = bus(&[(0x1000, 0x10), (0x1010, 0x10)]);
        let mut word = [0; 4];
        assert!(!bus.read(0x100e, &mut word));
        assert!(!bus.read(0x0ffe, &mut word));
        assert!(bus.read(0x100c, &mut word));
        assert!(!bus.read(0x1000, &mut []));
    }

    #[test]
    fn ranges_do_not_overlap() {
        let mut bus = bus(&[(0x1000, 0x10), (0x1020, 0x10)]);
        let device = || Arc::new(Recorder::default());
        for (base, size) in [(0x100f, 1), (0xfff, 2), (0x1000, 0x10), (0, 0x4000), (0x101f, 2), (0x1004, 4)] {
            assert_eq!(bus.insert(base, size, device()), Err(BusError::Overlap { base, size }));
        }
        assert_eq!(bus.insert(5, 0, device()), Err(BusError::Range { base: 5, size: 0 }));
        assert!(bus.insert(u64::MAX, 2, device()).is_err());
        bus.insert(0x1010, 0x10, device()).unwrap();
        bus.insert(u64::MAX, 1, device()).unwrap();
    }
}
