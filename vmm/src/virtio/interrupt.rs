//! How devices tell the driver; implemented by the transports.

use std::sync::Arc;

use vmm_sys_util::eventfd::EventFd;

/// A device's interrupts. Any thread may call; no call blocks.
pub trait Interrupt: Send + Sync {
    /// A queue has used buffers.
    fn queue(&self, index: u16);
    /// The device's configuration has changed.
    fn config(&self);
    /// The driver broke the device: DEVICE_NEEDS_RESET.
    fn needs_reset(&self);
    /// What raises a queue's interrupt, for those who do it past us. `None` where the driver asked for none.
    fn queue_event(&self, index: u16) -> Option<Arc<EventFd>>;
}
