//! The guest's agent: a program in the guest, spoken to over a virtio channel of its name.
//!
//! The channel reaches into the guest, and whether the guest has it open is shown; but nothing here speaks over it yet.
//! So whoever asks an agent learns why it cannot answer, as libvirt tells it of a guest whose agent does not run.

use crate::domain::Snapshot;
use crate::domain::policy::no_agent;
use crate::error::{Error, ErrorCode, ErrorDomain};

/// The channel's name, by which libvirt knows it.
pub const CHANNEL: &str = "org.qemu.guest_agent.0";

/// Why the agent does not answer.
pub fn unavailable(snapshot: &Snapshot) -> Error {
    let channel = snapshot.live.as_ref().and_then(|live| live.agent());
    if snapshot.state.is_running() && channel.is_some_and(|channel| channel.connected) {
        let info = "QEMU guest agent is connected, and is not spoken to by this daemon yet";
        return Error::new(ErrorCode::AgentUnresponsive, ErrorDomain::Qemu, info);
    }
    no_agent(snapshot.state, channel.is_some())
}
