//! The control socket: frames with descriptors ([`connection`]) and who is connected ([`server`]).
//!
//! A peer that breaks the codec, or does not read what it is sent, is closed; the guest goes on.

pub mod connection;
pub mod server;
#[cfg(test)]
mod tests;
