//! One request of a driver: its buffers, checked.

use std::sync::Arc;

use vireo_image::{Segment, copy_from, copy_to, total_len};
use virtio_queue::{DescriptorChain, desc::split::Descriptor};
use vm_memory::{GuestMemoryBackend, VolatileSlice};

use super::QueueError;
use crate::memory::GuestRam;

/// Most descriptors in a chain. A driver may not make chains longer than the queue, whose size is bounded by the same
/// number; an indirect table could hold 65,535.
const MAX_DESCRIPTORS: usize = super::MAX_QUEUE_SIZE as usize;

/// Buffers of a request: those the device reads, then those it writes. Made once per queue and filled for each request,
/// so that requests allocate nothing.
pub(crate) struct Chain {
    /// Keeps the segments' memory.
    ram: Arc<GuestRam>,
    head: u16,
    segments: Vec<Segment<'static>>,
    readable: usize,
}

impl Chain {
    pub(super) fn new(ram: Arc<GuestRam>) -> Self {
        Self { ram, head: 0, segments: vec![], readable: 0 }
    }

    /// Number under which the request is given back.
    pub fn head(&self) -> u16 {
        self.head
    }

    /// What the device reads.
    pub fn readable(&self) -> &[Segment<'_>] {
        &self.segments[..self.readable]
    }

    /// What the device writes.
    pub fn writable(&self) -> &[Segment<'_>] {
        &self.segments[self.readable..]
    }

    /// Bytes the device may read.
    pub fn read_len(&self) -> u64 {
        total_len(self.readable())
    }

    /// Bytes the device may write.
    pub fn write_len(&self) -> u64 {
        total_len(self.writable())
    }

    /// The `N` bytes the device reads from `offset` on.
    pub fn read_array<const N: usize>(&self, offset: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        (copy_from(self.readable(), offset, &mut bytes) == N).then_some(bytes)
    }

    /// Writes to the device's part from `offset` on; says whether all found room.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> bool {
        copy_to(self.writable(), offset, bytes) == bytes.len()
    }

    /// Takes over a chain of descriptors.
    pub(super) fn fill(&mut self, mut descriptors: DescriptorChain<&GuestRam>) -> Result<(), QueueError> {
        self.segments.clear();
        self.readable = 0;
        self.head = descriptors.head_index();
        let ram = self.ram.clone();
        let mut more = true;
        let mut count = 0;
        for descriptor in &mut descriptors {
            count += 1;
            if count > MAX_DESCRIPTORS {
                return Err(QueueError::ChainTooLong);
            }
            more = descriptor.has_next();
            self.add(&ram, descriptor)?;
        }
        // The iterator ends early where a descriptor cannot be read, leads nowhere or in a circle.
        if more { Err(QueueError::BrokenChain) } else { Ok(()) }
    }

    fn add(&mut self, ram: &GuestRam, descriptor: Descriptor) -> Result<(), QueueError> {
        if !descriptor.is_write_only() && self.readable < self.segments.len() {
            return Err(QueueError::ReadableAfterWritable);
        }
        for slice in GuestMemoryBackend::get_slices(ram, descriptor.addr(), descriptor.len() as usize) {
            self.segments.push(segment(&slice.map_err(|_| QueueError::OutsideRam)?));
        }
        if !descriptor.is_write_only() {
            self.readable = self.segments.len();
        }
        Ok(())
    }
}

fn segment(slice: &VolatileSlice<'_>) -> Segment<'static> {
    let (base, length) = (slice.ptr_guard_mut().as_ptr(), slice.len());
    // SAFETY: the slice lies in guest RAM, to which there are no references and which `Chain::ram` keeps mapped;
    // segments leave a chain borrowed from it only.
    unsafe { Segment::new(base, length) }
}
