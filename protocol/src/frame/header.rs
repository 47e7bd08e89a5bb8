//! The header of a frame.

use bytes::{BufMut, BytesMut};
use vireo_xdr::Reader;

use super::{FrameError, HEADER_SIZE};

/// What kind of message a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum MessageType {
    /// A client asks.
    Call = 0,
    /// The server answers.
    Reply = 1,
    /// Nobody asked: an event, a ping.
    Event = 2,
    /// Data of a stream, its end or its failure.
    Stream = 3,
    /// A client asks and sends descriptors.
    CallWithFds = 4,
    /// The server answers and sends descriptors.
    ReplyWithFds = 5,
    /// A hole in a stream.
    StreamHole = 6,
}

impl MessageType {
    /// Whether the payload begins with a count of descriptors.
    pub fn has_fds(self) -> bool {
        matches!(self, MessageType::CallWithFds | MessageType::ReplyWithFds)
    }

    fn from_number(number: i32) -> Result<Self, FrameError> {
        Ok(match number {
            0 => MessageType::Call,
            1 => MessageType::Reply,
            2 => MessageType::Event,
            3 => MessageType::Stream,
            4 => MessageType::CallWithFds,
            5 => MessageType::ReplyWithFds,
            6 => MessageType::StreamHole,
            other => return Err(FrameError::Type(other)),
        })
    }
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Status {
    /// A call; a reply that went well; the end of a stream.
    Ok = 0,
    /// A reply with an error; a stream that broke.
    Error = 1,
    /// A stream goes on.
    Continue = 2,
}

impl Status {
    fn from_number(number: i32) -> Result<Self, FrameError> {
        Ok(match number {
            0 => Status::Ok,
            1 => Status::Error,
            2 => Status::Continue,
            other => return Err(FrameError::Status(other)),
        })
    }
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// The program: remote, qemu, keepalive.
    pub prog: u32,
    /// The program's version.
    pub vers: u32,
    /// The procedure in it.
    pub proc: i32,
    /// The kind of message.
    pub type_: MessageType,
    /// The client's number of a call; its reply and its stream carry the same.
    pub serial: u32,
    /// How it stands.
    pub status: Status,
}

impl Header {
    /// A call.
    pub fn call(prog: u32, vers: u32, proc: i32, serial: u32) -> Self {
        Header { prog, vers, proc, type_: MessageType::Call, serial, status: Status::Ok }
    }

    /// An event. Stock servers number all of them 1.
    pub fn event(prog: u32, vers: u32, proc: i32) -> Self {
        Header { prog, vers, proc, type_: MessageType::Event, serial: 1, status: Status::Ok }
    }

    /// The header of the answer to this call.
    pub fn reply(self, status: Status) -> Self {
        Header { type_: MessageType::Reply, status, ..self }
    }

    /// The header of a piece of the stream that this call opened.
    pub fn stream(self, status: Status) -> Self {
        Header { type_: MessageType::Stream, status, ..self }
    }

    /// Reads a header, leaving what follows it.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, FrameError> {
        let bytes: [u8; HEADER_SIZE] = reader.array()?;
        let [prog, vers, proc, type_, serial, status] = std::array::from_fn(|word| {
            u32::from_be_bytes(std::array::from_fn(|byte| bytes[word * 4 + byte]))
        });
        Ok(Header {
            prog,
            vers,
            proc: proc as i32,
            type_: MessageType::from_number(type_ as i32)?,
            serial,
            status: Status::from_number(status as i32)?,
        })
    }

    /// Appends the bytes of the header.
    pub fn write(&self, out: &mut BytesMut) {
        let words =
            [self.prog, self.vers, self.proc as u32, self.type_ as u32, self.serial, self.status as u32];
        let mut bytes = [0; HEADER_SIZE];
        for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_be_bytes());
        }
        out.put_slice(&bytes);
    }
}
