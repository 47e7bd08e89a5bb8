//! What must hold for any bytes at all, by the parser that reads them. The fuzz targets and the tests of hostile input
//! run the same functions.

#![allow(dead_code)] // Each fuzz target takes of it what it needs.

use vireod::domain::def::{DomainDef, FormatOptions, ParseFlags, fates};
use vireod::domain::facts::Facts;
use vireod::domain::status::Status;
use vireod::host::cpu::baseline::baseline;
use vireod::host::cpu::compare::{Offer, compare};
use vireod::host::cpu::definition::{Definition, Kind};
use vireod::host::cpu::{Vendor, description, models};
use vireod::xml::{self, Element, MAX_DEPTH, MAX_DOCUMENT, MAX_NODES, Writer};

/// How a domain that runs is read.
const LIVE: ParseFlags<'_> = ParseFlags { validate: false, live: true, emulator: "/usr/bin/vireo-vmm" };

/// Any bytes as a document: it stays within its limits, and comes back as it was read.
pub fn document(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(root) = xml::read(text) else { return };
    let (depth, nodes) = extent(&root);
    assert!(depth <= MAX_DEPTH && nodes <= MAX_NODES, "{depth} deep, {nodes} nodes");
    let written = |root: &Element<'_>| {
        let mut writer = Writer::new();
        writer.verbatim(root);
        writer.finish()
    };
    let once = written(&root);
    if once.len() > MAX_DOCUMENT {
        // Characters that are written as references take more room than they took.
        return;
    }
    let again = xml::read(&once).unwrap_or_else(|error| panic!("{error}\nwritten for\n{text}"));
    assert_eq!(written(&again), once);
}

/// How deep a tree is, and how many elements, attributes and other nodes it has.
fn extent(element: &Element<'_>) -> (usize, usize) {
    let own = (1, element.attrs.len() + 1 + element.children.len() - element.elements().count());
    element
        .elements()
        .map(extent)
        .fold(own, |(depth, nodes), (below, more)| (depth.max(below + 1), nodes + more))
}

/// Any bytes as a domain's definition: what is accepted is accepted again, and is the same.
pub fn domain(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let inactive = ParseFlags::default();
    // Whether it is accepted is all there is to a definition that is checked by its names.
    let checked = DomainDef::parse(text, ParseFlags { validate: true, ..inactive });
    let read = DomainDef::parse(text, inactive);
    assert!(read.is_ok() || checked.is_err());
    if let Ok(mut def) = read {
        reads_back(&def, inactive, FormatOptions::STORE);
        let _ = (fates::notes(&def), Facts::of(&def));
        for migratable in [false, true] {
            def.format(&FormatOptions { inactive: true, secure: false, migratable });
        }
        if def.assign_live().is_ok() {
            reads_back(&def, LIVE, FormatOptions::STATUS);
        }
    }
    if let Ok(def) = DomainDef::parse(text, LIVE) {
        reads_back(&def, LIVE, FormatOptions::STATUS);
    }
}

/// What was written is read, and written the same. Disks whose bus was guessed are sorted anew once it is written, as
/// stock does: the first time, only the lines are the same.
fn reads_back(def: &DomainDef, flags: ParseFlags<'_>, options: FormatOptions) {
    let again = |text: &str| {
        let read = DomainDef::parse(text, flags).unwrap_or_else(|error| panic!("{error}\nof\n{text}"));
        read.format(&options)
    };
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let once = def.format(&options);
    if once.len() > MAX_DOCUMENT {
        return;
    }
    let twice = again(&once);
    assert_eq!(sorted(&twice), sorted(&once), "\n{once}\n{twice}");
    assert_eq!(again(&twice), twice);
}

/// Any bytes as descriptions of CPUs, with a zero byte between them: those that are read can be compared, and met.
pub fn cpus(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for kind in [None, Some(Kind::Host), Some(Kind::Guest)] {
        let read = |text| {
            let read = description::parse(text, kind, false);
            assert!(read.is_ok() || description::parse(text, kind, true).is_err());
            read
        };
        // Not more than a call may bring of them.
        let cpus: Vec<Definition> = text.split('\0').take(256).filter_map(|text| read(text).ok()).collect();
        for name in ["qemu64", "Haswell", "EPYC"] {
            let model = models::find(name).expect("a model");
            let offer = Offer { vendor: model.vendor.or(Some(Vendor::Intel)), features: model.features() };
            for cpu in &cpus {
                let _ = compare(&offer, cpu).and_then(|comparison| comparison.result(true));
            }
            for (expand, migratable) in [(false, false), (true, true)] {
                let offered = (name != "qemu64").then_some(&offer.features);
                let Ok(met) = baseline(&cpus, offered, expand, migratable) else { continue };
                let told = description::format(&met);
                let guest = description::parse(&told, Some(Kind::Guest), true);
                let guest = guest.unwrap_or_else(|error| panic!("{error}\nof\n{told}"));
                assert_eq!(guest.model.as_deref(), Some(met.model));
            }
        }
    }
}

/// Any bytes as the status file of a guest: one that is read is written the same, and its document is one or none.
pub fn status(data: &[u8]) {
    let Ok(status) = Status::read(data) else { return };
    let written = serde_json::to_vec(&status).expect("a status is plain data");
    assert_eq!(Status::read(&written).as_ref(), Ok(&status));
    if let Ok(def) = DomainDef::parse(&status.xml, LIVE) {
        reads_back(&def, LIVE, FormatOptions::STATUS);
    }
}
