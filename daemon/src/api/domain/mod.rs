//! Domains: the calls, by what they are about.
//!
//! Handlers look up the domain, check flags as stock does, and read a snapshot or ask the actor; what it all means
//! is `crate::domain`'s.

mod addresses;
mod agent;
mod autostart;
mod checkpoints;
mod console;
mod control;
mod define;
mod edit;
mod info;
mod jobs;
mod list;
mod memory;
mod perf;
mod power;
mod saved;
mod screen;
mod security;
mod snapshots;
mod stats;
#[cfg(test)]
mod tests;
mod tune;
mod vcpus;
mod xml;

use std::sync::Arc;

use uuid::Uuid;
use vireo_protocol::remote::NonnullDomain;

pub use addresses::*;
pub use agent::*;
pub use autostart::*;
pub use checkpoints::*;
pub use console::*;
pub use control::*;
pub use define::*;
pub use edit::*;
pub use info::*;
pub use jobs::*;
pub use list::*;
pub use memory::*;
pub use perf::*;
pub use power::*;
pub use saved::*;
pub use screen::*;
pub use security::*;
pub use snapshots::*;
pub use stats::*;
pub use tune::*;
pub use vcpus::*;
pub use xml::*;

use crate::domain::live::Live;
use crate::domain::policy::not_running;
use crate::domain::registry::{not_found_uuid, wire};
use crate::domain::request::{Answer, Refusal, Request};
use crate::domain::{Domain, Snapshot};
use crate::error::{Error, ErrorDomain, Result};
use crate::rpc::Call;

/// The domain a call is about, as it is now.
fn snapshot(call: &Call, dom: &NonnullDomain) -> Result<Arc<Snapshot>> {
    Ok(call.daemon().domains.resolve(dom)?.1)
}

/// The guest of a domain that must have one.
fn live(snapshot: &Snapshot) -> Result<&Arc<Live>> {
    snapshot.live.as_ref().ok_or_else(not_running)
}

/// Asks a domain's actor.
async fn ask(call: &Call, dom: &NonnullDomain, request: Request) -> Result<Answer> {
    let registry = &call.daemon().domains;
    let (domain, _) = registry.resolve(dom)?;
    domain.ask(registry, request).await.map_err(|refusal| match refusal {
        Refusal::Error(error) => error,
        Refusal::Gone => not_found_uuid(Uuid::from_bytes(dom.uuid), &dom.name),
    })
}

/// A domain as it is named in a reply.
fn named(domain: &Domain) -> NonnullDomain {
    wire(domain, &domain.snapshot())
}

/// Refuses flags that `function` does not know.
fn check_flags(flags: u32, known: u32, function: &str) -> Result<()> {
    match flags & !known {
        0 => Ok(()),
        unknown => Err(Error::unsupported_flags(ErrorDomain::Qemu, function, unknown)),
    }
}
