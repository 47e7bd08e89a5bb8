//! PCI Express: the root bus with its functions, as the guest's firmware would leave it.
//!
//! ```text
//! port 0xcf8/0xcfc --+                       +--> host bridge (00:00.0)
//!                    +--> PciRoot: bus, slot +--> root ports, each opens a bus with one device
//! ECAM --------------+      and function     +--> virtio functions
//! MMIO windows ---------> whose BAR is it? ------> the same functions
//! ```
//!
//! There is no firmware on the direct way into a kernel, so [`layout`] does its work: bus numbers, windows of the root
//! ports, addresses of the BARs, memory decoding on. The guest may change all of it.
//!
//! Interrupts are MSI-X only: interrupt pins read 0 and no line is wired. A guest may access configuration space and BARs
//! with any size at any offset; what is out of bounds reads as all ones and is not written.

mod bar;
mod bridge;
mod capability;
mod config;
mod layout;
mod msix;
mod root;
mod root_port;
#[cfg(test)]
pub(crate) mod tests;

pub use bar::{Bar, Decode};
pub use bridge::HostBridge;
pub use capability::{express_endpoint, express_root_port};
pub use config::{ConfigSpace, Identity};
pub use layout::{Layout, LayoutError, Place, PortPlace};
pub use msix::Msix;
pub use root::PciRoot;
pub use root_port::RootPort;

/// One function on the bus. Any vCPU thread may call, several at once.
pub trait PciFunction: Send + Sync {
    /// The guest reads configuration space; the access lies in its 4096 bytes.
    fn read_config(&self, register: u16, data: &mut [u8]);
    /// The guest writes configuration space; the access lies in its 4096 bytes.
    fn write_config(&self, register: u16, data: &[u8]);
    /// Where its BARs are decoded now.
    fn bars(&self) -> &[Decode];
    /// The guest reads in a BAR; the access lies in it.
    fn read_bar(&self, bar: usize, offset: u64, data: &mut [u8]);
    /// The guest writes in a BAR; the access lies in it.
    fn write_bar(&self, bar: usize, offset: u64, data: &[u8]);
    /// Bus number that a bridge opens downwards; `None` for what is no bridge.
    fn secondary_bus(&self) -> Option<u8> {
        None
    }
    /// The machine is reset: everything as it was before the guest started.
    fn reset(&self);
}
