//! The host's side of guest RAM: one mapping, with the properties the specification asks for.
//!
//! All RAM is one contiguous host mapping at a 2 MiB-aligned address, so that KVM can back guest-physical addresses
//! by huge pages whatever the ranges are: with 4 KiB pages a small kernel takes thousands of exits more to boot.

use std::{
    fs::File,
    io,
    os::fd::{AsRawFd, FromRawFd},
    ptr,
    sync::Arc,
};

use vireo_control::MemorySpec;
use vm_memory::{
    FileOffset, GuestAddress, GuestMemoryBackend, GuestMemoryRegion, GuestRegionMmap, MmapRegion,
    mmap::MmapRegionBuilder,
};

use super::{GuestRam, MemoryError, map::ram_ranges};

/// Alignment of the host mapping: what KVM needs for 2 MiB pages. Larger hugetlbfs pages bring their own.
const ALIGN: usize = 2 << 20;

/// What lies behind RAM, from the specification.
pub(super) fn backing_file(spec: &MemorySpec) -> Result<Option<File>, MemoryError> {
    let flags = match spec.hugepage_bytes {
        Some(size) => {
            if !size.is_power_of_two() || size < 2 << 20 || !spec.bytes.is_multiple_of(size) {
                return Err(MemoryError::HugepageSize { size, bytes: spec.bytes });
            }
            libc::MFD_CLOEXEC | libc::MFD_HUGETLB | (size.trailing_zeros() << libc::MFD_HUGE_SHIFT)
        }
        None if spec.shared => libc::MFD_CLOEXEC,
        None => return Ok(None),
    };
    // SAFETY: the name is a NUL-terminated literal; the call takes no other pointer.
    let fd = unsafe { libc::memfd_create(c"guest-ram".as_ptr(), flags) };
    if fd < 0 {
        return Err(MemoryError::Create(io::Error::last_os_error()));
    }
    // SAFETY: the descriptor was just returned to us and belongs to nobody else.
    let file = unsafe { File::from_raw_fd(fd) };
    file.set_len(spec.bytes).map_err(MemoryError::Create)?;
    Ok(Some(file))
}

/// Maps RAM. The mapping stays for the life of the process: vCPUs and back ends use it until the end.
pub(super) fn map(spec: &MemorySpec, file: Option<File>) -> Result<GuestRam, MemoryError> {
    let length = usize::try_from(spec.bytes).map_err(|_| MemoryError::Size(spec.bytes))?;
    let align = spec.hugepage_bytes.map_or(ALIGN, |size| (size as usize).max(ALIGN));
    let base = reserve(length, align).map_err(|source| MemoryError::Map { bytes: spec.bytes, source })?;
    let visibility = if spec.shared { libc::MAP_SHARED } else { libc::MAP_PRIVATE };
    let (flags, fd) = match &file {
        Some(file) => (visibility | libc::MAP_FIXED, file.as_raw_fd()),
        None => (visibility | libc::MAP_FIXED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE, -1),
    };
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: the range was reserved by us just now and nothing else lies in it.
    let mapped = unsafe { libc::mmap(base.cast(), length, protection, flags, fd, 0) };
    if mapped == libc::MAP_FAILED {
        return Err(MemoryError::Map { bytes: spec.bytes, source: io::Error::last_os_error() });
    }
    advise(spec, base, length)?;

    let file = file.map(Arc::new);
    let mut regions = Vec::with_capacity(2);
    let mut offset = 0;
    for (start, size) in ram_ranges(spec.bytes) {
        let mut builder = MmapRegionBuilder::new(size as usize)
            .with_mmap_prot(protection)
            .with_mmap_flags(flags)
            .with_hugetlbfs(spec.hugepage_bytes.is_some());
        if let Some(file) = &file {
            builder = builder.with_file_offset(FileOffset::from_arc(file.clone(), offset));
        }
        // SAFETY: the ranges together are as long as the mapping, which lives as long as the process.
        let region: MmapRegion = unsafe { builder.with_raw_mmap_pointer(base.add(offset as usize)) }
            .build()
            .map_err(MemoryError::Region)?;
        regions.push(GuestRegionMmap::new(region, GuestAddress(start)).ok_or(MemoryError::Size(spec.bytes))?);
        offset += size;
    }
    GuestRam::from_regions(regions).map_err(|_| MemoryError::Size(spec.bytes))
}

/// Drops private anonymous RAM.
pub(super) fn discard(ram: &GuestRam) -> bool {
    ram.iter().all(|region| {
        // SAFETY: the range is a mapping of ours without a file behind it, and it stays mapped: what is dropped reads as
        // zero from now on, which is a change like any that the guest could make itself.
        unsafe { libc::madvise(region.as_ptr().cast(), region.len() as usize, libc::MADV_DONTNEED) == 0 }
    })
}

/// Drops the whole pages of a part of RAM, and of the file behind it where `punch`.
pub(super) fn lend(ram: &GuestRam, start: GuestAddress, length: u64, punch: bool) -> bool {
    const PAGE: u64 = 4096;
    let Some(end) = start.0.checked_add(length) else { return false };
    let (first, end) = (start.0.next_multiple_of(PAGE), end / PAGE * PAGE);
    let Some((region, offset)) = ram.to_region_addr(GuestAddress(first)).filter(|_| first < end) else {
        return false;
    };
    let length = end - first;
    if offset.0 + length > region.len() {
        return false;
    }
    let advice = if punch { libc::MADV_REMOVE } else { libc::MADV_DONTNEED };
    // SAFETY: the range lies in a mapping of ours that stays mapped: what is dropped reads as zero from now on, which
    // is a change like any that the guest could make itself.
    unsafe { libc::madvise(region.as_ptr().add(offset.0 as usize).cast(), length as usize, advice) == 0 }
}

/// Address space for `length` bytes at a multiple of `align`.
fn reserve(length: usize, align: usize) -> io::Result<*mut u8> {
    let whole = length.checked_add(align).ok_or(io::ErrorKind::OutOfMemory)?;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new anonymous mapping where the kernel likes it.
    let start = unsafe { libc::mmap(ptr::null_mut(), whole, libc::PROT_NONE, flags, -1, 0) };
    if start == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    let start = start.cast::<u8>();
    let head = start.align_offset(align);
    let tail = align - head;
    // SAFETY: head and tail are the parts of our own reservation outside of `base..base + length`.
    unsafe {
        if head > 0 {
            libc::munmap(start.cast(), head);
        }
        if tail > 0 {
            libc::munmap(start.add(head + length).cast(), tail.next_multiple_of(4096));
        }
        Ok(start.add(head))
    }
}

fn advise(spec: &MemorySpec, base: *mut u8, length: usize) -> Result<(), MemoryError> {
    let advise = |advice| {
        // SAFETY: the range is ours; none of the advices used here changes what the memory holds.
        match unsafe { libc::madvise(base.cast(), length, advice) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    if spec.hugepage_bytes.is_none() {
        // A kernel without transparent huge pages refuses; small pages do as well.
        let _ = advise(libc::MADV_HUGEPAGE);
    }
    if spec.nodump {
        advise(libc::MADV_DONTDUMP).map_err(MemoryError::NoDump)?;
    }
    if spec.prealloc {
        advise(libc::MADV_POPULATE_WRITE)
            .map_err(|source| MemoryError::Prealloc { bytes: spec.bytes, source })?;
    }
    if spec.locked {
        // SAFETY: the range is ours.
        if unsafe { libc::mlock(base.cast(), length) } != 0 {
            return Err(MemoryError::Lock { bytes: spec.bytes, source: io::Error::last_os_error() });
        }
    }
    Ok(())
}
