//! What a file is and how it wants to be used: the questions to the kernel.

use std::{
    fs::File,
    io,
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd},
        unix::fs::{FileTypeExt, MetadataExt},
    },
};

use super::{Kind, OpenError};
use crate::DiskFacts;

/// `O_DIRECT` alignment assumed for a regular file where the kernel does not tell (before Linux 6.1): no file system has
/// larger blocks on x86, and multiples of it suit those with smaller ones.
const DIRECT_ALIGN: u32 = 4096;

/// Largest alignment believed: a page of the largest kind in use. More would make the copies of odd requests large.
const MAX_ALIGN: u32 = 64 << 10;

mod ioctl {
    nix::ioctl_read!(blkgetsize64, 0x12, 114, usize);
    nix::ioctl_read_bad!(blksszget, libc::BLKSSZGET, libc::c_int);
    nix::ioctl_read_bad!(blkpbszget, 0x127b, libc::c_uint);
    nix::ioctl_read_bad!(blkioopt, 0x1279, libc::c_uint);
}

pub(super) fn system<E: Into<io::Error>>(doing: &'static str) -> impl FnOnce(E) -> OpenError {
    move |error| OpenError::System { doing, source: error.into() }
}

pub(super) fn kind(file: &File) -> Result<Kind, OpenError> {
    let kind = file.metadata().map_err(system("look at the image"))?.file_type();
    if kind.is_file() {
        Ok(Kind::Regular)
    } else if kind.is_block_device() {
        Ok(Kind::Block)
    } else {
        Err(OpenError::Kind)
    }
}

pub(super) fn open_flags(file: BorrowedFd<'_>) -> Result<i32, OpenError> {
    nix::fcntl::fcntl(file, nix::fcntl::FcntlArg::F_GETFL).map_err(system("read the image's open flags"))
}

pub(super) fn block_size(file: BorrowedFd<'_>) -> Result<u64, OpenError> {
    let mut bytes = 0usize;
    // SAFETY: the kernel writes 8 bytes, the size of a `usize` here, to `bytes`.
    unsafe { ioctl::blkgetsize64(file.as_raw_fd(), &mut bytes) }.map_err(system("read the device's size"))?;
    Ok(bytes as u64)
}

pub(super) fn gather(file: &File, kind: Kind, direct: bool) -> Result<DiskFacts, OpenError> {
    let metadata = file.metadata().map_err(system("look at the image"))?;
    let mut facts = DiskFacts {
        request_align: 1,
        memory_align: 1,
        physical_block: 512,
        optimal_io: 0,
        discard: true,
        discard_granularity: 512,
        sparse: kind == Kind::Regular && metadata.blocks() * 512 < metadata.len(),
    };
    let mut logical = DIRECT_ALIGN;
    if kind == Kind::Block {
        let fd = file.as_raw_fd();
        let (mut sector, mut physical, mut optimal) = (512, 512, 0);
        // SAFETY: each of the three writes one int to its variable.
        unsafe {
            ioctl::blksszget(fd, &mut sector).map_err(system("read the device's sector size"))?;
            ioctl::blkpbszget(fd, &mut physical).map_err(system("read the device's block size"))?;
            ioctl::blkioopt(fd, &mut optimal).map_err(system("read the device's best length"))?;
        }
        logical = sane_align(sector as u32).unwrap_or(DIRECT_ALIGN);
        facts.physical_block = sane_align(physical).unwrap_or(512);
        facts.optimal_io = optimal;
        facts.discard_granularity = logical;
    } else {
        facts.discard_granularity = sane_align(metadata.blksize() as u32).unwrap_or(DIRECT_ALIGN);
    }
    if direct {
        (facts.memory_align, facts.request_align) = direct_align(file.as_fd()).unwrap_or((logical, logical));
    }
    Ok(facts)
}

/// Memory and offset alignment of `O_DIRECT` as the file system tells them.
fn direct_align(file: BorrowedFd<'_>) -> Option<(u32, u32)> {
    // SAFETY: all bytes zero is a value of this plain struct.
    let mut status: libc::statx = unsafe { std::mem::zeroed() };
    // SAFETY: the path is an empty C string, which with this flag means the descriptor itself; `status` is written by
    // the kernel.
    let result = unsafe {
        libc::statx(file.as_raw_fd(), c"".as_ptr(), libc::AT_EMPTY_PATH, libc::STATX_DIOALIGN, &mut status)
    };
    if result != 0 || status.stx_mask & libc::STATX_DIOALIGN == 0 {
        return None;
    }
    Some((sane_align(status.stx_dio_mem_align)?, sane_align(status.stx_dio_offset_align)?))
}

fn sane_align(bytes: u32) -> Option<u32> {
    (bytes.is_power_of_two() && bytes <= MAX_ALIGN).then_some(bytes)
}
