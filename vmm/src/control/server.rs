//! Who is connected: the daemon that started the guest, and those that came later.

use std::{
    collections::BTreeMap,
    io,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::net::{UnixListener, UnixStream},
    },
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use vireo_control::{
    Event, FromVmm, PROTOCOL, ProtocolRange, Reply, Request, ToVmm, VmmError, VmmErrorKind, decode,
};
use vmm_sys_util::epoll::EventSet;

use super::connection::{Connection, ConnectionError};
use crate::{
    log,
    poller::{Poller, Source},
};

/// Most connections: the daemon's, one that replaces it, and somebody who looks.
const MAX_CONNECTIONS: usize = 8;

/// An answer and the descriptors that go with it.
pub type Answer = (Result<Reply, VmmError>, Vec<OwnedFd>);

/// The connections.
pub struct Server {
    listener: UnixListener,
    connections: BTreeMap<u32, Watched>,
    next: u32,
}

/// A connection, and whether the poller watches for room to send.
struct Watched {
    connection: Connection,
    for_room: bool,
    /// The newest version that its peer said it speaks; 0 before it said so.
    newest: u32,
}

/// Edge triggered: what can be read is read, and what waits is sent, at every event.
fn watched(for_room: bool) -> EventSet {
    let events = EventSet::IN | EventSet::READ_HANG_UP | EventSet::EDGE_TRIGGERED;
    if for_room { events | EventSet::OUT } else { events }
}

/// What can be made out of a request that is not known.
#[derive(Deserialize)]
struct Unknown {
    id: u64,
}

impl Server {
    /// Serves on `listener`, and the connection there is from the start.
    pub fn new(listener: UnixListener, first: Connection, poller: &Poller) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        poller.add(listener.as_raw_fd(), Source::Listener, EventSet::IN)?;
        let mut server = Self { listener, connections: BTreeMap::new(), next: 0 };
        server.add(first, poller)?;
        Ok(server)
    }

    fn add(&mut self, connection: Connection, poller: &Poller) -> io::Result<()> {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        poller.add(connection.fd(), Source::Connection(number), watched(false))?;
        self.connections.insert(number, Watched { connection, for_room: false, newest: 0 });
        Ok(())
    }

    /// Lets a new daemon in.
    pub fn accept(&mut self, poller: &Poller) {
        while let Ok((socket, _)) = self.listener.accept() {
            if let Err(error) = self.admit(socket, poller) {
                log::line(format_args!("control socket: {error}"));
            }
        }
    }

    fn admit(&mut self, socket: UnixStream, poller: &Poller) -> io::Result<()> {
        if self.connections.len() >= MAX_CONNECTIONS {
            // The oldest is the one most likely to be forgotten.
            self.connections.pop_first();
        }
        self.add(Connection::new(socket)?, poller)
    }

    /// The next request of a connection. Requests that are not known are answered here.
    pub fn next_request(&mut self, number: u32) -> Option<ToVmm> {
        loop {
            let connection = &mut self.connections.get_mut(&number)?.connection;
            if let Err(error) = connection.flush() {
                self.close(number, &error);
                return None;
            }
            match connection.receive() {
                Ok(None) => return None,
                // Descriptors come with the launch only, which is over: these are closed.
                Ok(Some((body, _))) => match decode::<ToVmm>(&body) {
                    Ok(message) => return Some(message),
                    Err(error) => match decode::<Unknown>(&body) {
                        Ok(Unknown { id }) => self.answer(number, id, (Err(unknown(&error)), Vec::new())),
                        Err(error) => {
                            self.close(number, &error.into());
                            return None;
                        }
                    },
                },
                Err(error) => {
                    self.close(number, &error);
                    return None;
                }
            }
        }
    }

    /// Answers a request.
    pub fn answer(&mut self, number: u32, id: u64, (result, fds): Answer) {
        if let Some(Watched { connection, .. }) = self.connections.get_mut(&number)
            && let Err(error) = connection.send(&FromVmm::Reply { id, result }, fds)
        {
            self.close(number, &error);
        }
    }

    /// The peer of a connection said what it speaks.
    pub fn speaks(&mut self, number: u32, protocol: ProtocolRange) {
        if let Some(watched) = self.connections.get_mut(&number) {
            watched.newest = protocol.newest;
        }
    }

    /// Tells everybody, but for those that would not understand.
    pub fn announce(&mut self, event: &Event) {
        let message = FromVmm::Event { event: event.clone() };
        let mut gone = Vec::new();
        for (number, Watched { connection, newest, .. }) in &mut self.connections {
            if event.since() > (*newest).max(PROTOCOL.oldest) {
                continue;
            }
            if let Err(error) = connection.send(&message, Vec::new()) {
                gone.push((*number, error));
            }
        }
        for (number, error) in gone {
            self.close(number, &error);
        }
    }

    /// Watches for room to send where something waits for it, and only there: else every read at the other end would
    /// wake the main thread. To be called when all has been said.
    pub fn watch_for_room(&mut self, poller: &Poller) {
        for (number, Watched { connection, for_room, .. }) in &mut self.connections {
            if connection.is_waiting() != *for_room {
                *for_room = !*for_room;
                // Cannot fail for a socket that is watched already.
                let _ = poller.change(connection.fd(), Source::Connection(*number), watched(*for_room));
            }
        }
    }

    /// Waits until everybody has read what was sent, at most so long.
    pub fn drain(&mut self, patience: Duration) {
        let deadline = Instant::now() + patience;
        loop {
            self.connections.retain(|_, Watched { connection, .. }| {
                connection.flush().is_ok() && connection.is_waiting()
            });
            if self.connections.is_empty() || Instant::now() >= deadline {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn close(&mut self, number: u32, why: &ConnectionError) {
        if !matches!(why, ConnectionError::Closed) {
            log::line(format_args!("control connection {number} is closed: {why}"));
        }
        self.connections.remove(&number);
    }
}

fn unknown(error: &dyn std::error::Error) -> VmmError {
    let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    VmmError { kind: VmmErrorKind::Unknown, message: format!("this request is not known here{cause}") }
}

/// A request that only opens a connection, coming at another time.
pub fn out_of_place(request: &Request) -> VmmError {
    let name = if matches!(request, Request::Launch { .. }) { "launch" } else { "this request" };
    VmmError { kind: VmmErrorKind::State, message: format!("{name} comes too late: the guest is there") }
}
