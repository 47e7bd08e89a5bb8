//! The firmware's description of the host (SMBIOS), as libvirt's `<sysinfo>`.
//!
//! The tables are read from the kernel's copy, not by a program; what they hold is in the words that such programs
//! print, which is what clients know.

use std::fmt::Write;

use super::sources::Sources;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// Longest table that is read. The specification's 64-bit entry point allows 4 GiB; real ones have some kilobytes.
const MAX_TABLE: usize = 1 << 20;

/// What the tools print for a string that the maker left out.
const NOT_SPECIFIED: &str = "Not Specified";

/// One structure: its formatted part, and its strings.
struct Structure<'a> {
    kind: u8,
    data: &'a [u8],
    strings: Vec<&'a [u8]>,
}

impl<'a> Structure<'a> {
    /// The string whose number stands at this offset; `None` if the structure ends before it.
    fn string(&self, offset: usize) -> Option<String> {
        let number = *self.data.get(offset)?;
        Some(match usize::from(number) {
            0 => NOT_SPECIFIED.to_owned(),
            number => self.strings.get(number - 1).map_or("<BAD INDEX>".to_owned(), |bytes| printable(bytes)),
        })
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        self.data.get(offset).copied()
    }
}

/// Text as it may stand in XML. Trailing blanks are the makers' padding.
fn printable(bytes: &[u8]) -> String {
    let text: String =
        bytes.iter().map(|byte| if (0x20..0x7f).contains(byte) { *byte as char } else { '.' }).collect();
    text.trim_end().to_owned()
}

/// The structures of a table, as far as it holds together.
fn structures(mut table: &[u8]) -> Vec<Structure<'_>> {
    let mut found = Vec::new();
    while let [kind, length, ..] = *table {
        let length = usize::from(length);
        // Type 127 ends the table. A header has four bytes.
        if kind == 127 || length < 4 || length > table.len() {
            break;
        }
        let (data, mut rest) = table.split_at(length);
        let mut strings = Vec::new();
        // Strings follow, each with a NUL behind it, and one more NUL behind all; two NULs where there are none.
        if rest.starts_with(&[0]) {
            rest = &rest[1..];
        }
        while let Some(end) = rest.iter().position(|byte| *byte == 0).filter(|end| *end > 0) {
            strings.push(&rest[..end]);
            rest = &rest[end + 1..];
        }
        found.push(Structure { kind, data, strings });
        table = rest.get(1..).unwrap_or_default();
    }
    found
}

/// `<sysinfo type='smbios'>`.
pub fn xml(sources: &Sources) -> Result<String> {
    let unavailable = || {
        let text = "Host SMBIOS information is not available";
        Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, text)
    };
    let mut table = std::fs::read(sources.sys("firmware/dmi/tables/DMI")).map_err(|_| unavailable())?;
    table.truncate(MAX_TABLE);
    Ok(format(&structures(&table)))
}

fn format(structures: &[Structure<'_>]) -> String {
    let of_kind = |kind| structures.iter().filter(move |structure| structure.kind == kind);
    let mut xml = String::from("<sysinfo type='smbios'>\n");
    if let Some(bios) = of_kind(0).next() {
        let release = match (bios.byte(0x14), bios.byte(0x15)) {
            (Some(major), Some(minor)) if major != 0xff && minor != 0xff => Some(format!("{major}.{minor}")),
            _ => None,
        };
        let entries = [
            ("vendor", bios.string(0x04)),
            ("version", bios.string(0x05)),
            ("date", bios.string(0x08)),
            ("release", release),
        ];
        section(&mut xml, "bios", entries);
    }
    if let Some(system) = of_kind(1).next() {
        let entries = [
            ("manufacturer", system.string(0x04)),
            ("product", system.string(0x05)),
            ("version", system.string(0x06)),
            ("serial", system.string(0x07)),
            ("uuid", system_uuid(system)),
            ("sku", system.string(0x19)),
            ("family", system.string(0x1a)),
        ];
        section(&mut xml, "system", entries);
    }
    for board in of_kind(2) {
        let entries = [
            ("manufacturer", board.string(0x04)),
            ("product", board.string(0x05)),
            ("version", board.string(0x06)),
            ("serial", board.string(0x07)),
            ("asset", board.string(0x08)),
            ("location", board.string(0x0a)),
        ];
        section(&mut xml, "baseBoard", entries);
    }
    if let Some(chassis) = of_kind(3).next() {
        // The SKU stands behind a list of contained elements.
        let list = chassis.byte(0x13).zip(chassis.byte(0x14));
        let sku = list.map(|(count, size)| 0x15 + usize::from(count) * usize::from(size));
        let entries = [
            ("manufacturer", chassis.string(0x04)),
            ("version", chassis.string(0x06)),
            ("serial", chassis.string(0x07)),
            ("asset", chassis.string(0x08)),
            ("sku", sku.and_then(|offset| chassis.string(offset))),
        ];
        section(&mut xml, "chassis", entries);
    }
    let strings: Vec<_> = of_kind(11).flat_map(|structure| &structure.strings).collect();
    if !strings.is_empty() {
        xml.push_str("  <oemStrings>\n");
        for bytes in strings {
            let text = printable(bytes);
            let _ = writeln!(xml, "    <entry>{}</entry>", quick_xml::escape::escape(&text));
        }
        xml.push_str("  </oemStrings>\n");
    }
    xml.push_str("</sysinfo>\n");
    xml
}

fn section<const N: usize>(xml: &mut String, name: &str, entries: [(&str, Option<String>); N]) {
    let _ = writeln!(xml, "  <{name}>");
    for (entry, value) in entries {
        if let Some(value) = value {
            let value = quick_xml::escape::escape(&value);
            let _ = writeln!(xml, "    <entry name='{entry}'>{value}</entry>");
        }
    }
    let _ = writeln!(xml, "  </{name}>");
}

/// The system's UUID: its first three fields are little endian, since version 2.6 of the specification at least.
fn system_uuid(system: &Structure<'_>) -> Option<String> {
    let bytes: [u8; 16] = system.data.get(0x08..0x18)?.try_into().ok()?;
    Some(match bytes {
        [0xff, ..] if bytes == [0xff; 16] => "Not Present".to_owned(),
        [0, ..] if bytes == [0; 16] => "Not Settable".to_owned(),
        _ => uuid::Uuid::from_bytes_le(bytes).to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn structure(kind: u8, body: &[u8], strings: &[&str]) -> Vec<u8> {
        let mut bytes = vec![kind, body.len() as u8 + 4, 0, 0];
        bytes.extend(body);
        for string in strings {
            bytes.extend(string.as_bytes());
            bytes.push(0);
        }
        bytes.extend(if strings.is_empty() { &[0, 0][..] } else { &[0][..] });
        bytes
    }

    #[test]
    fn a_table_becomes_sysinfo() {
        let mut bios = vec![1, 2, 0, 0, 3];
        bios.extend([0; 11]);
        bios.extend([4, 15]);
        let mut system = vec![1, 2, 0, 3];
        system.extend(0x10..0x20);
        system.push(6);
        let mut table = structure(0, &bios, &["Maker & Sons", "1.0", "04/01/2014"]);
        table.extend(structure(1, &system, &["QEMU", "Standard PC  ", "77"]));
        table.extend(structure(32, &[0; 7], &[]));
        table.extend(structure(11, &[2], &["one", "<two>"]));
        table.extend(structure(127, &[], &[]));
        table.extend([1, 2, 3]);
        assert_eq!(
            format(&structures(&table)),
            "<sysinfo type='smbios'>\n  <bios>\n    <entry name='vendor'>Maker &amp; Sons</entry>\n    \
             <entry name='version'>1.0</entry>\n    <entry name='date'>04/01/2014</entry>\n    \
             <entry name='release'>4.15</entry>\n  </bios>\n  <system>\n    <entry name='manufacturer'>QEMU</entry>\n    \
             <entry name='product'>Standard PC</entry>\n    <entry name='version'>Not Specified</entry>\n    \
             <entry name='serial'>77</entry>\n    \
             <entry name='uuid'>13121110-1514-1716-1819-1a1b1c1d1e1f</entry>\n  </system>\n  <oemStrings>\n    \
             <entry>one</entry>\n    <entry>&lt;two&gt;</entry>\n  </oemStrings>\n</sysinfo>\n"
        );
    }

    #[test]
    fn broken_tables_end_early() {
        for table in [&[][..], &[1], &[1, 3, 0, 0], &[1, 200, 0, 0, 0], &[1, 4, 0, 0], &[1, 4, 0, 0, b'x']] {
            assert!(structures(table).len() <= 1);
        }
        let bad_index = structure(1, &[9], &["one"]);
        assert!(format(&structures(&bad_index)).contains("&lt;BAD INDEX&gt;"));
    }
}
