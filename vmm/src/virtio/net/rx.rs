//! From the tap to the guest.
//!
//! ```text
//! buffers for the largest packet there? --yes--> readv straight into them
//!      | fewer                                        | as many as were filled are used, the rest waits for the next
//!      +--> read into a packet held here, deliver it when there is room
//! ```

use std::{collections::VecDeque, os::fd::RawFd};

use vireo_image::{Segment, copy_from};

use super::{HEADER, MAX_PACKET, NUM_BUFFERS, TURN, filter::Filter, stats::Direction, tap};
use crate::virtio::{Chain, QueueError, VirtQueue, worker::Next};

/// Most segments in one system call.
const MAX_SEGMENTS: usize = crate::virtio::MAX_QUEUE_SIZE as usize;
/// Where the Ethernet destination stands, behind the header.
const DESTINATION: u64 = HEADER as u64;

/// A receive queue.
pub(super) struct Rx {
    queue: VirtQueue,
    /// Buffers taken from the guest, in order, for the next packet.
    taken: VecDeque<Chain>,
    /// Bytes in them.
    room: usize,
    /// Used up, to be filled again.
    spare: Vec<Chain>,
    /// A packet that is waiting for room.
    held: Option<Vec<u8>>,
    /// A packet may use several buffers.
    mergeable: bool,
    /// Room that any packet fits in.
    largest: usize,
}

impl Rx {
    pub fn new(queue: VirtQueue, mergeable: bool, largest: usize) -> Self {
        let largest = largest.min(MAX_PACKET);
        Self { queue, taken: VecDeque::new(), room: 0, spare: vec![], held: None, mergeable, largest }
    }

    /// Reads packets as long as there are both packets and room.
    pub fn serve(&mut self, tap: RawFd, filter: &Filter, stats: &Direction) -> Result<Next, QueueError> {
        for _ in 0..TURN {
            self.take_buffers()?;
            let more = match self.held.take() {
                Some(packet) => self.deliver(packet, stats)?,
                None if self.taken.is_empty() => false,
                None if self.room >= self.largest && self.segments() < MAX_SEGMENTS => {
                    self.read_direct(tap, filter, stats)?
                }
                None => self.read_held(tap, filter, stats)?,
            };
            if !more {
                self.queue.signal()?;
                return Ok(Next::Wait);
            }
        }
        self.queue.signal()?;
        Ok(Next::Again)
    }

    /// Takes buffers until any packet fits, or until there are no more: then the guest kicks when it has some.
    fn take_buffers(&mut self) -> Result<(), QueueError> {
        let needed = self.held.as_ref().map_or(self.largest, |packet| packet.len().max(self.largest));
        while self.room < needed && (self.mergeable || self.taken.is_empty()) {
            let mut chain = self.spare.pop().unwrap_or_else(|| self.queue.chain());
            if !self.queue.pop(&mut chain)? {
                self.spare.push(chain);
                if self.queue.enable_kicks()? {
                    continue;
                }
                return Ok(());
            }
            let room = usize::try_from(chain.write_len()).unwrap_or(usize::MAX);
            if room < HEADER {
                return Err(QueueError::Request("it has no room for a header"));
            }
            self.room = self.room.saturating_add(room);
            self.taken.push_back(chain);
        }
        self.queue.disable_kicks()
    }

    fn segments(&self) -> usize {
        self.taken.iter().map(|chain| chain.writable().len()).sum()
    }

    /// Reads a packet straight into guest memory. Says whether to go on.
    fn read_direct(&mut self, tap: RawFd, filter: &Filter, stats: &Direction) -> Result<bool, QueueError> {
        // The byte behind the room tells a packet that was cut off: the tap says nothing of it.
        let mut beyond = [0];
        let mut all: Vec<_> = self.taken.iter().flat_map(Chain::writable).copied().collect();
        all.push(Segment::of(&mut beyond));
        let Ok(Some(length)) = tap::read_packet(tap, &all) else { return Ok(false) };
        if length < HEADER || length > self.room {
            stats.errors.add(1);
            return Ok(true);
        }
        let mut destination = [0; 6];
        if !filter.passes_all() {
            copy_from(&all, DESTINATION, &mut destination);
            if !filter.passes(destination) {
                return Ok(true);
            }
        }
        self.use_buffers(length)?;
        stats.packet(length - HEADER);
        Ok(true)
    }

    /// Reads a packet into memory of ours: it may be larger than the room there is. Says whether to go on.
    fn read_held(&mut self, tap: RawFd, filter: &Filter, stats: &Direction) -> Result<bool, QueueError> {
        let mut packet = vec![0; MAX_PACKET];
        let Ok(Some(length)) = tap::read_packet(tap, &[Segment::of(&mut packet)]) else { return Ok(false) };
        packet.truncate(length);
        packet.shrink_to_fit();
        let destination = packet.get(HEADER..HEADER + 6).and_then(|bytes| <[u8; 6]>::try_from(bytes).ok());
        match destination {
            Some(destination) if filter.passes(destination) => self.deliver(packet, stats),
            Some(_) => Ok(true),
            None => {
                stats.errors.add(1);
                Ok(true)
            }
        }
    }

    /// Delivers a packet, or holds it until there is room. Says whether to go on.
    fn deliver(&mut self, packet: Vec<u8>, stats: &Direction) -> Result<bool, QueueError> {
        if packet.len() > self.room {
            if !self.mergeable && !self.taken.is_empty() {
                // No buffer to come is promised to be larger.
                stats.dropped.add(1);
                return Ok(true);
            }
            self.held = Some(packet);
            return Ok(false);
        }
        let mut rest = &packet[..];
        for chain in &self.taken {
            let count = rest.len().min(usize::try_from(chain.write_len()).unwrap_or(usize::MAX));
            chain.write_at(0, &rest[..count]);
            rest = &rest[count..];
            if rest.is_empty() {
                break;
            }
        }
        self.use_buffers(packet.len())?;
        stats.packet(packet.len() - HEADER);
        Ok(true)
    }

    /// The first `length` bytes of the buffers hold a packet: gives those buffers to the guest.
    fn use_buffers(&mut self, length: usize) -> Result<(), QueueError> {
        let mut left = length;
        let mut count = 0u16;
        for chain in &self.taken {
            count += 1;
            left = left.saturating_sub(usize::try_from(chain.write_len()).unwrap_or(usize::MAX));
            if left == 0 {
                break;
            }
        }
        if let Some(first) = self.taken.front() {
            first.write_at(NUM_BUFFERS, &count.to_le_bytes());
        }
        let mut left = length;
        for chain in self.taken.drain(..usize::from(count)) {
            let room = usize::try_from(chain.write_len()).unwrap_or(usize::MAX);
            let filled = left.min(room);
            left -= filled;
            self.room -= room;
            self.queue.complete(chain.head(), filled as u32)?;
            self.spare.push(chain);
        }
        Ok(())
    }
}
