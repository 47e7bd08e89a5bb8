//! Sizes in volume documents.

use super::xml_error;
use crate::domain::def::units::to_bytes;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::xml::{Fields, parse_unsigned};

/// Takes a child element that is a size, in bytes where it has no unit: at most what a file's length can be.
pub(super) fn size(fields: &mut Fields<'_>, name: &str) -> Result<Option<u64>> {
    let Some(element) = fields.child(name) else { return Ok(None) };
    let text = element.text();
    if text.is_empty() {
        return Ok(None);
    }
    let number = parse_unsigned(&text, 10).ok_or_else(|| xml_error("malformed capacity element"))?;
    let unit = element.attr("unit").unwrap_or_default();
    let bytes = scaled(number, unit)?;
    if bytes > i64::MAX as u64 {
        let text = format_args!("value too large: {number}{unit}");
        return Err(Error::new(ErrorCode::Overflow, ErrorDomain::None, text));
    }
    Ok(Some(bytes))
}

/// Takes `<clusterSize>`.
pub(super) fn cluster_size(target: &mut Fields<'_>) -> Result<Option<u64>> {
    let Some(element) = target.child("clusterSize") else { return Ok(None) };
    let text = element.text();
    let Some(number) = parse_unsigned(&text, 10) else {
        let text = format_args!("Invalid value '{text}' for element or attribute './target/clusterSize'");
        return Err(Error::new(ErrorCode::XmlError, ErrorDomain::Xml, text));
    };
    scaled(number, element.attr("unit").unwrap_or_default()).map(Some)
}

fn scaled(number: u64, unit: &str) -> Result<u64> {
    if unit.is_empty() { Ok(number) } else { to_bytes(number, unit) }
}
