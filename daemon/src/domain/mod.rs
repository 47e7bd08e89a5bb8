//! Domains: their definition, their state, and what changes it.
//!
//! ```text
//! api --- reads ---> registry -> object (a domain) -> snapshot <---- publishes ---+
//!  |                                 |                                           |
//!  +---- changes ------------------->+ mailbox --> actor (one task, while needed) -+--> events
//!                                                   | policy: may this be done now?
//!                                                   | files: on disk first
//!                                                   | launch: DomainDef -> VmSpec + descriptors
//!                                                   | vmm: the process, and the conversation with it
//! ```
//!
//! What is shown is never waited for. What is changed goes through the actor, one change at a time per domain.

mod actor;
pub mod agent;
pub mod change;
pub mod def;
pub mod edit;
pub mod facts;
mod files;
pub mod filter;
mod launch;
pub mod limits;
pub mod live;
pub mod object;
pub mod policy;
pub mod registry;
pub mod request;
pub mod scope;
pub mod snapshot;
pub mod state;
pub mod stats;
pub mod status;
pub mod text;
pub mod vmm;

#[cfg(test)]
pub(crate) use actor::fake;
pub use object::Domain;
pub use registry::{Registry, Setup};
pub use snapshot::Snapshot;
