//! The conversation: frames and the descriptors that travel with them, over a unix stream socket.

use std::collections::VecDeque;
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream as StdUnixStream;

use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use tokio::io::Interest;
use tokio::net::UnixStream;
use vireo_control::{CodecError, FromVmm, Request, ToVmm};

/// Descriptors taken from the vmm that no answer has claimed yet. It sends one with an answer, so more than a few
/// means that it has lost its way.
pub const MAX_WAITING_FDS: usize = 8;

/// Most descriptors that Linux lets one message carry (`SCM_MAX_FD`).
pub const MAX_SENT_FDS: usize = 253;

/// What is read at once: all but a hello fit.
const CHUNK: usize = 4096;

/// Why a conversation ended.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The vmm closed it, or is gone.
    #[error("the guest's process closed its control connection")]
    Closed,
    /// The socket failed.
    #[error("the control connection failed: {0}")]
    Io(#[from] io::Error),
    /// What came is no message.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// More descriptors than any answer has.
    #[error("the guest's process sent descriptors that nobody asked for")]
    Descriptors,
}

/// One end of a conversation.
pub struct Link {
    stream: UnixStream,
    input: Vec<u8>,
    fds: VecDeque<OwnedFd>,
    next_id: u64,
}

impl Link {
    /// Over a connected socket.
    pub fn new(stream: StdUnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        let stream = UnixStream::from_std(stream)?;
        Ok(Self { stream, input: Vec::new(), fds: VecDeque::new(), next_id: 1 })
    }

    /// Sends a request with the descriptors it names, and returns the id of the answer to come.
    ///
    /// Not to be cancelled: half a frame would be left on the way. The vmm reads at once or is dead, and the caller
    /// who sets a deadline closes the link with it.
    pub async fn send(&mut self, request: Request, fds: &[OwnedFd]) -> Result<u64, LinkError> {
        let id = self.next_id;
        self.next_id += 1;
        let frame = vireo_control::encode(&ToVmm { id, request })?;
        let raw: Vec<RawFd> = fds.iter().map(AsRawFd::as_raw_fd).collect();
        let mut sent = 0;
        while sent < frame.len() {
            let rights = [ControlMessage::ScmRights(&raw)];
            let control: &[ControlMessage<'_>] = if sent == 0 && !raw.is_empty() { &rights } else { &[] };
            let piece = [IoSlice::new(&frame[sent..])];
            sent += self
                .stream
                .async_io(Interest::WRITABLE, || {
                    let socket = self.stream.as_raw_fd();
                    Ok(sendmsg::<()>(socket, &piece, control, MsgFlags::MSG_NOSIGNAL, None)?)
                })
                .await?;
        }
        Ok(id)
    }

    /// The next frame. Cancelling it loses nothing.
    pub async fn recv(&mut self) -> Result<FromVmm, LinkError> {
        loop {
            if let Some(message) = self.parse()? {
                return Ok(message);
            }
            self.stream.readable().await?;
            self.read()?;
        }
    }

    /// The next frame, if all of it is there already.
    pub fn try_recv(&mut self) -> Result<Option<FromVmm>, LinkError> {
        loop {
            if let Some(message) = self.parse()? {
                return Ok(Some(message));
            }
            if !self.read()? {
                return Ok(None);
            }
        }
    }

    /// The descriptor that came with the answer just received.
    pub fn take_fd(&mut self) -> Option<OwnedFd> {
        self.fds.pop_front()
    }

    fn parse(&mut self) -> Result<Option<FromVmm>, LinkError> {
        let Some(prefix) = self.input.first_chunk::<4>() else { return Ok(None) };
        let length = vireo_control::frame_length(*prefix)?;
        let Some(body) = self.input[4..].get(..length) else { return Ok(None) };
        let message = vireo_control::decode(body)?;
        self.input.drain(..4 + length);
        if self.input.is_empty() {
            // A hello is large and comes once.
            self.input = Vec::new();
        }
        Ok(Some(message))
    }

    /// Reads what is there; false if there is nothing.
    fn read(&mut self) -> Result<bool, LinkError> {
        let mut chunk = [0; CHUNK];
        let mut space = nix::cmsg_space!([RawFd; MAX_WAITING_FDS]);
        let socket = self.stream.as_raw_fd();
        let fds = &mut self.fds;
        let outcome = self.stream.try_io(Interest::READABLE, || {
            let mut pieces = [IoSliceMut::new(&mut chunk)];
            let flags = MsgFlags::MSG_CMSG_CLOEXEC;
            let message = recvmsg::<()>(socket, &mut pieces, Some(&mut space), flags)?;
            for control in message.cmsgs()? {
                if let ControlMessageOwned::ScmRights(raw) = control {
                    // SAFETY: the kernel has just made these descriptors for this process, and nothing else knows
                    // of them.
                    fds.extend(raw.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
                }
            }
            Ok(message.bytes)
        });
        if self.fds.len() > MAX_WAITING_FDS {
            return Err(LinkError::Descriptors);
        }
        match outcome {
            Ok(0) => Err(LinkError::Closed),
            Ok(count) => {
                self.input.extend_from_slice(&chunk[..count]);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Err(LinkError::Closed),
            Err(error) => Err(error.into()),
        }
    }
}
