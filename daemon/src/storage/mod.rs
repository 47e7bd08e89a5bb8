//! Storage pools and their volumes.
//!
//! ```text
//! api -> Pools (registry, by name and UUID) -> Pool: a published snapshot, and a lock for changes
//!                                                       |
//!                                    change/ (one at a time per pool) -> vireo-storage on a thread that may wait
//! ```
//!
//! ```text
//!             define                         start: look at everything
//! (nothing) ---------> defined, inactive ----------------------------> active
//!     ^                    |  ^                                         | |  refresh: look again
//!     +----- undefine -----+  +---------------- stop -------------------+ +->
//!     |                                                                 |
//!     +------- start and stop of a transient pool: no definition -------+
//! ```
//!
//! Readers take the snapshot and never wait, neither for a change nor for a disk; only what a single volume is at this
//! moment is asked of its file. Nothing here knows what a pool is made of: that is `vireo-storage`'s.

mod blocking;
pub mod capabilities;
mod change;
pub mod def;
mod error;
mod files;
pub mod filter;
mod object;
mod registry;
mod snapshot;

pub use change::{CloneOptions, CreateOptions, detached};
pub use object::Pool;
pub use registry::{Found, Pools, not_found, not_found_uuid, volume_not_found, wire, wire_volume};
pub use snapshot::{Active, Snapshot, not_active};
