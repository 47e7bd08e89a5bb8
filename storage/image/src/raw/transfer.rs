//! Whole transfers out of the kernel's partial ones.

use std::{
    io,
    os::fd::{AsRawFd, BorrowedFd},
};

use crate::{Segment, copy_to, segment, total_len};

/// Most segments the kernel takes in one call (`UIO_MAXIOV`).
const MAX_SEGMENTS: usize = 1024;

/// Fills the segments; what lies behind the file's end is zero.
pub(super) fn read(file: BorrowedFd<'_>, segments: &[Segment<'_>], offset: u64) -> io::Result<()> {
    let done = transfer(segments, offset, |segments, offset| {
        let iovecs = Segment::as_iovecs(segments);
        // SAFETY: the segments are writable memory of the caller's.
        let count = unsafe { libc::preadv64(file.as_raw_fd(), iovecs.as_ptr(), iovecs.len() as i32, offset) };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    })?;
    zero_from(segments, done);
    Ok(())
}

/// Writes the segments; on the medium at return where `dsync`.
pub(super) fn write(
    file: BorrowedFd<'_>,
    segments: &[Segment<'_>],
    offset: u64,
    dsync: bool,
) -> io::Result<()> {
    let flags = if dsync { libc::RWF_DSYNC } else { 0 };
    let done = transfer(segments, offset, |segments, offset| {
        let iovecs = Segment::as_iovecs(segments);
        // SAFETY: the segments are readable memory of the caller's.
        let count =
            unsafe { libc::pwritev2(file.as_raw_fd(), iovecs.as_ptr(), iovecs.len() as i32, offset, flags) };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    })?;
    if done == total_len(segments) { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
}

/// Repeats `step` until all is done or it does nothing any more; says how many bytes were done.
fn transfer(
    segments: &[Segment<'_>],
    offset: u64,
    mut step: impl FnMut(&[Segment<'_>], i64) -> io::Result<usize>,
) -> io::Result<u64> {
    let offset = i64::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut done = 0;
    for chunk in segments.chunks(MAX_SEGMENTS) {
        let wanted = total_len(chunk);
        let mut moved = 0;
        while moved < wanted {
            let position = offset + (done + moved) as i64;
            let stepped = if moved == 0 {
                step(chunk, position)
            } else {
                // The kernel stopped in between: go on with what is left.
                let rest: Vec<_> = segment::from(chunk, moved).filter(|left| !left.is_empty()).collect();
                step(&rest, position)
            };
            match stepped {
                Ok(0) => return Ok(done + moved),
                Ok(count) => moved += count as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        done += moved;
    }
    Ok(done)
}

fn zero_from(segments: &[Segment<'_>], mut at: u64) {
    while copy_to(segments, at, &[0; 512]) != 0 {
        at += 512;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kernel that moves at most `most` bytes a call.
    fn run(lengths: &[usize], most: usize) -> (u64, Vec<(usize, i64)>) {
        let mut buffers: Vec<Vec<u8>> = lengths.iter().map(|length| vec![0; *length]).collect();
        let segments: Vec<_> = buffers.iter_mut().map(|buffer| Segment::of(buffer)).collect();
        let mut calls = vec![];
        let done = transfer(&segments, 100, |segments, offset| {
            calls.push((segments.len(), offset));
            Ok((total_len(segments) as usize).min(most))
        });
        (done.unwrap(), calls)
    }

    #[test]
    fn a_whole_transfer_is_one_call() {
        assert_eq!(run(&[3, 4, 5], 100), (12, vec![(3, 100)]));
        assert_eq!(run(&[], 100), (0, vec![]));
    }

    #[test]
    fn a_partial_transfer_goes_on_where_it_stopped() {
        assert_eq!(run(&[3, 4, 5], 5), (12, vec![(3, 100), (2, 105), (1, 110)]));
    }

    #[test]
    fn more_segments_than_the_kernel_takes_are_several_calls() {
        let (done, calls) = run(&[1; 1500], 4096);
        assert_eq!((done, calls), (1500, vec![(1024, 100), (476, 1124)]));
    }
}
