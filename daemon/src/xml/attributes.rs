//! What stands in a tag beside its name, and references in text.

use std::borrow::Cow;

use super::{element::Attr, error::XmlError, limits::MAX_ATTRIBUTES};

/// The attributes of a tag whose content (from its name on) begins at `start` and ends before `end`.
pub(super) fn read_attributes<'a>(
    source: &'a str,
    start: usize,
    end: usize,
) -> Result<Vec<Attr<'a>>, XmlError> {
    let bytes = source.as_bytes();
    let error = |at: usize, reason: &str| XmlError::new(source, at, reason);
    let mut attrs: Vec<Attr<'a>> = Vec::new();
    let mut at = start;
    loop {
        let name_start = skip_spaces(bytes, at, end);
        if name_start == end {
            return Ok(attrs);
        }
        let name_end = name_start + name_length(&bytes[name_start..end]);
        if name_end == name_start {
            return Err(error(name_start, "attributes construct error"));
        }
        if name_start == at {
            return Err(error(at, "attributes construct error"));
        }
        let name = &source[name_start..name_end];
        let equals = skip_spaces(bytes, name_end, end);
        if equals == end || bytes[equals] != b'=' {
            let reason = format!("Specification mandates value for attribute {name}");
            return Err(error(equals, &reason));
        }
        let open = skip_spaces(bytes, equals + 1, end);
        if open == end || !matches!(bytes[open], b'\'' | b'"') {
            return Err(error(open, "AttValue: \" or ' expected"));
        }
        let Some(length) = bytes[open + 1..end].iter().position(|byte| *byte == bytes[open]) else {
            return Err(error(end, "AttValue: ' expected"));
        };
        let close = open + 1 + length;
        let value = attribute_value(source, open + 1, close)?;
        at = close + 1;
        if attrs.iter().any(|attr| attr.name == name) {
            return Err(error(at, &format!("Attribute {name} redefined")));
        }
        if attrs.len() == MAX_ATTRIBUTES {
            let reason = format!("more than {MAX_ATTRIBUTES} attributes on one element");
            return Err(error(at, &reason));
        }
        attrs.push(Attr { name: Cow::Borrowed(name), value });
    }
}

/// What a byte may be in a name: 0 nothing, 1 all but the first, 2 any.
const NAME_BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' | 0x80.. => 2,
            b'0'..=b'9' | b'-' | b'.' => 1,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// The bytes at the start that may form a name: a rough superset of XML's rule, which costs a table of Unicode.
pub(super) fn name_length(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(first) if NAME_BYTES[usize::from(*first)] == 2 => {
            bytes.iter().position(|byte| NAME_BYTES[usize::from(*byte)] == 0).unwrap_or(bytes.len())
        }
        _ => 0,
    }
}

/// Whether XML counts the byte as white space.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn skip_spaces(bytes: &[u8], from: usize, end: usize) -> usize {
    bytes[from..end].iter().position(|byte| !is_space(*byte)).map_or(end, |n| from + n)
}

/// An attribute's value: references resolved, white space made spaces.
fn attribute_value(source: &str, start: usize, end: usize) -> Result<Cow<'_, str>, XmlError> {
    let raw = &source[start..end];
    let special = |byte: &u8| matches!(byte, b'&' | b'<' | b'\t' | b'\n' | b'\r');
    let Some(first) = raw.bytes().position(|byte| special(&byte)) else {
        return Ok(Cow::Borrowed(raw));
    };
    let mut value = raw[..first].to_owned();
    let mut at = first;
    while let Some(byte) = raw.as_bytes().get(at) {
        match byte {
            b'<' => {
                return Err(XmlError::new(
                    source,
                    start + at,
                    "Unescaped '<' not allowed in attributes values",
                ));
            }
            b'&' => {
                let name_end = raw[at..].find(';').map(|n| at + n);
                let Some(name_end) = name_end else {
                    return Err(bare_ampersand(source, start + at));
                };
                value.push(resolve(source, start + at, &raw[at + 1..name_end])?);
                at = name_end + 1;
            }
            // A line end of two characters is one.
            b'\r' if raw.as_bytes().get(at + 1) == Some(&b'\n') => at += 1,
            b'\t' | b'\n' | b'\r' => {
                value.push(' ');
                at += 1;
            }
            _ => {
                let run = raw.as_bytes()[at..].iter().position(special).map_or(raw.len(), |n| at + n);
                value.push_str(&raw[at..run]);
                at = run;
            }
        }
    }
    Ok(Cow::Owned(value))
}

/// The character a reference (without `&` and `;`) stands for; `at` is where its `&` stands.
pub(super) fn resolve(source: &str, at: usize, name: &str) -> Result<char, XmlError> {
    if let Some(number) = name.strip_prefix('#') {
        let parsed = match number.strip_prefix('x') {
            Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                u32::from_str_radix(hex, 16).ok()
            }
            None if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse().ok(),
            _ => None,
        };
        let end = at + name.len() + 2;
        return match parsed {
            Some(code) => char::from_u32(code).filter(|c| is_xml_char(*c)).ok_or_else(|| {
                XmlError::new(source, end, format!("xmlParseCharRef: invalid xmlChar value {code}"))
            }),
            None => Err(XmlError::new(source, at + 2, "xmlParseCharRef: invalid decimal value")),
        };
    }
    match name {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ if name_length(name.as_bytes()) == 0 => Err(bare_ampersand(source, at)),
        _ if name_length(name.as_bytes()) < name.len() => {
            let end = at + 1 + name_length(name.as_bytes());
            Err(XmlError::new(source, end, "EntityRef: expecting ';'"))
        }
        _ => Err(XmlError::new(source, at + name.len() + 2, format!("Entity '{name}' not defined"))),
    }
}

/// The error of an `&` that begins no reference.
pub(super) fn bare_ampersand(source: &str, at: usize) -> XmlError {
    match name_length(&source.as_bytes()[at + 1..]) {
        0 => XmlError::new(source, at + 1, "xmlParseEntityRef: no name"),
        length => XmlError::new(source, at + 1 + length, "EntityRef: expecting ';'"),
    }
}

/// Whether XML 1.0 allows the character at all.
pub(super) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..) && !matches!(c, '\u{fffe}' | '\u{ffff}')
}
