//! Serial ports: the 16550A the guest sees ([`port`]) and what stands behind it on the host ([`host`]). The ports of
//! virtio consoles have the same behind them.
//!
//! ```text
//! vCPU: write THR --> pending output --bell--> main thread --> log file
//!                                                        +--> scrollback (64 KiB, replayed to a new console)
//!                                                        +--> back end: pty, file, unix socket, stdio, nothing
//!                                                        +--> console client of the control socket
//! vCPU: read RBR <-- receive FIFO <--bell: it is empty-- main thread <-- back end, console client
//! ```
//!
//! A vCPU never waits for a reader. Each of them has a queue of [`QUEUE_BYTES`]; one that is further behind loses what
//! comes then, until it has caught up. Log file and scrollback lose nothing.

pub mod host;
mod peer;
pub mod port;
mod scrollback;
#[cfg(test)]
mod tests;

/// Output that waits for one slow reader: what it would get from the scrollback as well.
pub const QUEUE_BYTES: usize = 64 << 10;
/// Output kept for the next console client.
pub const SCROLLBACK_BYTES: usize = 64 << 10;
/// Output between vCPU and main thread. The main thread takes it within microseconds; only one stuck in a write to a
/// dying disk lets it grow.
pub const PENDING_BYTES: usize = 256 << 10;
