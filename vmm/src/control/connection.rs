//! One control connection: frames in, frames out, descriptors beside them. Nothing in here waits.

use std::{
    collections::VecDeque,
    io::{self, IoSlice, IoSliceMut},
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd},
        unix::net::UnixStream,
    },
};

use nix::{
    errno::Errno,
    sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg},
};
use serde::{Serialize, de::DeserializeOwned};
use vireo_control::{CodecError, decode, encode, frame_length};

/// Descriptors of one message: what the kernel passes at once.
const FDS_PER_MESSAGE: usize = 253;
/// Descriptors of one frame: 64 disks, 64 interfaces of 8 queues with vhost, and all the rest.
pub const MAX_FDS: usize = 1200;
/// Bytes that wait to be sent: some hundred events and answers. A peer that leaves more unread is not one.
const MAX_WAITING: usize = 1 << 20;
/// Bytes read at once.
const CHUNK: usize = 16 << 10;

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The peer closed it.
    #[error("the peer closed the connection")]
    Closed,
    /// The peer broke the codec.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// Too many descriptors.
    #[error("a frame with more than {MAX_FDS} descriptors")]
    TooManyFds,
    /// The peer does not read.
    #[error("the peer does not read")]
    Deaf,
    /// A system call failed.
    #[error("control connection: {0}")]
    System(#[from] Errno),
}

/// The connection.
pub struct Connection {
    socket: UnixStream,
    received: Vec<u8>,
    fds: Vec<OwnedFd>,
    waiting: VecDeque<(Vec<u8>, Vec<OwnedFd>)>,
    waiting_bytes: usize,
}

/// The body of a frame, with the descriptors that came until its end.
pub type Frame = (Vec<u8>, Vec<OwnedFd>);

impl Connection {
    /// Takes a stream socket over.
    pub fn new(socket: UnixStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self { socket, received: Vec::new(), fds: Vec::new(), waiting: VecDeque::new(), waiting_bytes: 0 })
    }

    /// Its descriptor.
    pub fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    /// Its descriptor, to wait for.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// The next frame, where all of it has come.
    pub fn receive(&mut self) -> Result<Option<Frame>, ConnectionError> {
        loop {
            if let Some(prefix) = self.received.first_chunk() {
                let length = frame_length(*prefix)?;
                if self.received.len() >= 4 + length {
                    let rest = self.received.split_off(4 + length);
                    let mut body = std::mem::replace(&mut self.received, rest);
                    body.drain(..4);
                    return Ok(Some((body, std::mem::take(&mut self.fds))));
                }
            }
            match self.read_some() {
                Ok(()) => {}
                Err(ConnectionError::System(Errno::EAGAIN)) => return Ok(None),
                Err(ConnectionError::System(Errno::EINTR)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads no further than the frame that has begun: descriptors behind it belong to the next.
    fn read_some(&mut self) -> Result<(), ConnectionError> {
        let wanted = match self.received.first_chunk() {
            Some(prefix) => 4 + frame_length(*prefix)? - self.received.len(),
            None => 4 - self.received.len(),
        };
        let start = self.received.len();
        self.received.resize(start + wanted.min(CHUNK), 0);
        let mut space = nix::cmsg_space!([RawFd; FDS_PER_MESSAGE]);
        let mut buffer = [IoSliceMut::new(&mut self.received[start..])];
        let flags = MsgFlags::MSG_CMSG_CLOEXEC;
        let result = recvmsg::<()>(self.socket.as_raw_fd(), &mut buffer, Some(&mut space), flags);
        let (count, fds, truncated) = match result {
            Ok(message) => {
                let mut fds = Vec::new();
                if let Ok(controls) = message.cmsgs() {
                    for control in controls {
                        if let ControlMessageOwned::ScmRights(list) = control {
                            fds.extend(list.into_iter().map(own));
                        }
                    }
                }
                (message.bytes, fds, message.flags.contains(MsgFlags::MSG_CTRUNC))
            }
            Err(error) => {
                self.received.truncate(start);
                return Err(error.into());
            }
        };
        self.received.truncate(start + count);
        self.fds.extend(fds);
        if truncated || self.fds.len() > MAX_FDS {
            return Err(ConnectionError::TooManyFds);
        }
        if count == 0 { Err(ConnectionError::Closed) } else { Ok(()) }
    }

    /// Sends a frame, now or when the peer reads.
    pub fn send<T: Serialize>(&mut self, message: &T, fds: Vec<OwnedFd>) -> Result<(), ConnectionError> {
        self.send_raw(encode(message)?, fds)
    }

    /// Sends bytes.
    pub(super) fn send_raw(&mut self, frame: Vec<u8>, fds: Vec<OwnedFd>) -> Result<(), ConnectionError> {
        self.waiting_bytes += frame.len();
        self.waiting.push_back((frame, fds));
        self.flush()?;
        if self.waiting_bytes > MAX_WAITING { Err(ConnectionError::Deaf) } else { Ok(()) }
    }

    /// Sends what waits, as far as the peer takes it.
    pub fn flush(&mut self) -> Result<(), ConnectionError> {
        while let Some((frame, fds)) = self.waiting.front_mut() {
            let raw: Vec<RawFd> = fds.iter().map(|fd| fd.as_raw_fd()).collect();
            let rights = [ControlMessage::ScmRights(&raw)];
            let controls = if raw.is_empty() { &[][..] } else { &rights[..] };
            let slice = [IoSlice::new(frame)];
            match sendmsg::<()>(self.socket.as_raw_fd(), &slice, controls, MsgFlags::MSG_NOSIGNAL, None) {
                Ok(count) => {
                    fds.clear();
                    self.waiting_bytes -= count;
                    frame.drain(..count);
                    if frame.is_empty() {
                        self.waiting.pop_front();
                    }
                }
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Something waits to be sent.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }
}

/// Takes a descriptor that came with a message.
fn own(fd: RawFd) -> OwnedFd {
    // SAFETY: the kernel has just made it for us, and nobody else knows it.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// The message of a frame.
pub fn message<T: DeserializeOwned>(body: &[u8]) -> Result<T, ConnectionError> {
    Ok(decode(body)?)
}
