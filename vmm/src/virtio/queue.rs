//! A queue at work: the driver's rings, checked at each step.

use std::sync::Arc;

use virtio_queue::{Error, Queue, QueueOwnedT, QueueState, QueueT};
use vm_memory::{Bytes, GuestAddress};

use super::{Chain, Interrupt};
use crate::memory::GuestRam;

/// What a driver did wrong.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The rings cannot be used.
    #[error("its rings cannot be used: {0}")]
    Ring(#[from] Error),
    /// A ring lies outside of RAM.
    #[error("its rings lie outside of memory")]
    RingsOutsideRam,
    /// A descriptor cannot be read or leads nowhere.
    #[error("a descriptor chain is broken")]
    BrokenChain,
    /// Too many descriptors.
    #[error("a descriptor chain is longer than any queue")]
    ChainTooLong,
    /// A buffer outside of RAM.
    #[error("a buffer lies outside of memory")]
    OutsideRam,
    /// The wrong order.
    #[error("a buffer to read follows one to write")]
    ReadableAfterWritable,
    /// Not what the device's requests look like.
    #[error("a request is malformed: {0}")]
    Request(&'static str),
}

/// Ring flag: the driver wants no interrupts.
const AVAIL_NO_INTERRUPT: u16 = 1;

/// A queue that a driver has set up.
pub struct VirtQueue {
    queue: Queue,
    ram: Arc<GuestRam>,
    index: u16,
    interrupt: Arc<dyn Interrupt>,
    /// Something was completed since the driver was last told.
    untold: bool,
}

impl VirtQueue {
    /// Checks the rings and takes over.
    pub fn new(
        state: QueueState,
        index: u16,
        ram: Arc<GuestRam>,
        interrupt: Arc<dyn Interrupt>,
    ) -> Result<Self, QueueError> {
        let queue = Queue::try_from(state)?;
        if queue.is_valid(&*ram) {
            Ok(Self { queue, ram, index, interrupt, untold: false })
        } else {
            Err(QueueError::RingsOutsideRam)
        }
    }

    /// An empty chain for [`VirtQueue::pop`].
    pub(crate) fn chain(&self) -> Chain {
        Chain::new(self.ram.clone())
    }

    /// Takes the next request into `chain`; says whether there was one.
    pub(crate) fn pop(&mut self, chain: &mut Chain) -> Result<bool, QueueError> {
        match self.queue.iter(&*self.ram)?.next() {
            Some(descriptors) => chain.fill(descriptors).map(|()| true),
            None => Ok(false),
        }
    }

    /// Gives the requests popped last, so many, back to the ring: they are popped again.
    pub(crate) fn unpop(&mut self, count: u16) {
        self.queue.set_next_avail(self.queue.next_avail().wrapping_sub(count));
    }

    /// Gives a request back as done, with so many bytes written.
    pub(crate) fn complete(&mut self, head: u16, written: u32) -> Result<(), QueueError> {
        self.untold = true;
        Ok(self.queue.add_used(&*self.ram, head, written)?)
    }

    /// Interrupts the driver, if it wants to hear of what was completed.
    pub(crate) fn signal(&mut self) -> Result<(), QueueError> {
        if !std::mem::take(&mut self.untold) {
            return Ok(());
        }
        let wanted = if self.queue.event_idx_enabled() {
            self.queue.needs_notification(&*self.ram)?
        } else {
            let flags: u16 =
                self.ram.read_obj(GuestAddress(self.queue.avail_ring())).map_err(Error::GuestMemory)?;
            u16::from_le(flags) & AVAIL_NO_INTERRUPT == 0
        };
        if wanted {
            self.interrupt.queue(self.index);
        }
        Ok(())
    }

    /// The driver need not kick: we are looking.
    pub(crate) fn disable_kicks(&mut self) -> Result<(), QueueError> {
        Ok(self.queue.disable_notification(&*self.ram)?)
    }

    /// The driver is to kick from now on. Says whether there is something already.
    pub(crate) fn enable_kicks(&mut self) -> Result<bool, QueueError> {
        Ok(self.queue.enable_notification(&*self.ram)?)
    }

    /// Its number among the device's queues.
    pub(crate) fn index(&self) -> u16 {
        self.index
    }

    /// Positions and addresses.
    pub(crate) fn state(&self) -> QueueState {
        self.queue.state()
    }
}
