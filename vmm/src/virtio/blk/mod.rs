//! virtio-blk: a disk.
//!
//! ```text
//! kick --> block worker: take a request --> check it --> Disk (read, write, flush, discard, zeroes) --> status --> used
//! ```
//!
//! Requests are done one after the other, each completely, by the one block worker; queues take turns. So a flush needs
//! to wait for nothing: what was completed before it was written before it.
//!
//! Cache modes: with a volatile cache (writeback, none) the guest's flushes are honoured; without (writethrough,
//! directsync, or a driver that knows no flushes) each write is durable when it completes. The driver may switch between
//! the two. `unsafe` drops flushes.

mod config;
mod device;
mod request;
mod stats;
#[cfg(test)]
mod tests;

pub(super) use device::{Blk, BlkOptions};

/// The unit of capacity and of requests.
const SECTOR: u64 = 512;
/// Length of the identity string.
const SERIAL_LEN: usize = 20;
/// Ranges in one discard or write-zeroes request: as many as a block layer merges, few enough to be done at once.
const MAX_RANGES: u32 = 64;
/// Longest range to discard, 2 GiB: what fits the 32-bit byte counts of a guest's block layer. It is one system call.
const MAX_DISCARD_SECTORS: u32 = (2 << 30) / SECTOR as u32;
/// Longest range to zero, 64 MiB: where the file cannot help, zeroes are written, and other disks wait meanwhile.
const MAX_ZERO_SECTORS: u32 = (64 << 20) / SECTOR as u32;
