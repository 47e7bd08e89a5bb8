//! From received bytes to frames.
//!
//! A connection at rest holds no buffer: its task borrows one of the thread's while it runs, and keeps only what is
//! left of an unfinished frame. The buffer grows with what has arrived, never with what a length word claims.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll, ready};

use tokio::net::UnixStream;
use vireo_protocol::frame::{self, HEADER_SIZE, LENGTH_SIZE, MAX_FDS, MessageType};

use super::socket::poll_receive;

/// The thread's buffer: several hundred small calls, or the first part of a large one.
const SPARE_SIZE: usize = 64 << 10;

/// Where the type stands in a frame, and the count of descriptors where it has one.
const TYPE_AT: usize = LENGTH_SIZE + 12;
const FD_COUNT_AT: usize = LENGTH_SIZE + HEADER_SIZE;

/// What was received and not yet taken.
#[derive(Default)]
pub(crate) struct Input {
    /// Received bytes are from `start` to `end`, room is behind.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// How many bytes were ever received.
    position: u64,
    /// Descriptors, each with the position of the byte it came with.
    fds: VecDeque<(u64, OwnedFd)>,
}

/// One frame as it came, without its length word.
#[derive(Debug)]
pub(crate) struct RawFrame<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) fds: Vec<OwnedFd>,
}

/// Why a connection cannot go on: what it sent is not the protocol.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InputError {
    #[error(transparent)]
    Frame(#[from] frame::FrameError),
    #[error("a call with {expected} descriptors came with {found}")]
    MissingFds { expected: usize, found: usize },
    #[error("too many descriptors without a call")]
    StrayFds,
}

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Input {
    /// Borrows the thread's buffer for as long as the task runs.
    pub(crate) fn borrow(&mut self) {
        if self.buffer.len() >= SPARE_SIZE {
            return;
        }
        let mut spare = SPARE.take();
        if spare.len() != SPARE_SIZE {
            spare = vec![0; SPARE_SIZE];
        }
        let waiting = self.end - self.start;
        spare[..waiting].copy_from_slice(&self.buffer[self.start..self.end]);
        (self.buffer, self.start, self.end) = (spare, 0, waiting);
    }

    /// Gives the thread's buffer back, and keeps what waits in one of its own size.
    pub(crate) fn give_back(&mut self) {
        let waiting = &self.buffer[self.start..self.end];
        if self.buffer.len() > SPARE_SIZE && !waiting.is_empty() {
            return;
        }
        let own = waiting.to_vec();
        let spare = std::mem::replace(&mut self.buffer, own);
        (self.start, self.end) = (0, self.buffer.len());
        if spare.len() == SPARE_SIZE {
            SPARE.set(spare);
        }
    }

    /// Reads once from the socket; `false` is its end. Only to be called while `next` has no whole frame.
    pub(crate) fn poll_fill(
        &mut self,
        socket: &UnixStream,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<bool>> {
        self.make_room();
        let mut fds = Vec::new();
        let count = ready!(poll_receive(socket, context, &mut self.buffer[self.end..], &mut fds))?;
        if count == 0 {
            return Poll::Ready(Ok(false));
        }
        self.end += count;
        self.position += count as u64;
        let place = self.position - 1;
        self.fds.extend(fds.into_iter().map(|fd| (place, fd)));
        Poll::Ready(Ok(true))
    }

    fn make_room(&mut self) {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.end == self.buffer.len() {
            // Doubling what has truly arrived: a client pays for our memory with bytes of its own.
            let length = self.wanted().clamp(SPARE_SIZE, (2 * self.end).max(SPARE_SIZE));
            self.buffer.resize(length.max(self.end + 1), 0);
        }
    }

    /// How long the frame at the start is, with the bytes of its descriptors, as far as that can be told.
    fn wanted(&self) -> usize {
        let waiting = &self.buffer[self.start..self.end];
        match waiting.first_chunk() {
            Some(word) => u32::from_be_bytes(*word) as usize + MAX_FDS,
            None => LENGTH_SIZE,
        }
    }

    /// Takes the next frame that is whole, with the descriptors that belong to it.
    pub(crate) fn next(&mut self) -> Result<Option<RawFrame<'_>>, InputError> {
        let waiting = &self.buffer[self.start..self.end];
        let Some(word) = waiting.first_chunk::<LENGTH_SIZE>() else { return Ok(None) };
        let length = frame::body_length(*word)? + LENGTH_SIZE;
        let fd_count = fd_count(waiting, length)?;
        if waiting.len() < length + fd_count {
            return self.check_strays().map(|()| None);
        }
        let frame_end = self.position - waiting.len() as u64 + length as u64;
        let fds = if self.fds.is_empty() && fd_count == 0 {
            Vec::new()
        } else {
            self.take_fds(frame_end, fd_count)?
        };
        let body = self.start + LENGTH_SIZE..self.start + length;
        self.start += length + fd_count;
        Ok(Some(RawFrame { body: &self.buffer[body], fds }))
    }

    /// The descriptors of the frame that ends here. Those that came with bytes of frames are nobody's, and closed.
    fn take_fds(&mut self, frame_end: u64, count: usize) -> Result<Vec<OwnedFd>, InputError> {
        let mut fds = Vec::with_capacity(count);
        let belongs_or_stray = |(place, _): &(u64, OwnedFd)| *place < frame_end + count as u64;
        while self.fds.front().is_some_and(belongs_or_stray)
            && let Some((place, fd)) = self.fds.pop_front()
        {
            if place >= frame_end {
                fds.push(fd);
            }
        }
        if fds.len() == count {
            Ok(fds)
        } else {
            Err(InputError::MissingFds { expected: count, found: fds.len() })
        }
    }

    fn check_strays(&self) -> Result<(), InputError> {
        if self.fds.len() > MAX_FDS { Err(InputError::StrayFds) } else { Ok(()) }
    }
}

/// How many descriptors follow a frame, one byte each.
fn fd_count(waiting: &[u8], length: usize) -> Result<usize, InputError> {
    let word = |at: usize| waiting.get(at..)?.first_chunk().copied().map(u32::from_be_bytes);
    let Some(type_) = word(TYPE_AT) else { return Ok(0) };
    if type_ != MessageType::CallWithFds as u32 {
        return Ok(0);
    }
    if length < FD_COUNT_AT + 4 {
        return Err(frame::FrameError::TooShort(length).into());
    }
    match word(FD_COUNT_AT) {
        // Not here yet: neither is the frame's end.
        None => Ok(0),
        Some(count) if count as usize > MAX_FDS => Err(frame::FrameError::TooManyFds(count as usize).into()),
        Some(count) => Ok(count as usize),
    }
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
