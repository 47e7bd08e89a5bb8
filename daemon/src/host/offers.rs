//! What guests can be given, found by asking the device table.
//!
//! For every value that clients may ask for, a small domain with it is written, read as any definition is, and judged
//! as at a start ([`fates`]): so what is offered is what would be taken, and there is no second list of it.

use crate::domain::def::fates::{self, Fate};
use crate::domain::def::{DomainDef, Machine, ParseFlags};

/// Asks for guests of one machine.
#[derive(Clone, Copy, Debug)]
pub struct Offers<'a> {
    /// The architecture.
    pub arch: &'a str,
    /// The machine.
    pub machine: Machine,
}

/// Kinds of disks, and the buses that they may stand on with a name for a disk there: libvirt's, in its order.
const DISKS: [&str; 4] = ["disk", "cdrom", "floppy", "lun"];
const BUSES: [(&str, &str); 6] =
    [("ide", "hda"), ("fdc", "fda"), ("scsi", "sda"), ("virtio", "vda"), ("usb", "sda"), ("sata", "sda")];

/// What a small domain has beside what every one has.
#[derive(Clone, Copy, Debug, Default)]
struct Parts<'a> {
    /// Attributes of `<os>`.
    os_attributes: &'a str,
    /// In `<os>`.
    os: &'a str,
    /// Beside `<os>` and `<devices>`.
    more: &'a str,
    /// In `<devices>`.
    devices: &'a str,
}

impl Offers<'_> {
    /// What becomes of a guest; none where it is no definition at all.
    fn fate(&self, parts: Parts<'_>) -> Option<Fate> {
        let Parts { os_attributes, os, more, devices } = parts;
        let document = format!(
            "<domain type='kvm'><name>x</name><memory>65536</memory>\
             <os{os_attributes}><type arch='{}' machine='{}'>hvm</type><kernel>/x</kernel>{os}</os>{more}\
             <devices>{devices}</devices></domain>",
            self.arch,
            self.machine.canonical(),
        );
        DomainDef::parse(&document, ParseFlags::default()).ok().map(|def| fates::worst(&def))
    }

    fn is_emulated(&self, parts: Parts<'_>) -> bool {
        matches!(self.fate(parts), Some(Fate::Emulated | Fate::Substituted))
    }

    /// Whether a guest can have this beside its devices.
    pub fn has(&self, more: &str) -> bool {
        self.is_emulated(Parts { more, ..Parts::default() })
    }

    /// Whether it can have this in its `<os>`.
    pub fn starts_by(&self, os: &str) -> bool {
        self.is_emulated(Parts { os, ..Parts::default() })
    }

    /// Whether it can have a firmware of this kind chosen for it.
    pub fn has_firmware(&self, kind: &str) -> bool {
        let os_attributes = &format!(" firmware='{kind}'");
        self.is_emulated(Parts { os_attributes, ..Parts::default() })
    }

    fn has_device(&self, devices: &str) -> bool {
        self.is_emulated(Parts { devices, ..Parts::default() })
    }

    /// Those of the values with which a guest has the device that `device` writes.
    pub fn devices<'v>(&self, values: &[&'v str], device: impl Fn(&str) -> String) -> Vec<&'v str> {
        let there = |value: &&&str| self.has_device(&device(value));
        values.iter().filter(there).copied().collect()
    }

    /// Those with which it may be asked for, whether the guest sees anything of it or not.
    pub fn taken<'v>(&self, values: &[&'v str], device: impl Fn(&str) -> String) -> Vec<&'v str> {
        let taken = |value: &&&str| {
            let devices = &device(value);
            let fate = self.fate(Parts { devices, ..Parts::default() });
            fate.is_some_and(|fate| fate != Fate::Rejected)
        };
        values.iter().filter(taken).copied().collect()
    }

    /// Those of the values with which a guest has what `more` writes beside its devices.
    pub fn values<'v>(&self, values: &[&'v str], more: impl Fn(&str) -> String) -> Vec<&'v str> {
        values.iter().filter(|value| self.has(&more(value))).copied().collect()
    }

    /// Kinds of disks that there are on any bus.
    pub fn disks(&self) -> Vec<&'static str> {
        let on_a_bus = |kind: &&str| BUSES.iter().any(|bus| self.has_disk(kind, *bus));
        DISKS.into_iter().filter(on_a_bus).collect()
    }

    /// Buses that any kind of disk can stand on.
    pub fn buses(&self) -> Vec<&'static str> {
        let of_a_kind = |bus: &(&str, &str)| DISKS.iter().any(|kind| self.has_disk(kind, *bus));
        BUSES.into_iter().filter(of_a_kind).map(|(name, _)| name).collect()
    }

    fn has_disk(&self, kind: &str, (bus, name): (&str, &str)) -> bool {
        let disk = format!(
            "<disk type='file' device='{kind}'><source file='/x'/><target dev='{name}' bus='{bus}'/></disk>"
        );
        self.has_device(&disk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Q35: Offers<'_> = Offers { arch: "x86_64", machine: Machine::Q35 };

    #[test]
    fn the_plainest_guest_is_emulated_on_every_machine() {
        for machine in [Machine::Pc, Machine::Q35, Machine::Microvm] {
            let offers = Offers { arch: "x86_64", machine };
            assert_eq!(offers.fate(Parts::default()), Some(Fate::Emulated), "{machine:?}");
        }
        assert!(!Offers { arch: "i686", machine: Machine::Microvm }.has(""));
    }

    #[test]
    fn what_the_table_rejects_is_not_offered() {
        assert!(Q35.disks().contains(&"disk") && Q35.buses().contains(&"virtio"));
        assert!(!Q35.disks().contains(&"lun"));
        let rng = |model: &str| format!("<rng model='{model}'><backend model='random'/></rng>");
        let models = Q35.devices(&["virtio", "virtio-transitional", "virtio-non-transitional", "magic"], rng);
        assert_eq!(models, ["virtio", "virtio-non-transitional"]);
    }

    #[test]
    fn what_has_no_hardware_is_taken_and_is_no_device() {
        let display = |kind: &str| format!("<graphics type='{kind}'/>");
        assert!(Q35.devices(&["vnc"], display).is_empty());
        assert_eq!(Q35.taken(&["vnc", "magic"], display), ["vnc"]);
    }
}
