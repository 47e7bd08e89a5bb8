//! Edits: what calls change of a document without replacing it, as pure functions of the definition.
//!
//! The same edit is applied to the running guest's document, to the definition, or to both; the actor decides to
//! which, writes them and tells. An edit that fails has changed nothing that anybody sees.

pub mod lifecycle;
pub mod memory;
pub mod metadata;
pub mod perf;

pub use lifecycle::SetAction;
pub use memory::SetMemory;
pub use metadata::SetMetadata;
pub use perf::StopPerf;

use crate::domain::def::DomainDef;
use crate::error::Result;

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Title, description, or an element of the metadata.
    Metadata(SetMetadata),
    /// What becomes of a guest that ends.
    Action(SetAction),
    /// How much memory, and how often the guest tells of it.
    Memory(SetMemory),
    /// Counting of the host's events.
    Perf(StopPerf),
}

impl Edit {
    /// Changes the definition.
    pub fn apply(&self, def: &mut DomainDef) -> Result<()> {
        match self {
            Self::Metadata(edit) => edit.apply(def),
            Self::Action(edit) => edit.apply(def),
            Self::Memory(edit) => edit.apply(def),
            Self::Perf(edit) => {
                edit.apply(def);
                Ok(())
            }
        }
    }
}
