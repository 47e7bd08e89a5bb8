//! Odd requests on files opened with `O_DIRECT`: through an aligned copy, block by block.

use std::{io, os::fd::AsFd, sync::PoisonError};

use super::{RawDisk, transfer};
use crate::{Segment, copy_from, copy_to, total_len};

/// Most bytes copied at once. Odd requests are rare (a partition tool, a boot loader); a small buffer keeps the process
/// small, and 64 KiB is also the largest alignment there is.
const PIECE: u64 = 64 << 10;

/// Memory aligned for `O_DIRECT`.
struct Aligned {
    memory: Vec<u8>,
    skip: usize,
    length: usize,
}

impl Aligned {
    fn new(length: u64, align: u32) -> Self {
        let (length, align) = (length as usize, align as usize);
        let memory = vec![0; length + align];
        let skip = memory.as_ptr().align_offset(align).min(align);
        Self { memory, skip, length }
    }

    fn bytes(&mut self) -> &mut [u8] {
        &mut self.memory[self.skip..self.skip + self.length]
    }
}

/// One piece of a request and the whole blocks around it.
struct Piece {
    /// Bytes of the request before this piece.
    done: u64,
    offset: u64,
    length: u64,
    first_block: u64,
    blocks: u64,
}

fn pieces(disk: &RawDisk, offset: u64, length: u64) -> impl Iterator<Item = Piece> {
    let align = u64::from(disk.facts.request_align);
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == length {
            return None;
        }
        let start = offset + done;
        let first_block = start - start % align;
        let count = (length - done).min(first_block + PIECE - start);
        let blocks = (start + count).next_multiple_of(align) - first_block;
        let piece = Piece { done, offset: start, length: count, first_block, blocks };
        done += count;
        Some(piece)
    })
}

pub(super) fn read(disk: &RawDisk, segments: &[Segment<'_>], offset: u64) -> io::Result<()> {
    let length = total_len(segments);
    let mut copy = Aligned::new(PIECE, disk.facts.memory_align.max(disk.facts.request_align));
    for piece in pieces(disk, offset, length) {
        let blocks = &mut copy.bytes()[..piece.blocks as usize];
        transfer::read(disk.file.as_fd(), &[Segment::of(blocks)], piece.first_block)?;
        let start = (piece.offset - piece.first_block) as usize;
        copy_to(segments, piece.done, &blocks[start..start + piece.length as usize]);
    }
    Ok(())
}

pub(super) fn write(disk: &RawDisk, segments: &[Segment<'_>], offset: u64, dsync: bool) -> io::Result<()> {
    let length = total_len(segments);
    // Nobody may write a block between our reading it and writing it back.
    let _alone = disk.blocks.write().unwrap_or_else(PoisonError::into_inner);
    let mut copy = Aligned::new(PIECE, disk.facts.memory_align.max(disk.facts.request_align));
    for piece in pieces(disk, offset, length) {
        let blocks = &mut copy.bytes()[..piece.blocks as usize];
        if piece.length < piece.blocks {
            transfer::read(disk.file.as_fd(), &[Segment::of(blocks)], piece.first_block)?;
        }
        let start = (piece.offset - piece.first_block) as usize;
        copy_from(segments, piece.done, &mut blocks[start..start + piece.length as usize]);
        transfer::write(disk.file.as_fd(), &[Segment::of(blocks)], piece.first_block, dsync)?;
        cut_tail(disk, piece.first_block + piece.blocks)?;
    }
    Ok(())
}

/// A whole block written over the end of a file that ends inside of it has made the file longer.
fn cut_tail(disk: &RawDisk, end: u64) -> io::Result<()> {
    if disk.kind == super::Kind::Regular && end > disk.size { disk.file.set_len(disk.size) } else { Ok(()) }
}
