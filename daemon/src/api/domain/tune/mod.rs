//! What domains are given of the host: reading it and changing it, of the definition and of the running guest.
//!
//! A handler checks the flags and parameters as stock does, and hands the change to the actor; what is read comes
//! from a snapshot, and of a running guest also from its control group.

mod blkio;
mod devices;
mod iothreads;
mod memory;
mod numa;
mod pins;
mod scheduler;
mod vcpus;

use std::sync::Arc;

use uuid::Uuid;
use vireo_protocol::remote::NonnullDomain;
use vireo_protocol::typed::{Allowed, TypedParam, TypedParams, for_flags};

pub use blkio::*;
pub use devices::*;
pub use iothreads::*;
pub use memory::*;
pub use numa::*;
pub use pins::*;
pub use scheduler::*;
pub use vcpus::*;

use super::{ask, snapshot};
use crate::domain::Snapshot;
use crate::domain::change::Change;
use crate::domain::def::{DomainDef, ParseFlags};
use crate::domain::limits::{Controller, Group};
use crate::domain::policy::not_running;
use crate::domain::request::Request;
use crate::domain::scope::{self, Scope};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_AFFECT_*`
const AFFECT: u32 = scope::LIVE | scope::CONFIG;

/// The definition a call reads, and whether it is the guest's.
fn selected(flags: u32, snapshot: &Snapshot) -> Result<(DomainDef, bool)> {
    let live = Scope::reads_live(flags, snapshot.standing())?;
    let text = match (live, &snapshot.live, &snapshot.definition) {
        (true, Some(guest), _) => &guest.text,
        (false, _, Some(definition)) => &definition.text,
        // A guest that is only being started.
        _ => return Err(not_running()),
    };
    let def = DomainDef::parse(&text.unpack(), ParseFlags { live, ..ParseFlags::default() })?;
    Ok((def, live))
}

/// Asks the actor for a change.
async fn change(call: &Call, dom: &NonnullDomain, flags: u32, change: impl Change + 'static) -> Result<()> {
    ask(call, dom, Request::Change { change: Arc::new(change), flags }).await.map(drop)
}

/// Refuses parameters that are not among these.
fn check_params(params: &[TypedParam], allowed: &[Allowed]) -> Result<()> {
    params.validate(allowed).map_err(|error| Error::new(error.code(), ErrorDomain::None, error))
}

/// The answer to a client that has room for so many: with room for none, it asks how many there are.
fn answer(params: Vec<TypedParam>, room: i32, flags: u32) -> (Vec<TypedParam>, i32) {
    if room <= 0 {
        return (Vec::new(), params.len() as i32);
    }
    let mut params = params;
    params.truncate(room as usize);
    (for_flags(params, flags), 0)
}

/// The control group of a running guest, which must have this controller.
fn group(call: &Call, dom: &NonnullDomain, controller: Controller) -> Result<Group> {
    let groups = &call.daemon().domains.setup().groups;
    let group = groups.guest(&Uuid::from_bytes(dom.uuid)).filter(Group::exists);
    group.filter(|group| group.has(controller)).ok_or_else(|| controller.not_mounted())
}

/// Refuses what takes a host's manager: an instance without root's rights is none.
fn privileged(code: ErrorCode, what: &str) -> Result<()> {
    if nix::unistd::geteuid().is_root() {
        return Ok(());
    }
    let info = format!("{what} is not available in session mode");
    Err(Error::new(code, ErrorDomain::Qemu, info))
}
