//! The daemon that libvirt's clients connect to.
//!
//! ```text
//! socket -> rpc (frames, gate, dispatch) -> api (thin handlers) -> domain, host, ... -> rpc (reply)
//! ```
//!
//! It links no KVM and no device code: guests are processes of their own, driven through `vireo-control`.

pub mod api;
pub mod architectures;
pub mod config;
pub mod daemon;
pub mod domain;
pub mod error;
pub mod events;
pub mod host;
pub mod identity;
pub mod logging;
pub mod memory;
pub mod paths;
pub mod rpc;
pub mod startup;
pub mod storage;
pub mod store;
pub mod xml;
