//! Documents made to hurt, and documents damaged at random.

use proptest::prelude::*;

use super::{recordings, unlike};
use crate::domain::def::{DomainDef, FormatOptions, ParseFlags, fates};

fn domain(rest: &str, devices: &str) -> String {
    format!(
        "<domain type='kvm'><name>x</name><memory>65536</memory><os><type machine='q35'>hvm</type></os>{rest}
         <devices>{devices}</devices></domain>"
    )
}

fn parse(document: &str) -> crate::error::Result<DomainDef> {
    DomainDef::parse(document, ParseFlags::default())
}

#[test]
fn a_domain_has_at_most_so_many_devices() {
    for device in ["<serial/>", "<controller type='scsi'/>", "<nosuch/>", "<interface/>", "<rng model='x'/>"]
    {
        let error = parse(&domain("", &device.repeat(5000))).unwrap_err();
        assert!(error.message().contains("devices") || error.message().contains("RNG"), "{error}");
    }
    let serials = parse(&domain("", &"<serial/>".repeat(4000))).unwrap().devices.serials;
    assert_eq!(serials.last().unwrap().port, 3999);
}

#[test]
fn a_bus_that_is_full_is_an_error() {
    let disk = |n: usize| {
        let (a, b) = ((b'a' + (n / 26) as u8) as char, (b'a' + (n % 26) as u8) as char);
        format!("<disk><source file='/x'/><target dev='vd{a}{b}'/></disk>")
    };
    let disks: String = (0..300).map(disk).collect();
    assert_eq!(
        parse(&domain("", &disks)).unwrap_err().message(),
        "internal error: No more available PCI slots"
    );
    let disks: String = (0..200).map(disk).collect();
    let ports = parse(&domain("", &disks)).unwrap().devices.controllers.len();
    assert_eq!(ports, 202, "a root, a port for each disk, and one to spare");
}

#[test]
fn unknown_elements_by_the_thousand_come_back() {
    let unknown: String = (0..20_000).map(|n| format!("<u{n}/>")).collect();
    let def = parse(&domain(&unknown, "")).unwrap();
    assert_eq!(def.format(&FormatOptions::STORE).matches("<u").count(), 20_000 + 1, "and <uuid>");
}

#[test]
fn numbers_at_their_ends_overflow_nothing() {
    for number in
        ["0", "1", "255", "256", "65535", "65536", "4294967295", "4294967296", "18446744073709551615", "-1"]
    {
        for document in [
            domain(&format!("<vcpu current='{number}'>{number}</vcpu>"), ""),
            domain(&format!("<currentMemory unit='TiB'>{number}</currentMemory>"), ""),
            domain(&format!("<maxMemory slots='{number}'>{number}</maxMemory>"), ""),
            domain(
                &format!("<cpu><topology sockets='{number}' cores='{number}' threads='{number}'/></cpu>"),
                "",
            ),
            domain("", &format!("<serial type='pty'><target port='{number}'/></serial><serial type='pty'/>")),
            domain("", &format!("<controller type='pci' index='{number}' model='pcie-root-port'/>")),
            domain("", &format!("<controller type='scsi' index='{number}'/><controller type='scsi'/>")),
            domain(
                "",
                &format!(
                    "<channel type='unix'><target type='virtio'/><address type='virtio-serial' port='{number}'/></channel>"
                ),
            ),
            domain(
                "",
                &format!(
                    "<rng model='virtio'><rate bytes='{number}'/><backend model='random'/><address type='pci' bus='{number}'/></rng>"
                ),
            ),
            domain(
                "",
                &format!(
                    "<disk><source file='/x'/><target dev='sda'/><address type='drive' controller='{number}'/></disk>"
                ),
            ),
        ] {
            if let Ok(def) = parse(&document) {
                let text = def.format(&FormatOptions::STORE);
                parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            }
        }
    }
}

/// A part of a document that may go wrong as one.
#[derive(Debug, Clone)]
enum Damage {
    Cut(usize, usize),
    Repeat(usize, usize),
    Swap(usize, usize),
    Word(usize, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let words = prop::sample::select(vec![
        "",
        "0",
        "-1",
        "99999999999",
        "yes",
        "on",
        "virtio",
        "pci",
        "&amp;",
        "é",
        "'",
    ]);
    prop_oneof![
        (0usize..4000, 1usize..80).prop_map(|(at, length)| Damage::Cut(at, length)),
        (0usize..4000, 1usize..200).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (0usize..4000, 0usize..4000).prop_map(|(a, b)| Damage::Swap(a, b)),
        (0usize..200, words).prop_map(|(at, word)| Damage::Word(at, word)),
    ]
}

/// The parts of a document that are tags or what stands between them.
fn pieces(document: &str) -> Vec<String> {
    document
        .split_inclusive('>')
        .flat_map(|piece| match piece.find('<') {
            Some(at) => vec![piece[..at].to_owned(), piece[at..].to_owned()],
            None => vec![piece.to_owned()],
        })
        .filter(|piece| !piece.is_empty())
        .collect()
}

fn damaged(document: &str, damage: &[Damage]) -> String {
    let mut parts = pieces(document);
    for one in damage {
        let count = parts.len();
        if count == 0 {
            break;
        }
        match one {
            Damage::Cut(at, length) => {
                // Within a value or a name, more often than across tags.
                let part = &mut parts[at % count];
                let start = at % (part.len() + 1);
                let end = (start + length % 8).min(part.len());
                if part.is_char_boundary(start) && part.is_char_boundary(end) {
                    part.replace_range(start..end, "");
                }
            }
            Damage::Repeat(at, length) => {
                let at = at % count;
                let again = parts[at..(at + length % 12 + 1).min(count)].to_vec();
                parts.splice(at..at, again);
            }
            Damage::Swap(a, b) => parts.swap(a % count, b % count),
            Damage::Word(at, word) => {
                let values: Vec<usize> = (0..count).filter(|n| parts[*n].contains("='")).collect();
                let Some(part) = values.get(at % values.len().max(1)).map(|n| &mut parts[*n]) else {
                    continue;
                };
                let quotes: Vec<usize> = part.match_indices('\'').map(|(n, _)| n).collect();
                if let [open, close, ..] = quotes[..] {
                    part.replace_range(open + 1..close, word);
                }
            }
        }
    }
    parts.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_is_accepted_again(pick in any::<prop::sample::Index>(), damage in prop::collection::vec(damage(), 1..4)) {
        let all: Vec<(String, String)> = [".in.xml", ".out.xml"].into_iter().flat_map(recordings).collect();
        let (name, document) = pick.get(&all);
        let document = damaged(document, &damage);
        if let Ok(mut def) = parse(&document) {
            let text = def.format(&FormatOptions::STORE);
            let again = match parse(&text) {
                Ok(again) => again.format(&FormatOptions::STORE),
                Err(error) => return Err(TestCaseError::fail(format!("{name}: {error}\n{document}\n{text}"))),
            };
            let sorted = |text: &str| {
                let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
                lines.sort();
                lines
            };
            prop_assert_eq!(sorted(&again), sorted(&text), "{}:\n{}", document, unlike(&again, &text));
            let _ = fates::notes(&def);
            if def.assign_live().is_ok() {
                let live = ParseFlags { live: true, ..ParseFlags::default() };
                let text = def.format(&FormatOptions::STATUS);
                let again = DomainDef::parse(&text, live);
                prop_assert!(again.is_ok(), "{:?}\n{}", again, text);
            }
        }
    }
}
