//! virtio-net: a network interface on tap descriptors.
//!
//! ```text
//!                        tap 0 <--> rx 0, tx 0 \
//! host network <--> tun  tap 1 <--> rx 1, tx 1  > guest        control queue: filter, MAC, queue pairs, offloads
//!                        ...                   /
//! ```
//!
//! Packets cross with their virtio-net header, so that checksums and segmentation are left to whoever does them last.
//! They are moved by the net worker, one `readv` or `writev` straight between tap and guest memory each, or by vhost-net
//! in the kernel where its descriptors were given; the control queue is the worker's in both cases.
//!
//! A guest that gives no buffers makes the tap's queue fill up, which drops; it never makes this process grow. A packet
//! that was read and found too little room is held, one per queue, until there is room.

mod config;
mod control;
mod device;
mod filter;
mod rx;
mod stats;
mod tap;
#[cfg(test)]
mod tests;
mod tx;
mod vhost;

pub(super) use device::{Net, NetOptions};
pub(super) use tap::{Tap, TunTap};
pub(super) use vhost::Vhost;

/// Length of the header in front of each packet (`struct virtio_net_hdr_v1`), the same for tap and guest.
const HEADER: usize = 12;
/// Offset of the number of buffers in it.
const NUM_BUFFERS: u64 = 10;
/// Largest packet with its header: 64 KiB of IP payload to be segmented, Ethernet and VLAN headers.
const MAX_PACKET: usize = HEADER + 65_535 + 18;
/// Most queue pairs: what `<driver queues=>` may ask for.
pub(super) const MAX_PAIRS: usize = 64;
/// Packets moved in one turn, so that no queue starves another.
const TURN: u32 = 256;
