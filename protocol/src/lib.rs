//! Libvirt's remote protocol: frames, wire types, the procedure table, error codes.
//!
//! Pure bytes: it knows no objects, does no I/O and starts no tasks. Everything read from a peer is bounded here.

pub mod error;
pub mod frame;
pub mod keepalive;
pub mod qemu;
pub mod remote;
pub mod table;
pub mod typed;
