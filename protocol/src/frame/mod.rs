//! Frames: the length, the header, and what follows it.
//!
//! ```text
//! length  4 bytes, of the whole frame, itself included
//! header  24 bytes: program, version, procedure, type, serial, status
//! count   4 bytes, only in calls and replies with descriptors: how many go beside the frame
//! payload
//!   call, reply, event   the procedure's arguments, reply or event
//!   reply, error         an error
//!   stream, continue     raw data; nothing where it ends; an error where it breaks
//!   hole, continue       a StreamHole
//! ```
//!
//! Pure bytes: whoever reads and writes them, and how descriptors travel, is not known here.

mod header;
mod write;

use vireo_xdr::{Decode, Encode, Reader, XdrError};

pub use header::{Header, MessageType, Status};
pub use write::{FrameWriter, encode, encode_raw, encode_with_fds};

/// Bytes of the length word.
pub const LENGTH_SIZE: usize = 4;

/// Bytes of the header.
pub const HEADER_SIZE: usize = 24;

/// Longest frame without its length word. Stock peers refuse more, so nothing longer is sent or taken.
pub const MAX_MESSAGE: usize = 32 << 20;

/// Longest payload.
pub const MAX_PAYLOAD: usize = MAX_MESSAGE - HEADER_SIZE;

/// Longest piece of stream data sent at once: what the oldest clients can take.
pub const STREAM_CHUNK: usize = 262_120;

/// Most descriptors beside one frame.
pub const MAX_FDS: usize = 32;

/// Size of a buffer that most frames fit in, and that a connection may keep.
pub const INITIAL_BUFFER: usize = 65_536;

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Longer than [`MAX_MESSAGE`].
    #[error("a frame of {0} bytes is longer than {MAX_MESSAGE}")]
    TooLong(usize),
    /// Too short to hold a header.
    #[error("a frame of {0} bytes is too short for a header")]
    TooShort(usize),
    /// No such message type.
    #[error("unknown message type {0}")]
    Type(i32),
    /// No such status.
    #[error("unknown message status {0}")]
    Status(i32),
    /// More descriptors than [`MAX_FDS`].
    #[error("a frame with {0} descriptors has more than {MAX_FDS}")]
    TooManyFds(usize),
    /// The payload does not hold what it should.
    #[error(transparent)]
    Xdr(#[from] XdrError),
}

/// How many bytes follow the length word, from the word itself.
pub fn body_length(word: [u8; LENGTH_SIZE]) -> Result<usize, FrameError> {
    let length = u32::from_be_bytes(word) as usize;
    match length.checked_sub(LENGTH_SIZE) {
        None => Err(FrameError::TooShort(length)),
        Some(body) if body < HEADER_SIZE => Err(FrameError::TooShort(length)),
        Some(body) if body > MAX_MESSAGE => Err(FrameError::TooLong(length)),
        Some(body) => Ok(body),
    }
}

/// A frame without its length word, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it is.
    pub header: Header,
    /// How many descriptors go beside it.
    pub fds: usize,
    /// What it carries.
    pub payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Takes apart what follows a length word.
    pub fn parse(body: &'a [u8]) -> Result<Self, FrameError> {
        let mut reader = Reader::new(body);
        let header = Header::read(&mut reader).map_err(|error| match error {
            FrameError::Xdr(_) => FrameError::TooShort(body.len()),
            error => error,
        })?;
        let mut fds = 0;
        if header.type_.has_fds() {
            fds = reader.u32()? as usize;
            if fds > MAX_FDS {
                return Err(FrameError::TooManyFds(fds));
            }
        }
        Ok(Frame { header, fds, payload: reader.rest() })
    }

    /// The payload as a value that fills it.
    pub fn decode<T: Decode>(&self) -> Result<T, FrameError> {
        Ok(T::from_bytes(self.payload)?)
    }
}

/// A run of zeros in a sparse stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StreamHole {
    /// How many bytes. Negative lengths are for the receiver to refuse.
    pub length: i64,
    /// None are defined.
    pub flags: u32,
}

#[cfg(test)]
mod tests;
