//! A disk as the devices see it: numbered bytes, read and written in place.

use std::io;

use crate::Segment;

/// What a back end is good at. Devices tell the guest, callers align by it; nothing breaks where they do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskFacts {
    /// Requests that start and end on a multiple of this need no copy in between: 1 with the page cache, the sector or
    /// file system block with `O_DIRECT`.
    pub request_align: u32,
    /// Addresses of the segments should be a multiple of this, for the same reason.
    pub memory_align: u32,
    /// Physical block of the medium: smaller writes are read, modified and written somewhere below.
    pub physical_block: u32,
    /// Length the medium likes best; 0 where it does not say.
    pub optimal_io: u32,
    /// Discarding gives space back. Where it does not, [`Disk::discard`] does nothing, which is allowed.
    pub discard: bool,
    /// Discards of less than this give nothing back.
    pub discard_granularity: u32,
    /// The medium holds fewer blocks than its size: a file with holes.
    pub sparse: bool,
}

/// A disk image, opened. All methods may be called by several threads at once; overlapping writes land in either order.
///
/// Offsets and lengths are in bytes. A range beyond the size is refused with [`io::ErrorKind::InvalidInput`] before
/// anything is touched. A transfer is whole or an error; after an error parts of it may have been done.
pub trait Disk: Send + Sync {
    /// Bytes the guest may use; a multiple of 512.
    fn size(&self) -> u64;

    /// What the back end is good at.
    fn facts(&self) -> DiskFacts;

    /// Writes are refused.
    fn read_only(&self) -> bool;

    /// Fills the segments from `offset` on.
    fn read_vectored_at(&self, segments: &[Segment<'_>], offset: u64) -> io::Result<()>;

    /// Writes the segments to `offset` on. With `durable` the data is on the medium at return, as if [`Disk::flush`]
    /// had followed for these bytes.
    fn write_vectored_at(&self, segments: &[Segment<'_>], offset: u64, durable: bool) -> io::Result<()>;

    /// Returns when everything written before is on the medium.
    fn flush(&self) -> io::Result<()>;

    /// The range's contents are no longer needed: it may read as anything from now on. A hint.
    fn discard(&self, offset: u64, length: u64) -> io::Result<()>;

    /// The range reads as zeroes from now on; with `unmap` its space may be given back.
    fn write_zeroes(&self, offset: u64, length: u64, unmap: bool) -> io::Result<()>;
}

/// Refuses ranges that do not lie in a disk of this size.
pub(crate) fn check_range(size: u64, offset: u64, length: u64) -> io::Result<()> {
    match offset.checked_add(length) {
        Some(end) if end <= size => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "a range beyond the end of the disk")),
    }
}
