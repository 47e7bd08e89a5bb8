//! What becomes of each element at start: one table, with the reason of each row.
//!
//! A row either finds nothing in a definition, or names the first element it is about. A start walks all rows: the
//! first `rejected` one that finds something ends it with `VIR_ERR_CONFIG_UNSUPPORTED`; `inert` and `substituted` ones
//! become notes among the domain's messages. An element that no row finds is emulated as written. Nothing that a guest
//! sees is changed in silence: a disk on another bus or another network card is refused, never turned into virtio.

mod devices;
mod domain;
#[cfg(test)]
mod tests;

use super::DomainDef;
use super::devices::Channel;
use super::devices::chardev::{ChannelTarget, ChardevBackend};
use crate::{domain::def::error::unsupported, error::Result};

/// What becomes of an element, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// The guest sees it as written.
    Emulated,
    /// The live XML shows what really runs, the inactive XML what was asked for.
    Substituted,
    /// Accepted and kept in the XML; the guest sees nothing of it, and needs nothing of it.
    Inert,
    /// The domain cannot start with it.
    Rejected,
}

impl Fate {
    /// The word in the table shown to users.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Emulated => "emulated",
            Self::Inert => "inert",
            Self::Substituted => "substituted",
            Self::Rejected => "rejected",
        }
    }
}

/// One row: an element or value, its fate, and why.
#[derive(Clone, Copy)]
pub struct Row {
    /// What it is about, as XPath from `<domain>` (short of `devices/`).
    pub element: &'static str,
    /// What becomes of it.
    pub fate: Fate,
    /// Why.
    pub reason: &'static str,
    /// The first such element of a definition, named so that its writer recognises it.
    find: fn(&DomainDef) -> Option<String>,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.element, self.fate.as_str(), self.reason)
    }
}

impl Row {
    const fn new(
        fate: Fate,
        element: &'static str,
        reason: &'static str,
        find: fn(&DomainDef) -> Option<String>,
    ) -> Self {
        Self { element, fate, reason, find }
    }
}

/// Every row, in the order of the documentation: the domain's own elements, then the devices.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    domain::ROWS.iter().chain(devices::ROWS)
}

/// Whether a start can honour the definition; what it cannot is named.
pub fn check(def: &DomainDef) -> Result<()> {
    for row in rows().filter(|row| row.fate == Fate::Rejected) {
        if let Some(found) = (row.find)(def) {
            return Err(unsupported(format_args!("{found}: {}", row.reason)));
        }
    }
    Ok(())
}

/// The fate of the definition as a whole: the worst of its elements'.
pub fn worst(def: &DomainDef) -> Fate {
    let found = rows().filter(|row| (row.find)(def).is_some());
    found.map(|row| row.fate).max().unwrap_or(Fate::Emulated)
}

/// What a running guest has otherwise than its definition says, for the domain's messages.
pub fn notes(def: &DomainDef) -> Vec<String> {
    rows()
        .filter(|row| matches!(row.fate, Fate::Inert | Fate::Substituted))
        .filter_map(|row| {
            (row.find)(def).map(|found| format!("{}: {found}: {}", row.fate.as_str(), row.reason))
        })
        .collect()
}

/// Whether the host's side of a character device can be opened.
fn is_served_backend(backend: &ChardevBackend) -> bool {
    matches!(
        backend,
        ChardevBackend::Null
            | ChardevBackend::Pty { .. }
            | ChardevBackend::Stdio
            | ChardevBackend::File { .. }
            | ChardevBackend::Unix { .. }
    )
}

/// Whether a guest that runs has a channel's port.
pub fn is_served_channel(channel: &Channel) -> bool {
    matches!(channel.target, ChannelTarget::Virtio { .. }) && is_served_backend(&channel.backend)
}

/// Programs that `<emulator>` may name: our own, and QEMU's by its names, for which our own stands in.
pub fn is_emulator(path: &str) -> bool {
    is_own_emulator(path) || is_qemu(path)
}

fn is_own_emulator(path: &str) -> bool {
    file_name(path) == "vireo-vmm"
}

fn is_qemu(path: &str) -> bool {
    matches!(file_name(path), "qemu-system-x86_64" | "qemu-system-i386" | "qemu-kvm" | "kvm" | "kvm-spice")
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
