//! What is published of a running guest.

use std::fmt;
use std::sync::Arc;

use crate::domain::agent;
use crate::domain::def::devices::interface::MacAddr;
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
    /// Its interfaces, in the order of the XML.
    pub interfaces: Box<[InterfaceFacts]>,
    /// It has a channel for an agent.
    pub has_agent: bool,
    /// Aliases of its serial ports.
    pub serials: Box<[Box<str>]>,
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
    /// Threads of the vCPUs, in their order.
    pub threads: Box<[i32]>,
    /// What the start left to say.
    pub notes: Box<[String]>,
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
        let serials =
            def.devices.serials.iter().filter_map(|serial| Some(serial.info.alias.as_deref()?.into()));
        Self {
            facts: Facts::of(def),
            text: Packed::new(&def.format(&FormatOptions::STATUS)),
            interfaces: interfaces.collect(),
            has_agent: agent::is_configured(def),
            serials: serials.collect(),
            process,
            pid,
            hello,
        }
    }
}

impl Live {
    /// The same guest, its document changed in what is neither device nor resource.
    pub fn with_document(&self, def: &DomainDef) -> Self {
        Self { facts: Facts::of(def), text: Packed::new(&def.format(&FormatOptions::STATUS)), ..self.clone() }
    }
}

impl fmt::Debug for HelloFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HelloFacts").field("threads", &self.threads).finish_non_exhaustive()
    }
}
