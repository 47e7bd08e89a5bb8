//! The machine types that guests can have, by name.
//!
//! One canonical name each; the unversioned name and QEMU's older versioned ones stand for the same machine.

/// Most vCPUs of a machine: what 8-bit local APIC numbers can name.
pub const MAX_VCPUS: u32 = 255;

/// A machine type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachineType {
    /// The name told in the XML of domains.
    pub canonical: &'static str,
    /// The name most ask for.
    pub alias: Option<&'static str>,
}

/// All of them, the default first.
pub static MACHINES: [MachineType; 3] = [
    MachineType { canonical: "pc-i440fx-10.0", alias: Some("pc") },
    MachineType { canonical: "pc-q35-10.0", alias: Some("q35") },
    MachineType { canonical: "microvm", alias: None },
];
