//! What is published of a running guest.

use std::fmt;
use std::sync::Arc;

use crate::domain::agent;
use crate::domain::def::devices::chardev::{ChannelState, ChannelTarget, ChardevBackend, ConsoleTargetType};
use crate::domain::def::devices::interface::MacAddr;
use crate::domain::def::fates::is_served_channel;
use crate::domain::def::{DomainDef, FormatOptions};
use crate::domain::facts::Facts;
use crate::domain::stats::page::Page;
use crate::domain::text::Packed;
use crate::domain::vmm::process::ProcessTimes;

/// A running guest, as readers see it.
#[derive(Debug, Clone)]
pub struct Live {
    /// What is asked for often.
    pub facts: Facts,
    /// The live XML, with everything secret.
    pub text: Packed,
    /// Which of its vCPUs are there, by their numbers.
    pub online: Box<[bool]>,
    /// Its interfaces, in the order of the XML.
    pub interfaces: Box<[InterfaceFacts]>,
    /// Aliases of its serial ports and of its other consoles: the first is the one that is meant where none is named.
    pub consoles: Box<[Box<str>]>,
    /// Its channels, in the order of the XML.
    pub channels: Box<[ChannelFacts]>,
    /// What its process has used.
    pub process: Arc<ProcessTimes>,
    /// Its process.
    pub pid: u32,
    /// The hello's part: absent until a daemon that found the guest running has talked to it.
    pub hello: Option<Arc<HelloFacts>>,
}

/// What the vmm says of itself when it is first talked to.
pub struct HelloFacts {
    /// The counters it shares.
    pub page: Page,
    /// Threads of the vCPUs, by their numbers, also of those that are off.
    pub threads: Box<[i32]>,
    /// What the start left to say.
    pub notes: Box<[String]>,
}

/// Facts of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelFacts {
    /// Its alias.
    pub alias: Box<str>,
    /// Its name in the guest.
    pub name: Option<Box<str>>,
    /// The host's side is a socket, on which a client's stream can take the place of a program.
    pub is_socket: bool,
    /// The guest has it open.
    pub connected: bool,
}

/// Facts of an interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceFacts {
    /// The host's device.
    pub target: Box<str>,
    /// The guest's address.
    pub mac: MacAddr,
}

impl Live {
    /// From the definition that runs.
    pub fn new(
        def: &DomainDef,
        pid: u32,
        process: Arc<ProcessTimes>,
        hello: Option<Arc<HelloFacts>>,
    ) -> Self {
        let interfaces = def.devices.interfaces.iter().filter_map(|interface| {
            let target = interface.target_dev.as_deref()?.into();
            Some(InterfaceFacts { target, mac: interface.mac })
        });
        let serials = def.devices.serials.iter().map(|serial| &serial.info);
        let others = def.devices.consoles.iter().filter(|one| one.target_type == ConsoleTargetType::Virtio);
        let consoles = serials.chain(others.map(|console| &console.info));
        let consoles = consoles.filter_map(|info| Some(info.alias.as_deref()?.into()));
        Self {
            facts: Facts::of(def),
            text: Packed::new(&def.format(&FormatOptions::STATUS)),
            online: online(def),
            interfaces: interfaces.collect(),
            consoles: consoles.collect(),
            channels: channels(def).collect(),
            process,
            pid,
            hello,
        }
    }
}

fn channels(def: &DomainDef) -> impl Iterator<Item = ChannelFacts> {
    def.devices.channels.iter().filter(|channel| is_served_channel(channel)).filter_map(|channel| {
        let ChannelTarget::Virtio { name, state } = &channel.target else { return None };
        Some(ChannelFacts {
            alias: channel.info.alias.as_deref()?.into(),
            name: name.as_deref().map(Into::into),
            is_socket: matches!(channel.backend, ChardevBackend::Unix { .. }),
            connected: *state == Some(ChannelState::Connected),
        })
    })
}

fn online(def: &DomainDef) -> Box<[bool]> {
    def.vcpus.states().iter().map(|vcpu| vcpu.enabled).collect()
}

impl Live {
    /// The vCPUs that are there: number and thread.
    pub fn vcpus(&self) -> impl Iterator<Item = (u32, i32)> {
        let threads = self.hello.as_ref().map_or(&[][..], |hello| &hello.threads);
        let numbered = (0u32..).zip(threads.iter().copied()).zip(&self.online);
        numbered.filter(|(_, online)| **online).map(|(vcpu, _)| vcpu)
    }

    /// The guest agent's channel, where there is one.
    pub fn agent(&self) -> Option<&ChannelFacts> {
        self.channels.iter().find(|channel| channel.name.as_deref() == Some(agent::CHANNEL))
    }

    /// The same guest, its document changed in what is neither device nor resource.
    pub fn with_document(&self, def: &DomainDef) -> Self {
        Self {
            facts: Facts::of(def),
            text: Packed::new(&def.format(&FormatOptions::STATUS)),
            channels: channels(def).collect(),
            online: online(def),
            ..self.clone()
        }
    }
}

impl fmt::Debug for HelloFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HelloFacts").field("threads", &self.threads).finish_non_exhaustive()
    }
}
