//! Where a device stands: `<address>`, and what else all devices have in common.

use crate::{
    domain::def::{
        kept::Kept,
        words::{OnOff, YesNo},
    },
    xml::Element,
};

/// What all devices have in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceInfo {
    /// `<alias name=>`: given at start, or by the user where it begins with `ua-`.
    pub alias: Option<String>,
    /// `<address>`.
    pub address: Option<Address>,
    /// `<boot order=>`.
    pub boot_order: Option<u32>,
    /// `<boot loadparm=>`.
    pub boot_loadparm: Option<String>,
    /// `<rom>`.
    pub rom: Option<Box<Rom>>,
    /// `<acpi index=>`.
    pub acpi_index: Option<u32>,
}

/// `<rom>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rom {
    /// `enabled=`.
    pub enabled: Option<YesNo>,
    /// `bar=`.
    pub bar: Option<OnOff>,
    /// `file=`.
    pub file: Option<String>,
    /// Everything else.
    pub kept: Kept,
}

/// `<address>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `type='pci'`, `None` where the daemon is asked to choose the place.
    Pci(Option<PciAddress>),
    /// `type='drive'`.
    Drive(DriveAddress),
    /// `type='virtio-serial'`.
    VirtioSerial(VirtioSerialAddress),
    /// `type='usb'`.
    Usb(UsbAddress),
    /// `type='isa'`.
    Isa(IsaAddress),
    /// `type='virtio-mmio'`.
    VirtioMmio,
    /// Any other type, as written.
    Other(Box<Element<'static>>),
}

/// `<address type='pci'>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PciAddress {
    /// PCI segment, always 0 on the machines served.
    pub domain: u16,
    /// libvirt's bus: the index of the controller that opens it.
    pub bus: u8,
    /// Slot, 0 to 31.
    pub slot: u8,
    /// Function, 0 to 7.
    pub function: u8,
    /// `multifunction=`.
    pub multifunction: Option<OnOff>,
}

/// `<address type='drive'>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DriveAddress {
    /// Controller's index.
    pub controller: u32,
    /// Bus on the controller.
    pub bus: u32,
    /// Target on the bus.
    pub target: u32,
    /// Unit of the target.
    pub unit: u32,
}

/// `<address type='virtio-serial'>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct VirtioSerialAddress {
    /// Controller's index.
    pub controller: u32,
    /// Bus on the controller.
    pub bus: u32,
    /// Port on the bus.
    pub port: u32,
}

/// `<address type='usb'>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsbAddress {
    /// Controller's index.
    pub bus: u32,
    /// Ports from the root hub on (`1.2`).
    pub port: Option<String>,
}

/// `<address type='isa'>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IsaAddress {
    /// First I/O port.
    pub iobase: Option<u32>,
    /// Interrupt line.
    pub irq: Option<u32>,
}
