use super::*;
use crate::domain::def::ParseFlags;

fn def(devices: &str, rest: &str) -> DomainDef {
    let document = format!(
        "<domain type='kvm'><name>x</name><memory>65536</memory>
           <os><type>hvm</type><kernel>/boot/vmlinuz</kernel></os>{rest}<devices>{devices}</devices></domain>"
    );
    DomainDef::parse(&document, ParseFlags::default()).unwrap()
}

#[test]
fn a_guest_of_served_devices_starts() {
    let devices = "<disk><source file='/a'/><target dev='vda'/></disk>
        <interface type='bridge'><source bridge='br0'/><model type='virtio'/></interface>
        <serial type='pty'/><rng model='virtio'><backend model='random'/></rng>";
    let def = def(devices, "");
    check(&def).unwrap();
    assert_eq!(notes(&def), Vec::<String>::new());
}

#[test]
fn what_cannot_be_honoured_is_named() {
    let cases = [
        ("<disk><source file='/a'/><target dev='hda'/></disk>", "disk 'hda': <target bus='ide'>"),
        (
            "<disk><driver type='qcow2'/><source file='/a'/><target dev='vda'/></disk>",
            "<driver type='qcow2'>",
        ),
        ("<interface type='user'/>", "type='user'"),
        ("<hostdev mode='subsystem' type='pci'><source/></hostdev>", "<hostdev type='pci'>"),
        ("<watchdog model='i6300esb'/>", "<watchdog>"),
        ("<serial type='vc'/>", "serial 0: type='vc'"),
    ];
    for (devices, named) in cases {
        let error = check(&def(devices, "")).unwrap_err();
        assert!(error.message().starts_with("unsupported configuration: "), "{error}");
        assert!(error.message().contains(named), "{error}");
    }
}

#[test]
fn what_has_no_effect_is_noted() {
    let def = def(
        "<emulator>/usr/bin/qemu-system-x86_64</emulator><input type='tablet' bus='usb'/><sound model='ich6'/>",
        "<on_lockfailure>pause</on_lockfailure>",
    );
    check(&def).unwrap();
    let notes = notes(&def);
    for part in
        ["substituted: <emulator>/usr/bin/qemu-system-x86_64", "inert: <input", "inert: <on_lockfailure>"]
    {
        assert!(notes.iter().any(|note| note.starts_with(part)), "{part} in {notes:?}");
    }
}

#[test]
fn every_row_gives_its_reason() {
    for row in rows() {
        assert!(!row.element.is_empty() && !row.reason.is_empty(), "{row:?}");
    }
}

#[test]
fn the_readme_shows_this_table() {
    let readme = include_str!("../../../../../README.md");
    for row in rows() {
        let line = format!("| `{}` | {} | {} |", row.element, row.fate.as_str(), row.reason);
        assert!(readme.lines().any(|shown| shown == line), "README.md lacks {line}");
    }
    let shown = readme.lines().filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 2);
    assert_eq!(shown.count(), rows().count(), "README.md has rows that are gone");
}
