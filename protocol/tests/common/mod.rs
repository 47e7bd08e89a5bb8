//! Reading and writing again whatever a procedure takes, replies or tells, chosen by its number.

#![allow(dead_code)] // Each test takes of it what it needs.

pub mod properties;

use vireo_protocol::frame::{Frame, FrameError, MessageType, Status, StreamHole};
use vireo_protocol::{for_each_procedure, for_each_qemu_procedure, keepalive, qemu, remote};
use vireo_xdr::{BytesMut, Decode, Encode, XdrError};

/// Which half of a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// What a call or an event carries.
    Arguments,
    /// What a good reply carries.
    Reply,
}

fn again<T: Decode + Encode>(bytes: &[u8]) -> Result<BytesMut, XdrError> {
    T::from_bytes(bytes)?.to_bytes()
}

macro_rules! by_number {
    ($function:ident: $({
        $number:literal, $name:ident, $camel:ident, $args:ty, $ret:ty, $priority:ident, [$($access:literal),*],
        $read_only:literal, $stream:ident, $status:ident
    })*) => {
        fn $function(number: i32, half: Half, bytes: &[u8]) -> Option<Result<BytesMut, XdrError>> {
            match (number, half) {
                $(
                    ($number, Half::Arguments) => Some(again::<$args>(bytes)),
                    ($number, Half::Reply) => Some(again::<$ret>(bytes)),
                )*
                _ => None,
            }
        }
    };
}

mod remote_program {
    use super::*;
    use vireo_protocol::remote::*;
    for_each_procedure!(by_number, recode:);
    pub fn of(number: i32, half: Half, bytes: &[u8]) -> Option<Result<BytesMut, XdrError>> {
        recode(number, half, bytes)
    }
}

mod qemu_program {
    use super::*;
    use vireo_protocol::qemu::*;
    for_each_qemu_procedure!(by_number, recode:);
    pub fn of(number: i32, half: Half, bytes: &[u8]) -> Option<Result<BytesMut, XdrError>> {
        recode(number, half, bytes)
    }
}

/// Reads a procedure's half and writes it again; `None` if the program has no such procedure.
pub fn recode(program: u32, number: i32, half: Half, bytes: &[u8]) -> Option<Result<BytesMut, XdrError>> {
    match program {
        remote::PROGRAM => remote_program::of(number, half, bytes),
        qemu::PROGRAM => qemu_program::of(number, half, bytes),
        keepalive::PROGRAM => keepalive::KeepaliveProc::from_number(number).map(|_| again::<()>(bytes)),
        _ => None,
    }
}

/// Reads what a frame carries, whatever it is, and writes it again.
pub fn recode_frame(frame: &Frame<'_>) -> Option<Result<BytesMut, FrameError>> {
    let header = frame.header;
    let half =
        |half| recode(header.prog, header.proc, half, frame.payload).map(|again| again.map_err(Into::into));
    let raw = || Some(Ok(BytesMut::from(frame.payload)));
    match (header.type_, header.status) {
        (MessageType::Call | MessageType::CallWithFds | MessageType::Event, _) => half(Half::Arguments),
        (MessageType::Reply | MessageType::ReplyWithFds, Status::Ok) => half(Half::Reply),
        (MessageType::Reply | MessageType::ReplyWithFds, _) => {
            Some(again::<remote::Error>(frame.payload).map_err(Into::into))
        }
        (MessageType::StreamHole, _) => Some(again::<StreamHole>(frame.payload).map_err(Into::into)),
        (MessageType::Stream, Status::Error) if !frame.payload.is_empty() => {
            Some(again::<remote::Error>(frame.payload).map_err(Into::into))
        }
        (MessageType::Stream, _) => raw(),
    }
}
