//! The virtio-mmio transport, version 2, for machines without PCI: one page of registers and one line per device.

mod device;
mod interrupt;
#[cfg(test)]
mod tests;

pub(super) use device::VirtioMmio;

/// Where a virtio-mmio device stands, for the guest's ACPI tables and kernel command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MmioSlot {
    /// First address of its registers.
    pub address: u64,
    /// Length of its registers.
    pub size: u64,
    /// Its interrupt line, edge-triggered.
    pub gsi: u32,
}
