//! Disk images: what an image is ([`probe`]), who uses it ([`lock`]), and reading and writing its blocks ([`Disk`]).
//!
//! Used by the storage drivers of the daemon and by the guest's process, so there is no async runtime here and no path
//! is ever opened: images come as open files. What an image says about itself is the guest's word and not believed: no
//! header makes this crate open another file, and every length in one is bounded before it is used.

mod disk;
pub mod lock;
pub mod probe;
mod raw;
mod segment;

pub use disk::{Disk, DiskFacts};
pub use raw::{OpenError, RawDisk};
pub use segment::{Segment, all_zero, copy_from, copy_to, total_len};
