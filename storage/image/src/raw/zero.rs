//! Discarding and zeroing ranges, by the best means the file has.
//!
//! ```text
//!               regular file                      block device
//! discard       punch a hole                      BLKDISCARD
//! zero, unmap   punch a hole                      fallocate(PUNCH_HOLE): zeroes, deallocating where it can
//! zero          fallocate(ZERO_RANGE)             BLKZEROOUT
//! otherwise     write zeroes                      write zeroes
//! ```

use std::{
    io,
    os::fd::{AsFd, AsRawFd},
    sync::atomic::{AtomicBool, Ordering},
};

use nix::fcntl::{FallocateFlags, fallocate};

use super::{Kind, RawDisk};
use crate::{Disk, Segment};

/// Zeroes written by one system call. The segments repeat one small buffer, so the length costs nothing.
const ZEROES: usize = 4096;
/// See [`ZEROES`]: 256 KiB a call.
const REPEATS: usize = 64;

mod ioctl {
    // _IO, though they take a pointer to (start, length).
    nix::ioctl_write_ptr_bad!(blkdiscard, 0x1277, [u64; 2]);
    nix::ioctl_write_ptr_bad!(blkzeroout, 0x127f, [u64; 2]);
}

pub(super) fn discard(disk: &RawDisk, offset: u64, length: u64) -> io::Result<()> {
    let range = match disk.kind {
        Kind::Regular => Some((offset, length)),
        // Only whole sectors can be discarded; the rest keeps its contents.
        Kind::Block => inner(offset, length, u64::from(disk.facts.discard_granularity)),
    };
    let Some((offset, length)) = range.filter(|(_, length)| *length != 0) else { return Ok(()) };
    attempt(&disk.support.no_discard, || match disk.kind {
        Kind::Regular => punch(disk, offset, length),
        // SAFETY: the kernel reads two u64 from the array.
        Kind::Block => unsafe { ioctl::blkdiscard(disk.file.as_raw_fd(), &[offset, length]) }.map(drop),
    })
    .map(drop)
}

pub(super) fn write_zeroes(disk: &RawDisk, offset: u64, length: u64, unmap: bool) -> io::Result<()> {
    let align = match disk.kind {
        Kind::Regular => 1,
        Kind::Block => u64::from(disk.facts.discard_granularity),
    };
    let Some((start, middle)) = inner(offset, length, align) else {
        return write_them(disk, offset, length);
    };
    write_them(disk, offset, start - offset)?;
    write_them(disk, start + middle, offset + length - (start + middle))?;
    if unmap && attempt(&disk.support.no_punch, || punch(disk, start, middle))? {
        return Ok(());
    }
    let zeroed = attempt(&disk.support.no_zero_range, || match disk.kind {
        Kind::Regular => {
            let flags = FallocateFlags::FALLOC_FL_ZERO_RANGE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
            fallocate(&disk.file, flags, start as i64, middle as i64)
        }
        // SAFETY: the kernel reads two u64 from the array.
        Kind::Block => unsafe { ioctl::blkzeroout(disk.file.as_raw_fd(), &[start, middle]) }.map(drop),
    })?;
    if zeroed { Ok(()) } else { write_them(disk, start, middle) }
}

/// Does it, unless it was found to be unsupported; says whether it was done.
fn attempt(unsupported: &AtomicBool, action: impl Fn() -> nix::Result<()>) -> io::Result<bool> {
    use nix::errno::Errno;
    if unsupported.load(Ordering::Relaxed) {
        return Ok(false);
    }
    loop {
        match action() {
            Ok(()) => return Ok(true),
            Err(Errno::EINTR) => {}
            Err(Errno::EOPNOTSUPP | Errno::ENOTTY | Errno::ENOSYS | Errno::ENODEV) => {
                unsupported.store(true, Ordering::Relaxed);
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn punch(disk: &RawDisk, offset: u64, length: u64) -> nix::Result<()> {
    let flags = FallocateFlags::FALLOC_FL_PUNCH_HOLE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
    fallocate(disk.file.as_fd(), flags, offset as i64, length as i64)
}

/// The whole blocks in a range.
fn inner(offset: u64, length: u64, align: u64) -> Option<(u64, u64)> {
    let start = offset.next_multiple_of(align);
    let end = (offset + length) / align * align;
    (start < end).then(|| (start, end - start))
}

fn write_them(disk: &RawDisk, mut offset: u64, mut length: u64) -> io::Result<()> {
    if length == 0 {
        return Ok(());
    }
    let mut zeroes = [0; ZEROES];
    let segment = Segment::of(&mut zeroes);
    while length != 0 {
        let mut segments = [segment; REPEATS];
        let mut left = length;
        for piece in &mut segments {
            *piece = segment.take(left.min(ZEROES as u64) as usize);
            left -= piece.len() as u64;
        }
        disk.write_vectored_at(&segments, offset, false)?;
        offset += length - left;
        length = left;
    }
    Ok(())
}
