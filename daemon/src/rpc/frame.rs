//! Frames beside those that calls and streams write into the output.

use bytes::{Bytes, BytesMut};
use vireo_protocol::frame::{FrameError, HEADER_SIZE, Header, Status, encode};
use vireo_xdr::{Encode, Reader};

/// The version of every program with events.
const VERSION: u32 = 1;

/// An event of a program.
pub(crate) fn event(program: u32, procedure: i32, event: &impl Encode) -> Result<Bytes, FrameError> {
    let mut out = BytesMut::new();
    encode(&mut out, &Header::event(program, VERSION, procedure), event)?;
    Ok(out.freeze())
}

/// The header of a frame whose status is none, to answer it: as if its status were good.
pub(crate) fn without_status(body: &[u8]) -> Result<Header, FrameError> {
    let mut bytes: [u8; HEADER_SIZE] = *body.first_chunk().ok_or(FrameError::TooShort(body.len()))?;
    bytes[HEADER_SIZE - 4..].copy_from_slice(&(Status::Ok as u32).to_be_bytes());
    Header::read(&mut Reader::new(&bytes))
}
