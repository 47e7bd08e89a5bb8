//! Virtio: devices, the transports that show them to the guest, and the threads that serve them.
//!
//! ```text
//! vCPU threads                                     worker threads (block; net and others)
//!   transport (pci | mmio)                           epoll: kick eventfds, taps
//!     registers --> Negotiation --DRIVER_OK--> device: Activated { queues }
//!                                 --reset----> device: Inactive          |
//!   ioeventfd --------------------------------> kick --> handler: takes chains, does them, marks them used
//!                                                                        |
//!   guest <-- irqfd <-- vector's or line's eventfd <---------------------+
//! ```
//!
//! Workers and vCPUs meet only at the mutex around a device's state: a reset takes it, so when it returns no thread
//! touches the rings any more. What a driver does wrong (a ring outside of RAM, a descriptor loop, a write-only header)
//! sets DEVICE_NEEDS_RESET and stops the device until the driver resets it; it must never panic or stop the process.
//!
//! The system calls of a thread that serves devices stand in its role's list (`sandbox/calls.rs`): a device that needs
//! a new one adds it there.

mod balloon;
mod blk;
mod build;
mod chain;
mod console;
mod interrupt;
mod mmio;
mod negotiation;
mod net;
mod notify;
mod pci;
mod queue;
mod rng;
#[cfg(test)]
mod testing;
mod worker;

use std::sync::Arc;

use vmm_sys_util::eventfd::EventFd;

pub use balloon::Balloon;
pub use build::{BuildError, Devices, Surroundings, build};
pub use console::Port;
pub use interrupt::Interrupt;
pub use mmio::MmioSlot;
pub use worker::WorkerRole;

pub(crate) use chain::Chain;
pub(crate) use queue::{QueueError, VirtQueue};

/// Most descriptors of a queue that a specification may ask for: the most segments the kernel takes in one vectored call.
pub const MAX_QUEUE_SIZE: u16 = 1024;

/// A virtio device as the transports see it. Any vCPU thread may call.
pub trait VirtioDevice: Send + Sync {
    /// What it is (1 net, 2 block, 4 entropy, ...).
    fn id(&self) -> u16;
    /// Name in logs: libvirt's alias.
    fn alias(&self) -> &str;
    /// The device's features; the transport adds its own.
    fn features(&self) -> u64;
    /// Most descriptors of each queue.
    fn queue_sizes(&self) -> &[u16];
    /// What tells the device that a queue has something, for each queue.
    fn kicks(&self) -> &[Arc<EventFd>];
    /// The guest reads the device's configuration; zeroes behind its end.
    fn read_config(&self, offset: u64, data: &mut [u8]);
    /// The guest writes the device's configuration.
    fn write_config(&self, offset: u64, data: &[u8]);
    /// The driver is ready: work begins.
    fn activate(&self, activation: Activation) -> Result<(), ActivateError>;
    /// Work ends: when this returns nobody touches the queues or guest memory for the device.
    fn reset(&self);
    /// Like [`VirtioDevice::reset`], but work goes on at [`VirtioDevice::resume`]. Workers stand already; this is for
    /// what works elsewhere.
    fn pause(&self) {}
    /// See [`VirtioDevice::pause`].
    fn resume(&self) {}
}

/// What a driver has set up.
pub struct Activation {
    /// Features both sides know.
    pub features: u64,
    /// The queues; `None` for those the driver does not use.
    pub queues: Vec<Option<VirtQueue>>,
    /// How to tell the driver.
    pub interrupt: Arc<dyn Interrupt>,
}

impl Activation {
    /// Whether a feature was negotiated.
    pub fn has(&self, feature: u32) -> bool {
        self.features & 1 << feature != 0
    }
}

/// Why a device cannot begin to work.
#[derive(Debug, thiserror::Error)]
pub enum ActivateError {
    /// The driver does not use a queue the device cannot do without.
    #[error("the driver did not set up queue {0}")]
    QueueMissing(usize),
    /// A system call on the back end failed.
    #[error("cannot {doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        source: std::io::Error,
    },
}

/// Reads from a configuration of these bytes; zeroes behind its end.
pub(crate) fn read_config_bytes(config: &[u8], offset: u64, data: &mut [u8]) {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(config.len());
    let count = data.len().min(config.len() - start);
    data[..count].copy_from_slice(&config[start..start + count]);
    data[count..].fill(0);
}
