//! virtio-balloon: memory that the guest lends to the host, and what the guest says of the rest.
//!
//! ```text
//! main thread: set target --> config interrupt --> guest: takes pages from itself
//!   inflate queue: page numbers --> their memory is dropped     deflate queue: page numbers --> nothing to do
//!   guest writes `actual` into the configuration --> bell --> main thread tells the daemon
//!
//! stats queue:    driver offers a buffer of statistics --> read, kept --(period over)--> given back --> filled again
//! reporting queue: buffers that are free pages themselves --> their memory is dropped --> given back
//! ```
//!
//! Page numbers are a hostile guest's: what does not lie in RAM is passed over, and a turn looks at a bounded number.
//! It must never touch what a page holds but by dropping it.

mod device;
mod pages;
mod stats;
#[cfg(test)]
mod tests;

pub use device::Balloon;
pub(super) use device::BalloonOptions;

/// Bytes of the pages that are lent, whatever the guest's own pages are.
const PAGE: u64 = 4096;
/// Descriptors of each queue (inflate, deflate, statistics, reporting): as drivers know them from other hosts.
const QUEUE_SIZES: [u16; 4] = [128, 128, 16, 32];
/// Page numbers of one request that are looked at. Drivers send 256; the memory behind more stays with the guest.
const MAX_NUMBERS: u64 = 1 << 10;
/// Requests taken in one turn: at worst some thousand system calls, then others on the thread have theirs.
const MAX_REQUESTS: usize = 16;
