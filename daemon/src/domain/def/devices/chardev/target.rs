//! `<target>`: its type and its port.

use crate::{
    domain::def::error::{unknown, xml_error},
    error::{Error, Result},
    xml::{Fields, Word, parse_unsigned},
};

/// The word of a target's `type=`, or libvirt's refusal of it.
pub(super) fn target_type<W: Word>(word: &str) -> Result<W> {
    W::from_word(word).ok_or_else(|| unknown_target(word))
}

/// No target is of this type.
pub(super) fn unknown_target(word: &str) -> Error {
    unknown(format_args!("unknown target type '{word}' specified for character device"))
}

/// The number of a target's `port=`.
pub(super) fn target_port(target: &mut Fields<'_>) -> Result<Option<u32>> {
    let Some(text) = target.attr("port") else { return Ok(None) };
    let port = parse_unsigned(&text, 10).and_then(|port| u32::try_from(port).ok());
    port.map(Some).ok_or_else(|| xml_error(format_args!("Invalid port number: {text}")))
}

/// The port of a device that names none: behind all before it.
pub(super) fn next_port(ports: impl Iterator<Item = u32>) -> u32 {
    ports.max().map_or(0, |port| port.saturating_add(1))
}
