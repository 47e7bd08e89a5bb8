//! Writing frames straight into a connection's buffer: the length is filled in at the end.

use bytes::{BufMut, BytesMut};
use vireo_xdr::Encode;

use super::{FrameError, Header, LENGTH_SIZE, MAX_FDS, MAX_MESSAGE, MessageType};

/// A frame being appended to a buffer. Dropped unfinished, it leaves the buffer as it was.
#[derive(Debug)]
pub struct FrameWriter<'a> {
    out: &'a mut BytesMut,
    start: usize,
    finished: bool,
}

impl<'a> FrameWriter<'a> {
    /// Appends the header, with room for the length before it.
    pub fn start(out: &'a mut BytesMut, header: &Header) -> Self {
        let start = out.len();
        // Room for most replies at once, beside what else waits in the buffer.
        out.reserve(128);
        out.put_u32(0);
        header.write(out);
        FrameWriter { out, start, finished: false }
    }

    /// Where the payload goes.
    pub fn payload(&mut self) -> &mut BytesMut {
        self.out
    }

    /// Fills in the length.
    pub fn finish(mut self) -> Result<(), FrameError> {
        let length = self.out.len() - self.start;
        if length - LENGTH_SIZE > MAX_MESSAGE {
            return Err(FrameError::TooLong(length));
        }
        self.out[self.start..][..LENGTH_SIZE].copy_from_slice(&(length as u32).to_be_bytes());
        self.finished = true;
        Ok(())
    }
}

impl Drop for FrameWriter<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.out.truncate(self.start);
        }
    }
}

/// Appends a frame. If the value breaks its own bounds or is too long for a frame, nothing is appended.
pub fn encode(
    out: &mut BytesMut,
    header: &Header,
    payload: &(impl Encode + ?Sized),
) -> Result<(), FrameError> {
    let mut frame = FrameWriter::start(out, header);
    payload.encode(frame.payload())?;
    frame.finish()
}

/// Appends a frame with descriptors beside it: a call or reply becomes one with descriptors.
pub fn encode_with_fds(
    out: &mut BytesMut,
    header: &Header,
    fds: usize,
    payload: &(impl Encode + ?Sized),
) -> Result<(), FrameError> {
    if fds > MAX_FDS {
        return Err(FrameError::TooManyFds(fds));
    }
    let type_ = match header.type_ {
        MessageType::Call => MessageType::CallWithFds,
        MessageType::Reply => MessageType::ReplyWithFds,
        other => other,
    };
    let mut frame = FrameWriter::start(out, &Header { type_, ..*header });
    if type_.has_fds() {
        frame.payload().put_u32(fds as u32);
    }
    payload.encode(frame.payload())?;
    frame.finish()
}

/// Appends a frame whose payload is raw data: a piece of a stream, or its end.
pub fn encode_raw(out: &mut BytesMut, header: &Header, data: &[u8]) -> Result<(), FrameError> {
    let mut frame = FrameWriter::start(out, header);
    frame.payload().put_slice(data);
    frame.finish()
}
