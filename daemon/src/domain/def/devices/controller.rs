//! `<controller>`.

use crate::domain::def::{address::DeviceInfo, kept::Kept, words::words};

/// `<controller>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    /// `type=`.
    pub kind: ControllerKind,
    /// `index=`.
    pub index: u32,
    /// `model=`.
    pub model: Option<String>,
    /// `ports=`.
    pub ports: Option<u32>,
    /// `vectors=`.
    pub vectors: Option<u32>,
    /// `<model name=>` of a PCI controller.
    pub pci_model_name: Option<String>,
    /// `<target chassis=>`.
    pub chassis: Option<u32>,
    /// `<target port=>`.
    pub port: Option<u32>,
    /// `<target chassisNr=>`.
    pub chassis_nr: Option<u32>,
    /// `<target busNr=>`.
    pub bus_nr: Option<u32>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else (`<master>`, `<driver>`, `<pcihole64>`...).
    pub kept: Kept,
}

words! {
    /// `<controller type=>`.
    pub enum ControllerKind {
        /// IDE.
        Ide = "ide",
        /// Floppy.
        Fdc = "fdc",
        /// SCSI.
        Scsi = "scsi",
        /// SATA.
        Sata = "sata",
        /// virtio-serial.
        VirtioSerial = "virtio-serial",
        /// Smart cards.
        Ccid = "ccid",
        /// USB.
        Usb = "usb",
        /// PCI bus.
        Pci = "pci",
        /// Xen bus.
        Xenbus = "xenbus",
        /// ISA bus.
        Isa = "isa",
    }
}

/// `<controller type='pci' model=>`.
pub mod pci_model {
    /// i440FX's root bus.
    pub const PCI_ROOT: &str = "pci-root";
    /// PCI Express's root complex.
    pub const PCIE_ROOT: &str = "pcie-root";
    /// A root port.
    pub const PCIE_ROOT_PORT: &str = "pcie-root-port";
    /// A bridge from PCI Express to PCI.
    pub const PCIE_TO_PCI_BRIDGE: &str = "pcie-to-pci-bridge";
    /// A bridge from the root complex to PCI, older.
    pub const DMI_TO_PCI_BRIDGE: &str = "dmi-to-pci-bridge";
    /// A PCI to PCI bridge.
    pub const PCI_BRIDGE: &str = "pci-bridge";
}
