//! From the guest to the tap.

use std::os::fd::RawFd;

use super::{HEADER, MAX_PACKET, TURN, stats::Direction, tap};
use crate::virtio::{Chain, QueueError, VirtQueue, worker::Next};

/// A transmit queue.
pub(super) struct Tx {
    queue: VirtQueue,
    chain: Chain,
    /// The tap took no more: waits for it to be writable.
    blocked: bool,
}

impl Tx {
    pub fn new(queue: VirtQueue) -> Self {
        Self { chain: queue.chain(), queue, blocked: false }
    }

    /// Whether it waits for the tap.
    pub fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// Sends what the guest has, if the link is up; without a link packets are gone.
    pub fn serve(&mut self, tap: RawFd, link_up: bool, stats: &Direction) -> Result<Next, QueueError> {
        self.blocked = false;
        let mut moved = 0;
        loop {
            self.queue.disable_kicks()?;
            while self.queue.pop(&mut self.chain)? {
                let length = usize::try_from(self.chain.read_len()).unwrap_or(usize::MAX);
                if length < HEADER {
                    return Err(QueueError::Request("it has no whole header"));
                }
                if !link_up {
                    stats.dropped.add(1);
                } else if length > MAX_PACKET {
                    stats.errors.add(1);
                } else {
                    match tap::write_packet(tap, self.chain.readable()) {
                        Ok(Some(_)) => stats.packet(length - HEADER),
                        Ok(None) => {
                            self.queue.unpop(1);
                            self.queue.signal()?;
                            self.blocked = true;
                            return Ok(Next::Wait);
                        }
                        // A header the host does not understand, or an interface that is down.
                        Err(_) => stats.dropped.add(1),
                    }
                }
                self.queue.complete(self.chain.head(), 0)?;
                moved += 1;
                if moved == TURN {
                    self.queue.signal()?;
                    return Ok(Next::Again);
                }
            }
            self.queue.signal()?;
            if !self.queue.enable_kicks()? {
                return Ok(Next::Wait);
            }
        }
    }
}
