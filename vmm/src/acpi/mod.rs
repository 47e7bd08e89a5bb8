//! The ACPI tables of each machine, written below 1 MiB before the guest starts.
//!
//! ```text
//! RSDP -> XSDT -> FADT -> DSDT
//!                      -> FACS           (pc and q35)
//!              -> MADT
//!              -> MCFG                   (pc and q35)
//! ```
//!
//! `microvm` is hardware-reduced ACPI: no fixed registers but sleep and reset, events by a generic event device. The
//! others have PM1a registers, a PM timer and a fixed power button. What a table promises is served in [`platform`].
//!
//! [`platform`]: crate::platform

mod cpus;
mod dsdt;
mod fadt;
mod madt;
#[cfg(test)]
mod tests;

use acpi_tables::{Aml, facs::FACS, mcfg::MCFG, rsdp::Rsdp, sdt::Sdt};
use vireo_control::MachineKind;

use crate::{
    memory::map::{ECAM_START, PCI_MMIO32_END, PCI_MMIO32_START, PCI_MMIO64_SIZE, pci_mmio64_start},
    virtio::MmioSlot,
};

pub use dsdt::S5;
pub use madt::Processor;

/// Where the root pointer lies; guests that are not told search from here.
pub const RSDP: u64 = 0xe_0000;
/// End of the room for tables: behind it the SMBIOS tables begin.
const TABLES_END: u64 = 0xf_0000;

/// Table author.
const OEM_ID: [u8; 6] = *b"VIREO ";
const OEM_REVISION: u32 = 1;

/// What the tables describe.
#[derive(Debug, Clone)]
pub struct Platform {
    /// Which machine.
    pub machine: MachineKind,
    /// Its processors, online or not.
    pub processors: Vec<Processor>,
    /// Processors come and go: there is a controller for them.
    pub hotplug: bool,
    /// COM ports, 0 to 3.
    pub serial_ports: Vec<u8>,
    /// The real-time clock is there.
    pub rtc: bool,
    /// virtio-mmio devices.
    pub mmio_devices: Vec<MmioSlot>,
    /// Highest PCI bus there is. Guests look at every bus they are told of, with two exits for each of its slots.
    pub last_bus: u8,
    /// Bytes of RAM.
    pub ram_bytes: u64,
}

impl Platform {
    fn has_pci(&self) -> bool {
        self.machine != MachineKind::Microvm
    }

    /// ACPI without its fixed registers.
    fn hardware_reduced(&self) -> bool {
        self.machine == MachineKind::Microvm
    }

    /// The table's name for the machine.
    fn table_id(&self) -> [u8; 8] {
        match self.machine {
            MachineKind::Q35 => *b"VIREOQ35",
            MachineKind::Pc => *b"VIREOPC ",
            MachineKind::Microvm => *b"VIREOUVM",
        }
    }
}

/// The windows that the root bus hands out: first and last address.
struct PciWindows {
    low: (u32, u32),
    high: (u64, u64),
}

impl PciWindows {
    fn new(ram_bytes: u64) -> Self {
        let high = pci_mmio64_start(ram_bytes);
        Self {
            low: (PCI_MMIO32_START as u32, (PCI_MMIO32_END - 1) as u32),
            high: (high, high + PCI_MMIO64_SIZE - 1),
        }
    }
}

/// Tables and the addresses they lie at.
#[derive(Debug, Clone)]
pub struct Tables(pub Vec<(u64, Vec<u8>)>);

/// The tables do not fit below 1 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ACPI tables need {0} bytes, more than there is room for")]
pub struct TooLarge(u64);

/// Builds the tables.
pub fn build(platform: &Platform) -> Result<Tables, TooLarge> {
    let mut placed = Placer { next: RSDP + 64, tables: Vec::new() };
    let id = platform.table_id();

    let facs = (!platform.hardware_reduced()).then(|| placed.put(&bytes_of(&FACS::new())));
    let dsdt = placed.put(&table(*b"DSDT", 2, id, &dsdt::body(platform)));
    let mut madt = bytes_of(&madt::build(platform, id));
    if !platform.hardware_reduced() {
        madt = madt::with_pics(madt);
    }
    let mut roots = vec![placed.put(&bytes_of(&fadt::build(platform, id, dsdt, facs))), placed.put(&madt)];
    if platform.has_pci() {
        let mut mcfg = MCFG::new(OEM_ID, id, OEM_REVISION);
        mcfg.add_ecam(ECAM_START, 0, 0, platform.last_bus);
        roots.push(placed.put(&bytes_of(&mcfg)));
    }
    let entries: Vec<u8> = roots.iter().flat_map(|address| address.to_le_bytes()).collect();
    let xsdt = placed.put(&table(*b"XSDT", 1, id, &entries));
    placed.tables.push((RSDP, bytes_of(&Rsdp::new(OEM_ID, xsdt))));
    if placed.next > TABLES_END {
        return Err(TooLarge(placed.next - RSDP));
    }
    Ok(Tables(placed.tables))
}

struct Placer {
    next: u64,
    tables: Vec<(u64, Vec<u8>)>,
}

impl Placer {
    /// Places a table; the FACS wants 64 bytes of alignment, so all get it.
    fn put(&mut self, table: &[u8]) -> u64 {
        let address = self.next;
        self.next = (address + table.len() as u64).next_multiple_of(64);
        self.tables.push((address, table.to_vec()));
        address
    }
}

fn table(signature: [u8; 4], revision: u8, id: [u8; 8], body: &[u8]) -> Vec<u8> {
    let mut table = Sdt::new(signature, 36, revision, OEM_ID, id, OEM_REVISION);
    table.append_slice(body);
    table.as_slice().to_vec()
}

fn bytes_of(table: &dyn Aml) -> Vec<u8> {
    let mut bytes = Vec::new();
    table.to_aml_bytes(&mut bytes);
    bytes
}
