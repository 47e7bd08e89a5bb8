//! Libvirt's remote protocol: frames, wire types, the procedure table, error codes.
//!
//! Pure bytes: it knows no objects, does no I/O and starts no tasks. Everything read from a peer is bounded here.
//!
//! A call is a [`frame`] whose payload is one of the types of [`remote`], [`qemu`] or [`keepalive`]; what is known of
//! its procedure stands in its row of the [`table`]; what goes wrong is told by the numbers and texts of [`error`].
//! Statistics and tuning go as [`typed`] parameters. The bytes themselves are `vireo-xdr`'s.

pub mod error;
pub mod frame;
pub mod keepalive;
pub mod qemu;
pub mod remote;
pub mod table;
pub mod typed;
