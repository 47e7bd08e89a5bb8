//! Why a document is not XML, and where.

use std::fmt;

use crate::error::{Error, ErrorCode, ErrorDomain};

/// Longest part of a line shown in an error, in bytes on either side of the place: enough to recognise it, and a
/// document of a single line of megabytes does not come back whole.
const CONTEXT: usize = 512;

/// Why a document is not XML, and where. Its text is libxml2's, as libvirt passes it on: line, reason, the line
/// itself, and an arrow under the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct XmlError {
    /// What is wrong, in libxml2's words where it has them.
    pub reason: String,
    /// Line, from 1.
    pub line: usize,
    /// What stands on the line, up to the place.
    before: String,
    /// And from the place on.
    after: String,
}

impl XmlError {
    /// An error at a byte offset of the document.
    pub(super) fn new(source: &str, offset: usize, reason: impl Into<String>) -> Self {
        let offset = floor_boundary(source, offset.min(source.len()));
        let line = 1 + source.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count();
        let start = source[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let end = source[offset..].find('\n').map_or(source.len(), |newline| offset + newline);
        let start = floor_boundary(source, start.max(offset.saturating_sub(CONTEXT)));
        let end = floor_boundary(source, end.min(offset + CONTEXT));
        Self {
            reason: reason.into(),
            line,
            before: source[start..offset].to_owned(),
            after: source[offset..end].to_owned(),
        }
    }

    /// As a client sees it: `VIR_ERR_XML_DETAIL` of the object's domain, the document called as libvirt calls it
    /// (`domain_definition`).
    pub fn into_error(self, document: &str, domain: ErrorDomain) -> Error {
        Error::raw(ErrorCode::XmlDetail, domain, format!("({document}):{self}"))
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reason, line, before, after } = self;
        // A place without a line is a null pointer to libvirt, and printed as one.
        let shown = if before.is_empty() && after.is_empty() { "(null)" } else { "" };
        write!(f, "{line}: {reason}\n{shown}{before}{after}\n{:-<1$}^", "", before.len())
    }
}

fn floor_boundary(source: &str, mut offset: usize) -> usize {
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
