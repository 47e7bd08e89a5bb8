//! The machine types that guests can have, by name.
//!
//! One canonical name each; the unversioned name and QEMU's versioned ones stand for the same machine.

use crate::domain::def::Machine;

/// Most vCPUs of a machine: what 8-bit local APIC numbers can name.
pub const MAX_VCPUS: u32 = 255;

/// All of them, the default first, each with the name that most ask for.
const MACHINES: [(Machine, Option<&str>); 3] =
    [(Machine::Pc, Some("pc")), (Machine::Q35, Some("q35")), (Machine::Microvm, None)];

/// The machines for guests of this width: canonical name, other name.
pub fn for_bits(bits: u32) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    // Without firmware there is no way for a kernel of 32 bits into a microvm.
    let served = MACHINES.into_iter().filter(move |(machine, _)| bits == 64 || *machine != Machine::Microvm);
    served.map(|(machine, alias)| (machine.canonical(), alias))
}
