//! Taps, bridges and the host's interfaces.
//!
//! Everything here is a handful of ioctls on a socket and on `/dev/net/tun`, each a few microseconds: starting a
//! guest needs five of them. A netlink conversation would need a task and buffers of its own for the same work.
//!
//! An interface made here lives as long as its descriptors: whoever closes the last one removes it, and the kernel
//! takes it out of its bridge. So nothing is left behind by a start that fails or a process that dies, and nothing
//! must be deleted by name.

mod error;
pub mod link;
mod mac;
mod names;
mod sys;
pub mod tap;
pub mod vhost;

pub use error::{Kind, NetError};
pub use mac::Mac;
pub use names::reserve;

#[cfg(test)]
mod tests;
