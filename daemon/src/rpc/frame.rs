//! The frames the daemon sends, whole.

use bytes::{Bytes, BytesMut};
use vireo_protocol::frame::{FrameError, Header, encode};
use vireo_xdr::Encode;

/// The remote program: what most calls are of.
pub(crate) const REMOTE: u32 = 0x2000_8086;

/// The qemu program.
pub(crate) const QEMU: u32 = 0x2000_8087;

/// The version of both.
pub(crate) const VERSION: u32 = 1;

/// An event of a program.
pub(crate) fn event(program: u32, procedure: i32, event: &impl Encode) -> Result<Bytes, FrameError> {
    let mut out = BytesMut::new();
    encode(&mut out, &Header::event(program, VERSION, procedure), event)?;
    Ok(out.freeze())
}
