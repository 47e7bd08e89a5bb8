//! virtio-rng: entropy from a host source, as fast as its rate allows.
//!
//! ```text
//! kick --> quota left? --yes--> read the source --> fill the buffer --> used
//!              | no, or the source has nothing yet
//!              +--> again when the period is over
//! ```

mod device;
mod quota;
#[cfg(test)]
mod tests;

pub(super) use device::Rng;

/// Descriptors of the queue: requests are small and seldom.
const QUEUE_SIZE: u16 = 8;
/// Most bytes given to one request: a guest that asks for more gets this much and asks again. Keeps a turn short.
const MAX_BYTES: usize = 4096;
