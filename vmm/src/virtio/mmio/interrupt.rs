//! The one line of a device, and the register that tells why it was raised.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use vmm_sys_util::eventfd::EventFd;

use crate::virtio::{Interrupt, negotiation::Shared};

/// A queue.
const QUEUE: u32 = 1;
/// The configuration.
const CONFIG: u32 = 2;

/// Interrupts of a device on an edge-triggered line: each cause is an edge, whether earlier ones were acknowledged or
/// not.
pub(super) struct MmioInterrupt {
    line: Arc<EventFd>,
    status: AtomicU32,
    shared: Arc<Shared>,
}

impl MmioInterrupt {
    pub fn new(line: EventFd, shared: Arc<Shared>) -> Self {
        Self { line: Arc::new(line), status: AtomicU32::new(0), shared }
    }

    pub fn status(&self) -> u32 {
        self.status.load(Ordering::Acquire)
    }

    pub fn acknowledge(&self, causes: u32) {
        self.status.fetch_and(!causes, Ordering::AcqRel);
    }

    fn raise(&self, cause: u32) {
        self.status.fetch_or(cause, Ordering::AcqRel);
        // The counter cannot overflow by this.
        let _ = self.line.write(1);
    }
}

impl Interrupt for MmioInterrupt {
    fn queue(&self, _: u16) {
        self.raise(QUEUE);
    }
    fn config(&self) {
        if self.shared.config_changed() {
            self.raise(CONFIG);
        }
    }
    fn needs_reset(&self) {
        if self.shared.needs_reset() {
            self.raise(CONFIG);
        }
    }
    fn queue_event(&self, _: u16) -> Option<Arc<EventFd>> {
        // Whoever raises the line past us would leave the status register behind.
        None
    }
}
