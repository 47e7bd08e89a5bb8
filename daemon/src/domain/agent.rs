//! The guest's agent: a program in the guest, spoken to over a virtio channel of its name.
//!
//! The channel reaches into the guest, and whether the guest has it open is shown; but nothing here speaks over it yet.
//! So whoever asks an agent learns why it cannot answer, as libvirt tells it of a guest whose agent does not run.

use crate::domain::Snapshot;
use crate::domain::def::DomainDef;
use crate::domain::def::devices::chardev::ChannelTarget;
use crate::domain::policy::no_agent;
use crate::error::Error;

/// The channel's name, by which libvirt knows it.
pub const CHANNEL: &str = "org.qemu.guest_agent.0";

/// Whether a definition has the agent's channel.
pub fn is_configured(def: &DomainDef) -> bool {
    let is_agents = |target: &ChannelTarget| match target {
        ChannelTarget::Virtio { name, .. } => name.as_deref() == Some(CHANNEL),
        ChannelTarget::Other(_) => false,
    };
    def.devices.channels.iter().any(|channel| is_agents(&channel.target))
}

/// Why the agent does not answer.
pub fn unavailable(snapshot: &Snapshot) -> Error {
    no_agent(snapshot.state, snapshot.live.as_ref().is_some_and(|live| live.has_agent))
}
