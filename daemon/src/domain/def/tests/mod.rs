//! Definitions beside what stock libvirtd made of the same documents.
//!
//! `test_data/domain` holds them: `NAME.in.xml` and what libvirtd 9.0 wrote for it, `NAME.out.xml` (and `.live.xml` of
//! the running guest); `NAME.bad.xml` and the error it gave, `NAME.err`. Where ours differs, [`differences`] says how
//! and why, rule by rule; nothing else may differ.

mod differences;
mod hostile;
mod ports;

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{DomainDef, FormatOptions, ParseFlags};
use crate::xml::{self, Writer};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/domain")
}

/// The recordings with this ending, by name.
fn recordings(ending: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if let Some(name) = name.strip_suffix(ending) {
            all.push((name.to_owned(), fs::read_to_string(&path).unwrap()));
        }
    }
    all.sort();
    assert!(!all.is_empty());
    all
}

fn beside(name: &str, ending: &str) -> Option<String> {
    fs::read_to_string(folder().join(format!("{name}{ending}"))).ok()
}

/// The document in one layout, so that only what it says is compared.
fn plain(document: &xml::Element<'_>) -> String {
    let mut w = Writer::new();
    w.element(document);
    w.finish()
}

/// The lines that only one of the texts has, for a failure's message.
fn unlike(ours: &str, stock: &str) -> String {
    let mut text = String::new();
    let (mut a, mut b) = (ours.lines().peekable(), stock.lines().peekable());
    while a.peek().is_some() || b.peek().is_some() {
        match (a.peek().copied(), b.peek().copied()) {
            (Some(x), Some(y)) if x == y => {
                a.next();
                b.next();
            }
            (Some(x), y) if y.is_none() || !stock.lines().any(|line| line == x) => {
                text.push_str(&format!("  ours  {x}\n"));
                a.next();
            }
            (x, Some(y)) if x.is_none() || !ours.lines().any(|line| line == y) => {
                text.push_str(&format!("  stock {y}\n"));
                b.next();
            }
            (x, y) => {
                text.push_str(&format!("  order: ours {x:?}, stock {y:?}\n"));
                break;
            }
        }
    }
    text
}

/// What is wrong with our document beside stock's, or nothing.
fn compare(name: &str, input: &str, ours: &str, stock: &str) -> String {
    let mut expected = xml::read(stock).unwrap().into_owned();
    let mut shown = xml::read(ours).unwrap().into_owned();
    let has_metadata = expected.child("metadata").is_some() || shown.child("metadata").is_some();
    // Metadata has a layout of its own.
    if !has_metadata && (plain(&shown) != ours || plain(&expected) != stock) {
        return format!("{name}, its layout:\n{}", unlike(ours, &plain(&shown)));
    }
    let rules = differences::apply(&xml::read(input).unwrap(), &mut expected, &mut shown);
    let (expected, shown) = (plain(&expected), plain(&shown));
    if shown == expected {
        return String::new();
    }
    format!("{name} (with {rules:?}):\n{}", unlike(&shown, &expected))
}

#[test]
fn definitions_come_back_as_stock_writes_them() {
    let mut failures = String::new();
    for (name, input) in recordings(".in.xml") {
        let stock = beside(&name, ".out.xml").unwrap_or_else(|| panic!("{name}: no recording"));
        match DomainDef::parse(&input, ParseFlags::default()) {
            Ok(def) => failures += &compare(&name, &input, &def.format(&FormatOptions::STORE), &stock),
            Err(error) => failures += &format!("{name}: {error}\n"),
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn metadata_comes_back_in_stocks_layout() {
    let metadata = |document: &str| {
        let end = document.find("</metadata>").unwrap();
        document[document.find("  <metadata").unwrap()..end].to_owned()
    };
    for name in ["metadata", "virt-install-debian"] {
        let def = DomainDef::parse(&beside(name, ".in.xml").unwrap(), ParseFlags::default()).unwrap();
        let stock = beside(name, ".out.xml").unwrap();
        assert_eq!(metadata(&def.format(&FormatOptions::STORE)), metadata(&stock));
    }
}

#[test]
fn running_guests_are_shown_as_stock_shows_them() {
    let mut failures = String::new();
    for (name, stock) in recordings(".live.xml") {
        let input = beside(&name, ".in.xml").unwrap();
        let mut def = DomainDef::parse(&input, ParseFlags::default()).unwrap();
        def.assign_live().unwrap();
        // What the start finds out: the id, the taps' names, the terminals.
        let recorded = DomainDef::parse(&stock, ParseFlags { live: true, ..ParseFlags::default() }).unwrap();
        def.id = recorded.id;
        for (ours, theirs) in def.devices.interfaces.iter_mut().zip(&recorded.devices.interfaces) {
            ours.target_dev.clone_from(&theirs.target_dev);
        }
        for (ours, theirs) in def.devices.serials.iter_mut().zip(&recorded.devices.serials) {
            ours.backend.clone_from(&theirs.backend);
        }
        for (ours, theirs) in def.devices.consoles.iter_mut().zip(&recorded.devices.consoles) {
            ours.backend.clone_from(&theirs.backend);
        }
        for (ours, theirs) in def.devices.channels.iter_mut().zip(&recorded.devices.channels) {
            ours.target.clone_from(&theirs.target);
        }
        failures += &compare(&name, &input, &def.format(&FormatOptions::STATUS), &stock);
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn a_running_guests_document_reads_back_the_same() {
    for (name, stock) in recordings(".live.xml") {
        let live = ParseFlags { live: true, ..ParseFlags::default() };
        let text = DomainDef::parse(&stock, live).unwrap().format(&FormatOptions::STATUS);
        assert_eq!(DomainDef::parse(&text, live).unwrap().format(&FormatOptions::STATUS), text, "{name}");
    }
}

#[test]
fn what_was_written_reads_back_the_same() {
    for (name, input) in recordings(".in.xml") {
        reads_back(&DomainDef::parse(&input, ParseFlags::default()).unwrap(), &name);
    }
}

/// What is stored of a definition reads back as the same; `name` is told where it does not.
fn reads_back(def: &DomainDef, name: &str) {
    let text = def.format(&FormatOptions::STORE);
    let again = DomainDef::parse(&text, ParseFlags::default()).unwrap().format(&FormatOptions::STORE);
    // Added controllers, and disks whose bus was guessed, are sorted anew once they are written, as stock does.
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&again), sorted(&text), "{name}:\n{}", unlike(&again, &text));
}

#[test]
fn wrong_definitions_get_the_error_stock_gives() {
    let mut failures = String::new();
    for (name, input) in recordings(".bad.xml") {
        let stock = beside(&name, ".err").unwrap();
        let expected = beside(&name, ".ours").unwrap_or_else(|| stock.clone());
        let flags = ParseFlags { validate: name.starts_with("validate-"), ..ParseFlags::default() };
        let ours = match DomainDef::parse(&input, flags) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => format!("{}/{}\n{error}", error.code() as i32, error.domain() as i32),
        };
        let expected = expected.split("\n#").next().unwrap_or_default();
        let expected = expected.replace("/usr/bin/qemu-system-x86_64", ParseFlags::default().emulator);
        if ours.trim_end() != expected.trim_end() {
            failures.push_str(&format!("{name}:\n  ours  {ours}\n  stock {expected}\n"));
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
