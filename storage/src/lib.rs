//! Storage: the files and devices behind guests' disks.
//!
//! ```text
//! pool type -> Backend (one per type that is built) -> folder, files
//! disk of a guest -> source::open -> open, locked image
//! ```
//!
//! A disk's image is opened here, once, by the daemon; the guest's process gets the descriptor and never sees a path.
//! Everything here waits for disks and nothing else: there is no async runtime, no XML and no state between calls.

mod backend;
mod dir;
mod error;
mod permissions;
mod pool_type;
pub mod source;
mod space;
pub mod volume;

pub use backend::{Backend, BuildFlags, PoolTarget, Scan, backend};
pub use error::{ErrorKind, StorageError};
pub use permissions::{Ownership, Permissions};
pub use pool_type::PoolType;
pub use space::Space;
