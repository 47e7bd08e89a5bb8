//! Somebody who reads and types on the host's side of a port: a queue before a nonblocking descriptor.

use std::{
    collections::VecDeque,
    io,
    os::fd::{AsRawFd, BorrowedFd, OwnedFd},
    sync::Arc,
};

use nix::{
    errno::Errno,
    fcntl::{FcntlArg, OFlag, fcntl},
    poll::{PollFd, PollFlags, PollTimeout, poll},
    unistd::{read, write},
};

use vmm_sys_util::epoll::EventSet;

use super::{QUEUE_BYTES, port::GuestPort};
use crate::poller::{Poller, Source};

/// Whether a peer is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    Here,
    /// It hung up.
    Gone,
}

/// What a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reading nothing means that it hung up.
    Stream,
    /// A pseudo-terminal's master: users come and go, and without one output is dropped.
    Pty,
}

/// The peer.
pub struct Peer {
    input: Option<Arc<OwnedFd>>,
    output: Arc<OwnedFd>,
    kind: Kind,
    queue: VecDeque<u8>,
    /// The descriptor may have input.
    readable: bool,
    /// The poller watches for room in the output.
    watched_for_room: bool,
}

fn watched(for_room: bool) -> EventSet {
    let events = EventSet::IN | EventSet::READ_HANG_UP | EventSet::EDGE_TRIGGERED;
    if for_room { events | EventSet::OUT } else { events }
}

/// Input taken at once: a buffer of a virtio port; a serial port's FIFO takes less.
const CHUNK: usize = 4096;

impl Peer {
    /// A peer with one descriptor. `replay` goes out first.
    pub fn new(fd: OwnedFd, kind: Kind, replay: VecDeque<u8>) -> io::Result<Self> {
        let fd = Arc::new(fd);
        Self::with(Some(fd.clone()), fd, kind, replay)
    }

    /// A peer with two descriptors.
    pub fn pair(input: OwnedFd, output: OwnedFd) -> io::Result<Self> {
        Self::with(Some(Arc::new(input)), Arc::new(output), Kind::Stream, VecDeque::new())
    }

    fn with(
        input: Option<Arc<OwnedFd>>,
        output: Arc<OwnedFd>,
        kind: Kind,
        queue: VecDeque<u8>,
    ) -> io::Result<Self> {
        for fd in input.iter().chain([&output]) {
            let flags = OFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFL)?);
            fcntl(fd, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        }
        Ok(Self { input, output, kind, queue, readable: true, watched_for_room: false })
    }

    /// Watches it. Edge triggered: a pseudo-terminal without users would wake the main thread for ever.
    pub fn watch(&self, poller: &Poller, source: Source) -> io::Result<()> {
        let output = self.output.as_raw_fd();
        let input = self.input.as_ref().map(|fd| fd.as_raw_fd()).filter(|fd| *fd != output);
        for fd in [output].into_iter().chain(input) {
            match poller.add(fd, source, watched(false)) {
                // A regular file as standard input or output is always ready.
                Err(error) if error.raw_os_error() == Some(libc::EPERM) => {}
                added => added?,
            }
        }
        Ok(())
    }

    /// Watches for room in the output while something waits for it, and only then: else every read at the other end
    /// would wake the main thread.
    pub fn watch_for_room(&mut self, poller: &Poller, source: Source) {
        let waiting = !self.queue.is_empty();
        if waiting != self.watched_for_room {
            self.watched_for_room = waiting;
            // Fails for a regular file, which always has room.
            let _ = poller.change(self.output.as_raw_fd(), source, watched(waiting));
        }
    }

    /// Its descriptors may be ready again.
    pub fn woken(&mut self) {
        self.readable = true;
    }

    /// Sends output, as much as it takes and as its queue holds.
    pub fn send(&mut self, data: &[u8]) -> Presence {
        if self.kind == Kind::Pty && self.nobody_reads() {
            self.queue.clear();
            return Presence::Here;
        }
        let room = self.room();
        self.queue.extend(&data[..data.len().min(room)]);
        self.flush()
    }

    /// Bytes that its queue still holds.
    pub fn room(&self) -> usize {
        QUEUE_BYTES.saturating_sub(self.queue.len())
    }

    /// Sends what waits.
    pub fn flush(&mut self) -> Presence {
        while !self.queue.is_empty() {
            match write(&self.output, self.queue.as_slices().0) {
                Ok(count) => drop(self.queue.drain(..count)),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => break,
                Err(Errno::EIO) if self.kind == Kind::Pty => self.queue.clear(),
                Err(_) => return Presence::Gone,
            }
        }
        Presence::Here
    }

    /// Moves input into the port, as much as both have.
    pub fn receive(&mut self, port: &dyn GuestPort) -> Presence {
        while self.readable {
            let Some(input) = &self.input else { break };
            let room = port.room().min(CHUNK);
            if room == 0 {
                break;
            }
            let mut buffer = [0; CHUNK];
            match read(input, &mut buffer[..room]) {
                Ok(0) => {
                    self.readable = false;
                    if self.kind == Kind::Stream {
                        return Presence::Gone;
                    }
                }
                Ok(count) => port.input(&buffer[..count]),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => self.readable = false,
                // The last user of a pseudo-terminal has closed it.
                Err(Errno::EIO) if self.kind == Kind::Pty => self.readable = false,
                Err(_) => return Presence::Gone,
            }
        }
        Presence::Here
    }

    fn nobody_reads(&self) -> bool {
        let output: BorrowedFd<'_> = std::os::fd::AsFd::as_fd(&self.output);
        let mut fds = [PollFd::new(output, PollFlags::empty())];
        let ready = poll(&mut fds, PollTimeout::ZERO);
        ready.is_ok() && fds[0].revents().is_some_and(|events| events.contains(PollFlags::POLLHUP))
    }
}
