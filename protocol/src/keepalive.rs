//! The keepalive program: two messages without a body, by which each side learns that the other is alive.
//!
//! Both go as events with serial 0. A client that did not ask for the program cannot answer a ping.

use crate::frame::Header;

/// The program's number: "keep".
pub const PROGRAM: u32 = 0x6b65_6570;

/// The program's version.
pub const VERSION: u32 = 1;

/// The numbers of its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum KeepaliveProc {
    /// Are you there?
    Ping = 1,
    /// Yes.
    Pong = 2,
}

impl KeepaliveProc {
    /// The message of a number.
    pub fn from_number(number: i32) -> Option<Self> {
        match number {
            1 => Some(KeepaliveProc::Ping),
            2 => Some(KeepaliveProc::Pong),
            _ => None,
        }
    }

    /// The header that is all of the message.
    pub fn header(self) -> Header {
        Header { serial: 0, ..Header::event(PROGRAM, VERSION, self as i32) }
    }
}
