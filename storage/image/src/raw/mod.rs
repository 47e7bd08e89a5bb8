//! Raw images: a regular file or a block device whose bytes are the disk's.
//!
//! ```text
//! request --in bounds?--> aligned as the file wants it? --yes--> one system call on the caller's memory
//!                                    | no (O_DIRECT only)
//!                                    +--> in pieces through an aligned copy; blocks written in part are read first
//! ```
//!
//! A regular file whose length is no multiple of 512 shows its last, partial sector with zeroes behind the file's end,
//! as QEMU does. It must never write outside of the size found at opening.

mod bounce;
mod facts;
#[cfg(test)]
mod tests;
mod transfer;
mod zero;

use std::{
    fs::File,
    io,
    os::fd::AsFd,
    sync::{RwLock, atomic::AtomicBool},
};

use crate::{Disk, DiskFacts, Segment, disk::check_range, total_len};

/// Sector: the unit of a disk's size.
const SECTOR: u64 = 512;

/// Why a file is no raw image.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither a regular file nor a block device.
    #[error("not a regular file or block device")]
    Kind,
    /// The file is not open for what is asked.
    #[error("the image is not open for writing")]
    ReadOnly,
    /// A system call failed.
    #[error("cannot {doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        source: io::Error,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Regular,
    Block,
}

/// An open raw image.
#[derive(Debug)]
pub struct RawDisk {
    file: File,
    kind: Kind,
    /// What the guest sees.
    size: u64,
    facts: DiskFacts,
    direct: bool,
    read_only: bool,
    /// Readers write whole blocks; the writer reads a block, changes a part and writes it back.
    blocks: RwLock<()>,
    support: Support,
}

/// What the file refused once is not asked for again.
#[derive(Debug, Default)]
struct Support {
    no_discard: AtomicBool,
    no_punch: AtomicBool,
    no_zero_range: AtomicBool,
    no_dsync: AtomicBool,
}

impl RawDisk {
    /// Takes over an open file. Its open flags decide between page cache and `O_DIRECT`.
    pub fn new(file: File, read_only: bool) -> Result<Self, OpenError> {
        let kind = facts::kind(&file)?;
        let flags = facts::open_flags(file.as_fd())?;
        if !read_only && flags & libc::O_ACCMODE == libc::O_RDONLY {
            return Err(OpenError::ReadOnly);
        }
        let length = match kind {
            Kind::Regular => file.metadata().map_err(facts::system("look at the image"))?.len(),
            Kind::Block => facts::block_size(file.as_fd())?,
        };
        let direct = flags & libc::O_DIRECT != 0;
        let facts = facts::gather(&file, kind, direct)?;
        // Files are at most i64::MAX bytes long, so rounding up does not overflow.
        let size = length.next_multiple_of(SECTOR);
        let (blocks, support) = (RwLock::new(()), Support::default());
        Ok(Self { file, kind, size, facts, direct, read_only, blocks, support })
    }

    /// The file, for locks.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Whether the kernel takes this request as it is.
    fn is_aligned(&self, segments: &[Segment<'_>], offset: u64) -> bool {
        if !self.direct {
            return true;
        }
        let (block, memory) = (u64::from(self.facts.request_align), self.facts.memory_align as usize);
        offset.is_multiple_of(block)
            && segments.iter().all(|segment| {
                (segment.len() as u64).is_multiple_of(block) && segment.address().is_multiple_of(memory)
            })
    }

    fn writable(&self) -> io::Result<()> {
        if self.read_only { Err(io::Error::from_raw_os_error(libc::EROFS)) } else { Ok(()) }
    }
}

impl Disk for RawDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn facts(&self) -> DiskFacts {
        self.facts
    }

    fn read_only(&self) -> bool {
        self.read_only
    }

    fn read_vectored_at(&self, segments: &[Segment<'_>], offset: u64) -> io::Result<()> {
        check_range(self.size, offset, total_len(segments))?;
        if self.is_aligned(segments, offset) {
            transfer::read(self.file.as_fd(), segments, offset)
        } else {
            bounce::read(self, segments, offset)
        }
    }

    fn write_vectored_at(&self, segments: &[Segment<'_>], offset: u64, durable: bool) -> io::Result<()> {
        self.writable()?;
        check_range(self.size, offset, total_len(segments))?;
        let dsync = durable && !self.support.no_dsync.load(std::sync::atomic::Ordering::Relaxed);
        let written = if self.is_aligned(segments, offset) {
            let _whole = self.blocks.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            transfer::write(self.file.as_fd(), segments, offset, dsync)
        } else {
            bounce::write(self, segments, offset, dsync)
        };
        match written {
            Ok(()) if durable && !dsync => self.flush(),
            Err(error) if dsync && error.raw_os_error() == Some(libc::EOPNOTSUPP) => {
                self.support.no_dsync.store(true, std::sync::atomic::Ordering::Relaxed);
                self.write_vectored_at(segments, offset, durable)
            }
            other => other,
        }
    }

    fn flush(&self) -> io::Result<()> {
        if self.read_only { Ok(()) } else { self.file.sync_data() }
    }

    fn discard(&self, offset: u64, length: u64) -> io::Result<()> {
        self.writable()?;
        check_range(self.size, offset, length)?;
        zero::discard(self, offset, length)
    }

    fn write_zeroes(&self, offset: u64, length: u64, unmap: bool) -> io::Result<()> {
        self.writable()?;
        check_range(self.size, offset, length)?;
        zero::write_zeroes(self, offset, length, unmap)
    }
}
