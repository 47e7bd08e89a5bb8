//! Memory that requests read from or write to: guest RAM, mostly.
//!
//! Guest RAM changes at any time under our hands, so there is never a `&[u8]` to it: segments are handed to system calls
//! and looked at by volatile accesses only.

use std::{marker::PhantomData, ptr};

/// A piece of memory, laid out as the kernel's `struct iovec`.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Segment<'a>(libc::iovec, PhantomData<&'a mut [u8]>);

// SAFETY: a segment is an address and a length; who makes one answers for the memory (see `new`), and all accesses are
// volatile or by the kernel, from any thread.
unsafe impl Send for Segment<'_> {}
// SAFETY: as above.
unsafe impl Sync for Segment<'_> {}

impl<'a> Segment<'a> {
    /// Any memory.
    ///
    /// # Safety
    /// `base..base + length` stays mapped, readable and writable for `'a`, and no Rust reference to it is used while the
    /// segment is.
    pub unsafe fn new(base: *mut u8, length: usize) -> Self {
        Self(libc::iovec { iov_base: base.cast(), iov_len: length }, PhantomData)
    }

    /// A buffer of our own.
    pub fn of(buffer: &'a mut [u8]) -> Self {
        Self(libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() }, PhantomData)
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.iov_len
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.iov_len == 0
    }

    /// Address, for alignment checks.
    pub fn address(&self) -> usize {
        self.0.iov_base as usize
    }

    /// The piece without its first `count` bytes; empty where there are not as many.
    pub fn skip(self, count: usize) -> Self {
        let count = count.min(self.len());
        // SAFETY: the result ends where `self` ends.
        unsafe { Self::new(self.base().add(count), self.len() - count) }
    }

    /// The first `count` bytes of the piece; all of it where there are not as many.
    pub fn take(self, count: usize) -> Self {
        // SAFETY: the result lies in `self`.
        unsafe { Self::new(self.base(), self.len().min(count)) }
    }

    fn base(self) -> *mut u8 {
        self.0.iov_base.cast()
    }

    /// The kernel's view of several segments.
    pub fn as_iovecs<'s>(segments: &'s [Segment<'a>]) -> &'s [libc::iovec] {
        // SAFETY: `Segment` is a transparent `iovec`.
        unsafe { std::slice::from_raw_parts(segments.as_ptr().cast(), segments.len()) }
    }

    /// Copies the start of the piece to `buffer`; says how much.
    fn read_to(self, buffer: &mut [u8]) -> usize {
        let count = buffer.len().min(self.len());
        // SAFETY: `count` bytes are mapped here and in `buffer`; who made the segment promised that no reference to it
        // is in use, so they do not overlap. The guest may write meanwhile: bytes then are old or new ones, and this
        // is a plain copy that does not look at them.
        unsafe { ptr::copy_nonoverlapping(self.base().cast_const(), buffer.as_mut_ptr(), count) };
        count
    }

    /// Copies the start of `buffer` to the piece; says how much.
    fn write_from(self, buffer: &[u8]) -> usize {
        let count = buffer.len().min(self.len());
        // SAFETY: as in `read_to`.
        unsafe { ptr::copy_nonoverlapping(buffer.as_ptr(), self.base(), count) };
        count
    }

    fn is_zero(self) -> bool {
        // Four words at a time, so that the check costs a fraction of the write that follows it.
        const WORDS: usize = 4;
        let mut at = 0;
        let base = self.base();
        let head = base.align_offset(8).min(self.len());
        let mut seen = 0u64;
        while at < head {
            // SAFETY: `at` lies in the piece.
            seen |= u64::from(unsafe { base.add(at).read_volatile() });
            at += 1;
        }
        while seen == 0 && at + 8 * WORDS <= self.len() {
            for word in 0..WORDS {
                // SAFETY: the word lies in the piece and is aligned since `head`.
                seen |= unsafe { base.add(at + 8 * word).cast::<u64>().read_volatile() };
            }
            at += 8 * WORDS;
        }
        while seen == 0 && at < self.len() {
            // SAFETY: `at` lies in the piece.
            seen |= u64::from(unsafe { base.add(at).read_volatile() });
            at += 1;
        }
        seen == 0
    }
}

impl std::fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Segment({:#x}+{:#x})", self.address(), self.len())
    }
}

/// Bytes in all of the segments.
pub fn total_len(segments: &[Segment<'_>]) -> u64 {
    segments.iter().map(|segment| segment.len() as u64).sum()
}

/// Whether all bytes of the segments are zero.
pub fn all_zero(segments: &[Segment<'_>]) -> bool {
    segments.iter().all(|segment| segment.is_zero())
}

/// Copies out of the segments, `skip` bytes from their start; says how many bytes there were.
pub fn copy_from(segments: &[Segment<'_>], skip: u64, buffer: &mut [u8]) -> usize {
    let mut done = 0;
    for segment in from(segments, skip) {
        done += segment.read_to(&mut buffer[done..]);
    }
    done
}

/// Copies into the segments, `skip` bytes from their start; says how many bytes found room.
pub fn copy_to(segments: &[Segment<'_>], skip: u64, buffer: &[u8]) -> usize {
    let mut done = 0;
    for segment in from(segments, skip) {
        done += segment.write_from(&buffer[done..]);
    }
    done
}

/// The segments without their first `skip` bytes.
pub(crate) fn from<'s, 'a>(
    segments: &'s [Segment<'a>],
    skip: u64,
) -> impl Iterator<Item = Segment<'a>> + use<'s, 'a> {
    let mut left = skip;
    segments.iter().map(move |segment| {
        let count = left.min(segment.len() as u64);
        left -= count;
        segment.skip(count as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_run_over_the_joints() {
        let (mut a, mut b, mut c) = ([1, 2, 3], [], [4, 5]);
        let segments = [Segment::of(&mut a), Segment::of(&mut b), Segment::of(&mut c)];
        assert_eq!(total_len(&segments), 5);
        let mut out = [0; 9];
        assert_eq!(copy_from(&segments, 1, &mut out), 4);
        assert_eq!(out[..4], [2, 3, 4, 5]);
        assert_eq!(copy_to(&segments, 2, &[8, 9]), 2);
        assert_eq!(copy_to(&segments, 5, &[8, 9]), 0);
        assert_eq!((a, c), ([1, 2, 8], [9, 5]));
    }

    #[test]
    fn one_bit_anywhere_is_not_zero() {
        for length in [0usize, 1, 7, 8, 9, 63, 64, 100] {
            let mut buffer = vec![0u8; length + 3];
            for start in 0..3 {
                assert!(all_zero(&[Segment::of(&mut buffer[start..start + length])]));
                for at in 0..length {
                    buffer[start + at] = 1;
                    assert!(!all_zero(&[Segment::of(&mut buffer[start..start + length])]), "{length} {at}");
                    buffer[start + at] = 0;
                }
            }
        }
    }

    #[test]
    fn pieces_stay_inside() {
        let mut buffer = [0; 4];
        let segment = Segment::of(&mut buffer);
        assert_eq!(segment.skip(9).len(), 0);
        assert_eq!(segment.skip(1).take(9).len(), 3);
        assert_eq!(segment.take(2).len(), 2);
    }
}
