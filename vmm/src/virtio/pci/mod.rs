//! The virtio-pci transport, modern only (virtio 1.x; no I/O ports, no interrupt line).
//!
//! ```text
//! BAR 0, 32 KiB    0x0000 common configuration    0x1000 ISR    0x2000 device configuration
//!                  0x3000 notifications, 4 bytes per queue      0x4000 MSI-X table    0x7000 MSI-X pending bits
//! ```
//!
//! Each part stands in a vendor capability; another one (VIRTIO_PCI_CAP_PCI_CFG) reaches the BAR through configuration
//! space. Kicks go to the queue's eventfd inside of the kernel once the device works.

mod common;
mod function;
mod interrupt;
#[cfg(test)]
mod tests;
mod window;

pub(super) use function::{Placement, VirtioPci};

use crate::pci::Bar;

/// The one BAR.
pub(super) const BAR: Bar = Bar { index: 0, size: 0x8000 };

const COMMON: u64 = 0x0000;
const ISR: u64 = 0x1000;
const DEVICE: u64 = 0x2000;
const NOTIFY: u64 = 0x3000;
const MSIX_TABLE: u64 = 0x4000;
const MSIX_PENDING: u64 = 0x7000;

/// Length of the parts of the BAR that are addressed by their page alone.
const PART: u64 = 0x1000;
/// Distance between the notification addresses of two queues.
const NOTIFY_STEP: u64 = 4;
/// Most MSI-X vectors: what the table's pages hold.
const MAX_VECTORS: usize = ((MSIX_PENDING - MSIX_TABLE) / 16) as usize;

/// No MSI-X vector.
const NO_VECTOR: u16 = 0xffff;
