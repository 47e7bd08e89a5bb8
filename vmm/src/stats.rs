//! The shared statistics page: gives out counters and keeps their names for the hello.
//!
//! A counter is one atomic in memory shared with the daemon; adding to it is the whole cost. The mapping stays for the
//! life of the process.

use std::{
    fs::File,
    io,
    os::fd::AsRawFd,
    ptr::{self, NonNull},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use std::collections::BTreeMap;
use vireo_control::{SLOT_BYTES, StatsHeader, StatsMap};

/// A counter in the shared page. Copies count together.
#[derive(Debug, Clone, Copy)]
pub struct Counter(&'static AtomicU64);

/// Where counters go that no longer fit the page.
static SPILL: AtomicU64 = AtomicU64::new(0);

impl Counter {
    /// Adds.
    pub fn add(self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    /// Makes it another value, where it is none that grows.
    pub fn set(self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// The value now.
    pub fn get(self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// A counter that nobody reads, for tests and for the unnamed.
    pub fn unnamed() -> Self {
        Self(&SPILL)
    }
}

/// The page.
#[derive(Debug)]
pub struct Stats {
    base: NonNull<u8>,
    length: usize,
    names: Mutex<StatsMap>,
}

// SAFETY: the memory behind `base` is shared, lives as long as the process and is used through atomics only, apart
// from the header that `map` writes before anybody else has it.
unsafe impl Send for Stats {}
// SAFETY: as above.
unsafe impl Sync for Stats {}

impl Stats {
    /// Maps the daemon's memory file and writes its header. The file is made long enough for every slot there can be
    /// (it is sparse); where that is refused, those counters that fit are shared.
    pub fn map(file: &File) -> io::Result<Self> {
        let wanted = (StatsHeader::MAX_SLOTS as usize + 1) * SLOT_BYTES;
        let mut length = file.metadata()?.len();
        if length < wanted as u64 && file.set_len(wanted as u64).is_ok() {
            length = wanted as u64;
        }
        let length = usize::try_from(length).unwrap_or(wanted).min(wanted);
        if length < SLOT_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the statistics file is too short"));
        }
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new shared mapping where the kernel likes it, of a file that is as long.
        let base =
            unsafe { libc::mmap(ptr::null_mut(), length, protection, libc::MAP_SHARED, file.as_raw_fd(), 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let Some(base) = NonNull::new(base.cast::<u8>()) else {
            return Err(io::ErrorKind::OutOfMemory.into());
        };
        // SAFETY: the mapping is at least SLOT_BYTES long and page aligned.
        unsafe {
            base.cast::<[u8; 8]>().write(StatsHeader::MAGIC);
            base.add(8).cast::<u32>().write(StatsHeader::VERSION.to_le());
        }
        Ok(Self { base, length, names: Mutex::default() })
    }

    /// The counter of a name; the same for the same name.
    pub fn counter(&self, name: &str) -> Counter {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(slot) = names.slot(name) else { return Counter::unnamed() };
        if slot.offset() + SLOT_BYTES > self.length {
            return Counter::unnamed();
        }
        let count = names.names().len() as u32;
        // SAFETY: the offset lies in the mapping, is a multiple of 8, and the mapping is never undone; the header's
        // count is written under the lock.
        unsafe {
            self.base.add(12).cast::<u32>().write_volatile(count.to_le());
            Counter(self.base.add(slot.offset()).cast::<AtomicU64>().as_ref())
        }
    }

    /// Names and slots, for the hello.
    pub fn names(&self) -> BTreeMap<String, u32> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).names().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn what_is_counted_stands_in_the_file_at_its_slot() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(4096).unwrap();
        let stats = Stats::map(&file).unwrap();
        stats.counter("exits.total").add(3);
        let io = stats.counter("exits.io");
        io.add(40);
        stats.counter("exits.io").add(2);
        assert_eq!(io.get(), 42);

        let slot = stats.names()["exits.io"];
        let mut bytes = [0; 8];
        file.read_exact_at(&mut bytes, (u64::from(slot) + 1) * SLOT_BYTES as u64).unwrap();
        assert_eq!(u64::from_le_bytes(bytes), 42);
        let mut header = [0; 16];
        file.read_exact_at(&mut header, 0).unwrap();
        assert_eq!(header[..8], StatsHeader::MAGIC);
        assert_eq!(header[8..], [1, 0, 0, 0, 2, 0, 0, 0]);
    }

    #[test]
    fn more_counters_than_slots_do_no_harm() {
        let stats = Stats::map(&tempfile::tempfile().unwrap()).unwrap();
        for n in 0..=StatsHeader::MAX_SLOTS {
            stats.counter(&format!("n{n}")).add(1);
        }
        assert_eq!(stats.names().len(), StatsHeader::MAX_SLOTS as usize);
    }
}
