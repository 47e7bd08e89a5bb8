//! The daemon's side of one `vireo-vmm`: its process, and the conversation with it.
//!
//! ```text
//! spawn -> Launch -> hello            a new guest, over the inherited socket
//! adopt -> connect -> Hello -> hello  a guest that outlived an earlier daemon, over its control socket
//! ```
//!
//! What comes from the vmm is judged, not trusted: it runs next to a hostile guest. Frames are bounded by the codec,
//! descriptors by [`link::MAX_WAITING_FDS`], and nothing it says names a path.

pub mod link;
pub mod machine;
pub mod process;
pub mod socket;
pub mod spawn;

pub use link::{Link, LinkError};
pub use machine::Machine;
pub use process::Process;

#[cfg(test)]
mod tests;
