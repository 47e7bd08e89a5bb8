//! The main thread's epoll, and what its events are for.

use std::{io, os::fd::RawFd, time::Duration};

use vmm_sys_util::epoll::{ControlOperation, Epoll, EpollEvent, EventSet};

/// What an event is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// SIGTERM.
    Signal,
    /// [`Mailbox::bell`](crate::mailbox::Mailbox::bell).
    Mailbox,
    /// The guest set up the real-time clock's interrupts.
    Clock,
    /// The guest lent memory, or took some back.
    Balloon,
    /// The guest let a vCPU go.
    Vcpus,
    /// A serial port has output, or room for input.
    SerialBell,
    /// A serial port's host side: port and which of its descriptors.
    Serial(u8, Side),
    /// The control socket's listener.
    Listener,
    /// A control connection, by its number.
    Connection(u32),
}

/// Descriptors on a serial port's host side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The listener of the back end.
    Listener,
    /// The back end.
    Backend,
    /// The console client.
    Console,
}

impl Source {
    fn token(self) -> u64 {
        let (kind, value) = match self {
            Self::Signal => (0, 0),
            Self::Mailbox => (1, 0),
            Self::Clock => (2, 0),
            Self::SerialBell => (3, 0),
            Self::Listener => (4, 0),
            Self::Balloon => (9, 0),
            Self::Vcpus => (10, 0),
            Self::Connection(number) => (5, number),
            Self::Serial(port, Side::Listener) => (6, u32::from(port)),
            Self::Serial(port, Side::Backend) => (7, u32::from(port)),
            Self::Serial(port, Side::Console) => (8, u32::from(port)),
        };
        u64::from(value) << 8 | kind
    }

    fn from_token(token: u64) -> Option<Self> {
        let value = (token >> 8) as u32;
        Some(match token as u8 {
            0 => Self::Signal,
            1 => Self::Mailbox,
            2 => Self::Clock,
            3 => Self::SerialBell,
            4 => Self::Listener,
            5 => Self::Connection(value),
            6 => Self::Serial(value as u8, Side::Listener),
            7 => Self::Serial(value as u8, Side::Backend),
            8 => Self::Serial(value as u8, Side::Console),
            9 => Self::Balloon,
            10 => Self::Vcpus,
            _ => return None,
        })
    }
}

/// Events taken at once.
const BATCH: usize = 16;

/// The epoll.
pub struct Poller {
    epoll: Epoll,
}

impl Poller {
    /// An empty one.
    pub fn new() -> io::Result<Self> {
        Ok(Self { epoll: Epoll::new()? })
    }

    /// Watches a descriptor. It is forgotten when it is closed.
    pub fn add(&self, fd: RawFd, source: Source, events: EventSet) -> io::Result<()> {
        self.epoll.ctl(ControlOperation::Add, fd, EpollEvent::new(events, source.token()))
    }

    /// Changes what is watched for.
    pub fn change(&self, fd: RawFd, source: Source, events: EventSet) -> io::Result<()> {
        self.epoll.ctl(ControlOperation::Modify, fd, EpollEvent::new(events, source.token()))
    }

    /// Waits for events, at most so long.
    pub fn wait(&self, timeout: Option<Duration>) -> io::Result<Vec<(Source, EventSet)>> {
        let mut events = [EpollEvent::default(); BATCH];
        let millis = timeout.map_or(-1, |timeout| timeout.as_millis().clamp(1, 1 << 30) as i32);
        let count = match self.epoll.wait(millis, &mut events) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(error) => return Err(error),
        };
        let known =
            |event: &EpollEvent| Source::from_token(event.data()).map(|source| (source, event.event_set()));
        Ok(events[..count].iter().filter_map(known).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_as_they_went() {
        for source in [
            Source::Signal,
            Source::Mailbox,
            Source::Clock,
            Source::SerialBell,
            Source::Balloon,
            Source::Vcpus,
            Source::Listener,
            Source::Connection(u32::MAX),
            Source::Serial(3, Side::Listener),
            Source::Serial(2, Side::Backend),
            Source::Serial(1, Side::Console),
        ] {
            assert_eq!(Source::from_token(source.token()), Some(source));
        }
    }
}
