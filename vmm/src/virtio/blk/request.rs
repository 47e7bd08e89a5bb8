//! One request: checked against the disk, done, answered with a status byte.

use std::{borrow::Cow, io, time::Instant};

use vireo_image::{Disk, Segment, all_zero, copy_from, total_len};
use virtio_bindings::virtio_blk::{
    VIRTIO_BLK_S_IOERR, VIRTIO_BLK_S_OK, VIRTIO_BLK_S_UNSUPP, VIRTIO_BLK_T_DISCARD, VIRTIO_BLK_T_FLUSH,
    VIRTIO_BLK_T_GET_ID, VIRTIO_BLK_T_IN, VIRTIO_BLK_T_OUT, VIRTIO_BLK_T_WRITE_ZEROES,
    VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP,
};

use super::{MAX_DISCARD_SECTORS, MAX_RANGES, MAX_ZERO_SECTORS, SECTOR, SERIAL_LEN, stats::BlkStats};
use crate::{
    log,
    virtio::{Chain, QueueError},
};

/// Type, reserved, sector.
const HEADER: u64 = 16;
/// Sector, number of sectors, flags.
const RANGE: u64 = 16;

/// What a request is done with.
pub(super) struct Target<'a> {
    pub alias: &'a str,
    pub disk: &'a dyn Disk,
    pub stats: &'a BlkStats,
    /// Requests are whole blocks of this many bytes.
    pub logical_block: u32,
    pub serial: &'a [u8; SERIAL_LEN],
    /// Each write is durable when it completes.
    pub write_through: bool,
    /// The driver's flushes are dropped.
    pub ignore_flush: bool,
    /// Zeroed space may be given back.
    pub unmap: bool,
    /// Ranges may be discarded.
    pub discard: bool,
    /// Written zeroes are looked for; `Some(true)` makes holes of them.
    pub detect_zeroes: Option<bool>,
}

/// How a request went.
enum Failure {
    Unsupported,
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn invalid(what: &'static str) -> Failure {
    Failure::Io(io::Error::new(io::ErrorKind::InvalidInput, what))
}

impl Target<'_> {
    /// Does the request; says how many bytes were written to its buffers. An error is a driver that breaks the protocol,
    /// not a disk that fails.
    pub fn serve(&self, chain: &Chain) -> Result<u32, QueueError> {
        let header: [u8; HEADER as usize] =
            chain.read_array(0).ok_or(QueueError::Request("it has no whole header"))?;
        let room = chain.write_len();
        let status_at = room.checked_sub(1).ok_or(QueueError::Request("it has no room for a status"))?;
        let [a, b, c, d, ..] = header;
        let kind = u32::from_le_bytes([a, b, c, d]);
        let sector = u64::from_le_bytes(header[8..].try_into().unwrap_or_default());
        let done = match kind {
            VIRTIO_BLK_T_IN => self.read(chain, sector),
            VIRTIO_BLK_T_OUT => self.write(chain, sector),
            VIRTIO_BLK_T_FLUSH => self.flush(),
            VIRTIO_BLK_T_GET_ID => {
                let length = SERIAL_LEN.min(status_at as usize);
                chain.write_at(0, &self.serial[..length]);
                Ok(())
            }
            VIRTIO_BLK_T_DISCARD if self.discard => self.ranges(chain, true),
            VIRTIO_BLK_T_WRITE_ZEROES => self.ranges(chain, false),
            _ => Err(Failure::Unsupported),
        };
        let status = match done {
            Ok(()) => VIRTIO_BLK_S_OK,
            Err(Failure::Unsupported) => VIRTIO_BLK_S_UNSUPP,
            Err(Failure::Io(error)) => {
                log::guest(format_args!("{}: request {kind} at sector {sector}: {error}", self.alias));
                self.stats.errors.add(1);
                VIRTIO_BLK_S_IOERR
            }
        };
        chain.write_at(status_at, &[status as u8]);
        let written = if matches!(kind, VIRTIO_BLK_T_IN | VIRTIO_BLK_T_GET_ID) { room } else { 1 };
        Ok(u32::try_from(written).unwrap_or(u32::MAX))
    }

    fn read(&self, chain: &Chain, sector: u64) -> Result<(), Failure> {
        let data = without_tail(chain.writable());
        let (offset, length) = self.place(&data, sector)?;
        let start = Instant::now();
        self.disk.read_vectored_at(&data, offset)?;
        self.stats.read.done(length, start.elapsed());
        Ok(())
    }

    fn write(&self, chain: &Chain, sector: u64) -> Result<(), Failure> {
        let data = without_head(chain.readable());
        let (offset, length) = self.place(&data, sector)?;
        let start = Instant::now();
        match self.detect_zeroes {
            Some(unmap) if all_zero(&data) => {
                self.disk.write_zeroes(offset, length, unmap && self.unmap)?;
                if self.write_through {
                    self.disk.flush()?;
                }
            }
            _ => self.disk.write_vectored_at(&data, offset, self.write_through)?,
        }
        self.stats.write.done(length, start.elapsed());
        Ok(())
    }

    fn flush(&self) -> Result<(), Failure> {
        let start = Instant::now();
        if !self.ignore_flush {
            self.disk.flush()?;
        }
        self.stats.flush.done(0, start.elapsed());
        Ok(())
    }

    /// Discards or zeroes the ranges in the request.
    fn ranges(&self, chain: &Chain, discard: bool) -> Result<(), Failure> {
        let length = chain.read_len() - HEADER;
        let count = length / RANGE;
        if !length.is_multiple_of(RANGE) || count == 0 || count > u64::from(MAX_RANGES) {
            return Err(invalid("ranges that are none"));
        }
        for n in 0..count {
            let mut range = [0; RANGE as usize];
            copy_from(chain.readable(), HEADER + n * RANGE, &mut range);
            self.range(range, discard)?;
        }
        if self.write_through && !discard {
            self.disk.flush()?;
        }
        Ok(())
    }

    fn range(&self, range: [u8; RANGE as usize], discard: bool) -> Result<(), Failure> {
        let [s0, s1, s2, s3, s4, s5, s6, s7, n0, n1, n2, n3, f0, f1, f2, f3] = range;
        let sector = u64::from_le_bytes([s0, s1, s2, s3, s4, s5, s6, s7]);
        let sectors = u32::from_le_bytes([n0, n1, n2, n3]);
        let flags = u32::from_le_bytes([f0, f1, f2, f3]);
        let known = if discard { 0 } else { VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP };
        if flags & !known != 0 {
            return Err(Failure::Unsupported);
        }
        if sectors > if discard { MAX_DISCARD_SECTORS } else { MAX_ZERO_SECTORS } {
            return Err(invalid("a range longer than allowed"));
        }
        let length = u64::from(sectors) * SECTOR;
        let offset = sector.checked_mul(SECTOR).ok_or_else(|| invalid("a range beyond any disk"))?;
        let start = Instant::now();
        if discard {
            self.disk.discard(offset, length)?;
            self.stats.discard.done(length, start.elapsed());
        } else {
            let unmap = flags & VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP != 0 && self.unmap;
            self.disk.write_zeroes(offset, length, unmap)?;
            self.stats.write.done(length, start.elapsed());
        }
        Ok(())
    }

    /// Offset and length of a transfer of whole blocks; the disk checks its own end.
    fn place(&self, data: &[Segment<'_>], sector: u64) -> Result<(u64, u64), Failure> {
        let offset = sector.checked_mul(SECTOR).ok_or_else(|| invalid("a sector beyond any disk"))?;
        let length = total_len(data);
        let block = u64::from(self.logical_block);
        if length.is_multiple_of(block) && offset.is_multiple_of(block) {
            Ok((offset, length))
        } else {
            Err(invalid("not whole blocks"))
        }
    }
}

/// The segments without the header at their start, for which drivers have a descriptor of its own.
fn without_head<'c, 's>(segments: &'c [Segment<'s>]) -> Cow<'c, [Segment<'s>]> {
    match segments.split_first() {
        Some((head, data)) if head.len() as u64 == HEADER => Cow::Borrowed(data),
        _ => {
            let mut skip = HEADER as usize;
            let rest = segments.iter().map(|segment| {
                let count = skip.min(segment.len());
                skip -= count;
                segment.skip(count)
            });
            Cow::Owned(rest.collect())
        }
    }
}

/// The segments without the status byte at their end, for which drivers have a descriptor of its own.
fn without_tail<'c, 's>(segments: &'c [Segment<'s>]) -> Cow<'c, [Segment<'s>]> {
    match segments.split_last() {
        Some((tail, data)) if tail.len() == 1 => Cow::Borrowed(data),
        _ => {
            let mut left = total_len(segments).saturating_sub(1);
            let most = segments.iter().map(|segment| {
                let piece = segment.take(usize::try_from(left).unwrap_or(usize::MAX));
                left -= piece.len() as u64;
                piece
            });
            Cow::Owned(most.collect())
        }
    }
}
