//! virtio-console: ports to the guest, each a console or a channel with a name (virtio 1.2, 5.3; the multiport form).
//!
//! ```text
//! guest: transmit queue --> worker --> Port: output --bell--> main thread --> back end, consoles (`serial/host.rs`)
//! guest: receive queue  <-- worker <-- Port: input  <--kick-- main thread <-- back end, consoles
//!
//! control queues:
//!   guest: DEVICE_READY --> PORT_ADD of each port
//!   guest: PORT_READY   --> CONSOLE_PORT | PORT_NAME, and PORT_OPEN where the host's side is open
//!   guest: PORT_OPEN    --> the guest's side is open or closed; told to the daemon
//!   main thread: the host's side opens or closes --> PORT_OPEN
//! ```
//!
//! A guest's output waits in its queue while nobody takes it, so that a channel loses nothing; consoles are always taken
//! from. What waits in here is bounded on both ways. Control messages that the guest leaves no room for are lost to it
//! alone.

mod control;
mod device;
mod port;
#[cfg(test)]
mod tests;

pub use port::Port;

pub(super) use device::{Console, PortOptions};

/// Most ports of a device, as on other hosts: 0 to 30.
pub(super) const MAX_PORTS: u16 = 31;
/// Descriptors of each queue.
const QUEUE_SIZE: u16 = 128;
/// Bytes that wait in a port, each way.
const BUFFER: usize = 64 << 10;
/// Requests taken in one turn: each moves no more than a buffer holds.
const MAX_REQUESTS: usize = 64;
