//! MADT: interrupt controllers and processors.

use acpi_tables::{
    Aml, AmlSink,
    madt::{EnabledStatus, IoApic, LocalInterruptController, MADT, ProcessorLocalApic},
};
use vireo_control::MachineKind;
use zerocopy::{Immutable, IntoBytes};

use super::{OEM_ID, OEM_REVISION, Platform};
use crate::{
    memory::map::{IOAPIC_START, LAPIC_START},
    platform::ports,
};

/// A processor that is or may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Processor {
    /// Its id in the namespace.
    pub uid: u8,
    /// Its APIC id.
    pub apic_id: u8,
    /// It is there at the start.
    pub online: bool,
}

/// Both 8259 PICs are there as well.
const PCAT_COMPAT: u32 = 1;

/// An ISA interrupt that is not where and how ISA has it.
#[repr(C)]
#[derive(Clone, Copy, IntoBytes, Immutable)]
struct SourceOverride {
    kind: u8,
    length: u8,
    bus: u8,
    source: u8,
    gsi: [u8; 4],
    flags: [u8; 2],
}

impl SourceOverride {
    /// Active high, edge triggered.
    const EDGE_HIGH: u16 = 0b0101;

    fn new(source: u8, gsi: u32, flags: u16) -> Self {
        Self { kind: 2, length: 10, bus: 0, source, gsi: gsi.to_le_bytes(), flags: flags.to_le_bytes() }
    }
}

/// NMI at a local APIC's pin.
#[repr(C)]
#[derive(Clone, Copy, IntoBytes, Immutable)]
struct LocalApicNmi {
    kind: u8,
    length: u8,
    processor: u8,
    flags: [u8; 2],
    pin: u8,
}

macro_rules! as_aml {
    ($($structure:ty),*) => {$(
        impl Aml for $structure {
            fn to_aml_bytes(&self, sink: &mut dyn AmlSink) {
                sink.vec(self.as_bytes());
            }
        }
    )*};
}
as_aml!(SourceOverride, LocalApicNmi);

/// Builds it.
pub fn build(platform: &Platform, id: [u8; 8]) -> MADT {
    let controller = LocalInterruptController::Address(LAPIC_START as u32);
    let mut madt = MADT::new(OEM_ID, id, OEM_REVISION, controller);
    for processor in &platform.processors {
        let status =
            if processor.online { EnabledStatus::Enabled } else { EnabledStatus::DisabledOnlineCapable };
        madt.add_structure(ProcessorLocalApic::new(processor.uid, processor.apic_id, status));
    }
    madt.add_structure(IoApic::new(0, IOAPIC_START as u32, 0));
    if platform.machine != MachineKind::Microvm {
        // The timer reaches the I/O APIC at pin 2.
        madt.add_structure(SourceOverride::new(0, 2, 0));
        madt.add_structure(SourceOverride::new(
            ports::SCI as u8,
            ports::SCI.into(),
            SourceOverride::EDGE_HIGH,
        ));
    }
    madt.add_structure(LocalApicNmi { kind: 4, length: 6, processor: 0xff, flags: [0; 2], pin: 1 });
    madt
}

/// The flags word, which the table's builder does not set, and the checksum after it.
pub fn with_pics(mut table: Vec<u8>) -> Vec<u8> {
    const FLAGS: usize = 40;
    const CHECKSUM: usize = 9;
    table[FLAGS] = PCAT_COMPAT as u8;
    table[CHECKSUM] = table[CHECKSUM].wrapping_sub(PCAT_COMPAT as u8);
    table
}
