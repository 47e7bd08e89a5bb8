//! A running guest's channels: which of them it has open.

use super::Actor;
use super::edit::live_document;
use crate::domain::agent::CHANNEL as AGENT;
use crate::domain::def::DomainDef;
use crate::domain::def::devices::chardev::{ChannelState, ChannelTarget};
use crate::domain::registry::wire;
use crate::events::domain::{AgentReason, AgentState};

impl Actor {
    /// The guest opened or closed its side of a channel.
    pub(super) fn on_port(&mut self, alias: &str, open: bool) {
        self.show_ports(|channel| (channel == alias).then_some(open));
    }

    /// Shows which channels are open, by the process's own word: a daemon that was away has missed what was told.
    pub(super) fn catch_up_with_channels(&mut self, open: &[String]) {
        self.show_ports(|channel| Some(open.iter().any(|alias| alias == channel)));
    }

    /// Shows the channels as `is_open` says of them by their aliases, and tells of the agent's.
    fn show_ports(&mut self, is_open: impl Fn(&str) -> Option<bool>) {
        let snapshot = self.domain.snapshot();
        let Some(live) = &snapshot.live else { return };
        let changed = |alias: &str, connected: bool| is_open(alias).is_some_and(|open| open != connected);
        if !live.channels.iter().any(|channel| changed(&channel.alias, channel.connected)) {
            return;
        }
        let mut def = match live_document(&snapshot) {
            Ok(def) => def,
            Err(error) => return tracing::error!("domain '{}': {error}", snapshot.name),
        };
        let agent = live.agent().map(|agent| agent.connected);
        set_states(&mut def, is_open);
        self.show_live(&def);
        let now =
            self.domain.snapshot().live.as_ref().and_then(|live| live.agent().map(|agent| agent.connected));
        if let Some(connected) = now.filter(|_| now != agent) {
            let state = if connected { AgentState::Connected } else { AgentState::Disconnected };
            self.tell_agent(state, AgentReason::Channel);
        }
    }

    /// Tells of the agent's channel of a guest that starts, where it has one: nobody has opened it yet.
    pub(super) fn tell_agent_at_start(&self, def: &DomainDef) {
        let is_agent = |target: &ChannelTarget| matches!(target, ChannelTarget::Virtio { name: Some(name), .. } if name == AGENT);
        if def.devices.channels.iter().any(|channel| is_agent(&channel.target)) {
            self.tell_agent(AgentState::Disconnected, AgentReason::DomainStarted);
        }
    }

    fn tell_agent(&self, state: AgentState, reason: AgentReason) {
        let dom = wire(&self.domain, &self.domain.snapshot());
        self.registry.events().domain_agent_lifecycle(dom, state, reason);
    }
}

fn set_states(def: &mut DomainDef, is_open: impl Fn(&str) -> Option<bool>) {
    for channel in &mut def.devices.channels {
        let open = channel.info.alias.as_deref().and_then(&is_open);
        if let (Some(open), ChannelTarget::Virtio { state, .. }) = (open, &mut channel.target) {
            *state = Some(if open { ChannelState::Connected } else { ChannelState::Disconnected });
        }
    }
}
