//! What a domain shows of itself: an immutable value, replaced at every change and read without waiting.

use std::sync::Arc;

use crate::domain::def::{DomainDef, FormatOptions};
use crate::domain::facts::Facts;
use crate::domain::live::Live;
use crate::domain::policy::Standing;
use crate::domain::state::State;
use crate::domain::text::Packed;

/// One domain at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its name.
    pub name: Arc<str>,
    /// Its id while there is, or is becoming, a guest.
    pub id: Option<u32>,
    /// State and reason.
    pub state: State,
    /// It is started with the host.
    pub autostart: bool,
    /// It is started with the host, the next time only.
    pub autostart_once: bool,
    /// What is defined; a transient domain has nothing.
    pub definition: Option<Arc<Definition>>,
    /// The guest; also absent while the domain is being started.
    pub live: Option<Arc<Live>>,
}

/// A definition as it is kept in memory.
#[derive(Debug)]
pub struct Definition {
    /// What is asked for often.
    pub facts: Facts,
    /// The XML as it is stored: inactive, with everything secret.
    pub text: Packed,
}

impl Snapshot {
    /// A name without a domain, as between the admission of a definition and its being on disk.
    pub fn nothing(name: Arc<str>) -> Self {
        Self {
            name,
            id: None,
            state: State::INITIAL,
            autostart: false,
            autostart_once: false,
            definition: None,
            live: None,
        }
    }

    /// Whether there is such a domain.
    pub fn exists(&self) -> bool {
        self.is_active() || self.is_persistent()
    }

    /// Whether it has an id.
    pub fn is_active(&self) -> bool {
        self.id.is_some()
    }

    /// Whether it has a definition that outlives the guest.
    pub fn is_persistent(&self) -> bool {
        self.definition.is_some()
    }

    /// The id as the wire has it.
    pub fn wire_id(&self) -> i32 {
        self.id.map_or(-1, |id| id as i32)
    }

    /// Facts of the guest where there is one, else of the definition.
    pub fn facts(&self) -> Option<&Facts> {
        match (&self.live, &self.definition) {
            (Some(live), _) => Some(&live.facts),
            (None, Some(definition)) => Some(&definition.facts),
            (None, None) => None,
        }
    }

    /// The domain as policy sees it.
    pub fn standing(&self) -> Standing<'_> {
        Standing {
            name: &self.name,
            state: self.state,
            active: self.is_active(),
            persistent: self.is_persistent(),
        }
    }
}

impl Definition {
    /// From a definition in full.
    pub fn new(def: &DomainDef) -> Self {
        Self::with_text(Facts::of(def), &def.format(&FormatOptions::STORE))
    }

    /// From facts and text that belong together.
    pub fn with_text(facts: Facts, text: &str) -> Self {
        Self { facts, text: Packed::new(text) }
    }
}
