//! The statistics a vmm shares: its memory file, mapped for reading.
//!
//! The file is sealed against shrinking before the vmm gets it, and one that comes back from a vmm is mapped only if
//! it still is: otherwise a vmm could have the daemon read past its end. The numbers are the vmm's word.

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use vireo_control::{StatSlot, StatsHeader};

const NAME: &CStr = c"vireo-statistics";

/// A mapped memory file, and the names of its counters.
#[derive(Debug)]
pub struct Page {
    base: NonNull<AtomicU64>,
    length: usize,
    names: BTreeMap<String, u32>,
}

// SAFETY: the mapping lives as long as the value and is only ever read, through atomics.
unsafe impl Send for Page {}
// SAFETY: as above.
unsafe impl Sync for Page {}

/// A new memory file, empty and of the size that it keeps.
pub fn create() -> io::Result<OwnedFd> {
    let file = File::from(memfd_create(NAME, MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING)?);
    file.set_len(StatsHeader::FILE_BYTES as u64)?;
    let seals = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
    fcntl(&file, FcntlArg::F_ADD_SEALS(seals))?;
    Ok(file.into())
}

impl Page {
    /// Maps a memory file; `names` is what the vmm's hello says stands in it.
    pub fn map(file: &OwnedFd, names: BTreeMap<String, u32>) -> io::Result<Self> {
        let seals = SealFlag::from_bits_truncate(fcntl(file, FcntlArg::F_GET_SEALS)?);
        let size = rustix::fs::fstat(file)?.st_size as u64;
        if !seals.contains(SealFlag::F_SEAL_SHRINK) || size < StatsHeader::FILE_BYTES as u64 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the statistics file is not sealed"));
        }
        let length = const { NonZeroUsize::new(StatsHeader::FILE_BYTES).unwrap() };
        // SAFETY: a new mapping, where the kernel likes it, that nothing else knows of.
        let base =
            unsafe { mmap(None, length, ProtFlags::PROT_READ, MapFlags::MAP_SHARED, file.as_fd(), 0)? };
        Ok(Self { base: base.cast(), length: length.get(), names })
    }

    /// Where the counter of a name stands.
    pub fn slot(&self, name: &str) -> Option<StatSlot> {
        self.names.get(name).map(|slot| StatSlot(*slot)).filter(|slot| slot.0 < StatsHeader::MAX_SLOTS)
    }

    /// A counter's value now. No system call, and the guest does not notice.
    pub fn read(&self, slot: StatSlot) -> u64 {
        let offset = slot.offset();
        assert!(offset + size_of::<u64>() <= self.length, "slots are checked when they are looked up");
        // SAFETY: the offset lies in the mapping, which lives as long as `self` and cannot shrink, and is a
        // multiple of 64.
        let value = unsafe { self.base.byte_add(offset).as_ref() }.load(Ordering::Relaxed);
        u64::from_le(value)
    }

    /// A counter's value by name, 0 where this vmm does not count it.
    pub fn value(&self, name: &str) -> u64 {
        self.slot(name).map_or(0, |slot| self.read(slot))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // SAFETY: the mapping was made in `map` with this length, and nothing can use it any more.
        if let Err(error) = unsafe { munmap(self.base.cast(), self.length) } {
            tracing::error!("statistics cannot be unmapped: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn what_the_vmm_counts_is_read_by_name() {
        let file = create().unwrap();
        let page = Page::map(&file, BTreeMap::from([("exits.io".to_owned(), 7)])).unwrap();
        assert_eq!(page.value("exits.io"), 0);
        let vmm = File::from(file);
        vmm.write_all_at(&42u64.to_le_bytes(), StatSlot(7).offset() as u64).unwrap();
        assert_eq!(page.value("exits.io"), 42);
        assert_eq!(page.value("exits.mmio"), 0);
        assert!(vmm.set_len(0).is_err(), "it can be shrunk under the daemon");
    }

    #[test]
    fn a_slot_outside_the_file_is_none() {
        let names = BTreeMap::from([("a".to_owned(), StatsHeader::MAX_SLOTS), ("b".to_owned(), u32::MAX)]);
        let page = Page::map(&create().unwrap(), names).unwrap();
        assert_eq!((page.slot("a"), page.slot("b")), (None, None));
    }

    #[test]
    fn a_file_that_could_shrink_is_not_mapped() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(StatsHeader::FILE_BYTES as u64).unwrap();
        assert!(Page::map(&file.into(), BTreeMap::new()).is_err());
        let loose = memfd_create(NAME, MFdFlags::MFD_ALLOW_SEALING).unwrap();
        File::from(loose.try_clone().unwrap()).set_len(StatsHeader::FILE_BYTES as u64).unwrap();
        assert!(Page::map(&loose, BTreeMap::new()).is_err());
    }
}
