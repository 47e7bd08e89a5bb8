//! Pages on their way to the host: numbers into ranges, ranges given back.

use std::sync::Arc;

use vm_memory::GuestAddress;

use super::{MAX_NUMBERS, PAGE};
use crate::{
    memory::{self, GuestRam, Lending},
    virtio::Chain,
};

/// Page numbers read at once.
const PIECE: usize = 256;

/// Gives pages back to the host.
pub(super) struct Lender {
    pub ram: Arc<GuestRam>,
    pub lending: Lending,
}

impl Lender {
    /// The pages whose numbers stand in the request.
    pub fn lend_numbered(&self, request: &Chain) {
        let count = (request.read_len() / 4).min(MAX_NUMBERS);
        let mut at = 0;
        while at < count {
            let piece = (count - at).min(PIECE as u64);
            let numbers = (at..at + piece).filter_map(|n| request.read_array(n * 4).map(u32::from_le_bytes));
            self.lend_pages(numbers.collect());
            at += piece;
        }
    }

    /// Drivers number the pages as they got them, often upwards or downwards: sorted, they are few ranges.
    fn lend_pages(&self, mut numbers: Vec<u32>) {
        numbers.sort_unstable();
        numbers.dedup();
        for range in numbers.chunk_by(|one, next| one + 1 == *next) {
            let start = GuestAddress(u64::from(range[0]) * PAGE);
            let length = range.len() as u64 * PAGE;
            if !self.lending.lend(&self.ram, start, length) {
                // Some of it may lie outside of RAM.
                for number in range {
                    self.lending.lend(&self.ram, GuestAddress(u64::from(*number) * PAGE), PAGE);
                }
            }
        }
    }

    /// The pages that are the request's own buffers.
    pub fn lend_buffers(&self, request: &Chain) {
        for segment in request.writable() {
            if let Some(start) = memory::guest_address(&self.ram, segment.address(), segment.len()) {
                self.lending.lend(&self.ram, start, segment.len() as u64);
            }
        }
    }
}
