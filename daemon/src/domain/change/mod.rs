//! Changes of what a domain is given: of its definition, of its running guest, or of both.
//!
//! ```text
//! flags (VIR_DOMAIN_AFFECT_*) -> which            (scope)
//! a change made in the definition                 nothing is kept if it cannot be
//! a change made in the guest's own definition --> what differs is enforced (limits) --> status, live XML, event
//! the definition on disk                          last: a guest that refused leaves it as it was
//! ```
//!
//! A change says what becomes of a definition, and what the event of it says. It never touches the host itself. What
//! changes documents alone, or is the guest's process' to do, is an [`Edit`](super::edit::Edit).

pub mod bandwidth;
pub mod blkio;
pub mod iothreads;
pub mod iotune;
pub mod memory;
pub mod numa;
pub mod pins;
pub mod scheduler;
#[cfg(test)]
mod tests;
pub mod vcpus;

use std::fmt::{Debug, Display};

use vireo_protocol::typed::TypedParam;

use crate::domain::def::DomainDef;
use crate::domain::limits::Controller;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// Whose definition is being changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The running guest's.
    Live,
    /// The one that outlives it.
    Config,
}

/// Something to be changed.
pub trait Change: Debug + Send + Sync {
    /// Changes a definition, or says why it cannot be.
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()>;

    /// What the host must offer for a running guest to be changed.
    fn needs(&self) -> Option<Controller> {
        None
    }

    /// What the event says once a running guest has been changed (`VIR_DOMAIN_TUNABLE_*`); nothing, and there is none.
    fn told(&self) -> Vec<TypedParam> {
        Vec::new()
    }
}

/// An argument that no definition can take.
fn invalid(info: impl Display) -> Error {
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, info)
}

/// What cannot be done to the domain as it is.
fn not_now(info: impl Display) -> Error {
    Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info)
}

/// What is never done to a running guest.
fn not_live(info: impl Display) -> Error {
    Error::new(ErrorCode::OperationUnsupported, ErrorDomain::Qemu, info)
}
