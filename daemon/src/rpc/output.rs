//! From frames to sent bytes.
//!
//! Frames are written into one buffer and go out together when the task has done what it could. As with
//! [`Input`](super::input::Input), a connection at rest borrows the buffer of its thread.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::net::UnixStream;
use vireo_protocol::frame::{self, Header, Status};
use vireo_xdr::Encode;

use super::socket::poll_send;
use crate::error::{Error, ErrorCode, ErrorDomain};

/// A buffer that grew larger is not kept for the next one.
const SPARE_MAX: usize = 256 << 10;

/// What may wait for a client that does not read, before what: streams rest first, then events stay where they are
/// bounded, and at last no more calls are read. So neither streams nor events keep calls from being answered.
const STREAMS_MARK: usize = 64 << 10;
const EVENTS_MARK: usize = 256 << 10;
const CALLS_MARK: usize = 512 << 10;

// A stream's packet is added below its mark, and must not reach the others'.
const _: () = assert!(STREAMS_MARK + frame::STREAM_CHUNK + 64 < CALLS_MARK);

/// What waits to be sent.
#[derive(Default)]
pub(crate) struct Output {
    buffer: BytesMut,
    /// How many bytes were ever sent.
    position: u64,
    /// Descriptors, each with the position of the byte it goes with.
    fds: VecDeque<(u64, OwnedFd)>,
}

thread_local! {
    static SPARE: Cell<BytesMut> = Cell::new(BytesMut::new());
}

impl Output {
    /// Borrows the thread's buffer for as long as the task runs.
    pub(crate) fn borrow(&mut self) {
        if self.buffer.is_empty() {
            self.buffer = SPARE.take();
        }
    }

    /// Gives it back, if all was sent.
    pub(crate) fn give_back(&mut self) {
        if self.buffer.is_empty() {
            let mut spare = std::mem::take(&mut self.buffer);
            if spare.capacity() <= SPARE_MAX {
                spare.clear();
                SPARE.set(spare);
            }
        }
    }

    /// How many bytes wait.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.buffer.len()
    }

    /// Whether the client has to read before anything else is done for it.
    pub(crate) fn is_full(&self) -> bool {
        self.buffer.len() >= CALLS_MARK
    }

    /// Whether it has to read before it gets further events.
    pub(crate) fn holds_events_back(&self) -> bool {
        self.buffer.len() >= EVENTS_MARK
    }

    /// Whether it has to read before its streams go on.
    pub(crate) fn holds_streams_back(&self) -> bool {
        self.buffer.len() >= STREAMS_MARK
    }

    /// A reply, with its descriptors. One that breaks the protocol's bounds becomes an error.
    pub(crate) fn reply(&mut self, call: Header, reply: &impl Encode, fds: Vec<OwnedFd>) {
        let header = call.reply(Status::Ok);
        let outcome = if fds.is_empty() {
            frame::encode(&mut self.buffer, &header, reply)
        } else {
            frame::encode_with_fds(&mut self.buffer, &header, fds.len(), reply)
        };
        match outcome {
            Ok(()) => self.add_fds(fds),
            Err(reason) => {
                tracing::error!("the reply of procedure {} cannot be sent: {reason}", call.proc);
                let text = "Unable to encode message payload";
                self.reply_error(call, &Error::new(ErrorCode::Rpc, ErrorDomain::Rpc, text));
            }
        }
    }

    fn add_fds(&mut self, fds: Vec<OwnedFd>) {
        for fd in fds {
            self.fds.push_back((self.position + self.buffer.len() as u64, fd));
            self.buffer.extend_from_slice(&[0]);
        }
    }

    /// An error in answer to a call.
    pub(crate) fn reply_error(&mut self, call: Header, error: &Error) {
        tracing::debug!("procedure {} serial {}: {error:?}", call.proc, call.serial);
        self.error(call.reply(Status::Error), error);
    }

    /// An error under this header.
    pub(crate) fn error(&mut self, header: Header, error: &Error) {
        if let Err(reason) = frame::encode(&mut self.buffer, &header, &error.to_wire()) {
            tracing::error!("an error of procedure {} cannot be sent: {reason}", header.proc);
        }
    }

    /// A frame of raw data under this header.
    pub(crate) fn raw(&mut self, header: Header, data: &[u8]) {
        if let Err(reason) = frame::encode_raw(&mut self.buffer, &header, data) {
            tracing::error!("data of procedure {} cannot be sent: {reason}", header.proc);
        }
    }

    /// Drops what waits: nobody will read it.
    pub(crate) fn discard(&mut self) {
        self.buffer = BytesMut::new();
        self.fds.clear();
    }

    /// A whole frame.
    pub(crate) fn whole(&mut self, frame: &[u8]) {
        self.buffer.extend_from_slice(frame);
    }

    /// Sends until all is sent.
    pub(crate) fn poll_flush(
        &mut self,
        socket: &UnixStream,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.buffer.is_empty() {
            let (length, fd) = match self.fds.front() {
                Some((place, fd)) if *place == self.position => (1, Some(fd)),
                Some((place, _)) => ((place - self.position) as usize, None),
                None => (self.buffer.len(), None),
            };
            let count = ready!(poll_send(socket, context, &self.buffer[..length], fd))?;
            if fd.is_some() {
                self.fds.pop_front();
            }
            self.position += count as u64;
            if count == self.buffer.len() {
                self.buffer.clear();
            } else {
                self.buffer.advance(count);
            }
        }
        Poll::Ready(Ok(()))
    }
}
