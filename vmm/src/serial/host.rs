//! The host's side, driven by the main thread.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Write},
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::net::{UnixListener, UnixStream},
    },
    sync::Arc,
};

use vireo_control::{ChardevSpec, FdIndex, VmmError, VmmErrorKind};
use vmm_sys_util::epoll::EventSet;

use super::{
    SCROLLBACK_BYTES,
    peer::{Kind, Peer, Presence},
    port::{Bell, GuestPort},
    scrollback::Scrollback,
};
use crate::{
    fds::{Descriptors, FdError},
    log,
    poller::{Poller, Side, Source},
};

/// What stands behind a port.
enum Backend {
    Nothing,
    File(FileSink),
    Peer(Peer),
    /// A listener, and who came.
    Listener(UnixListener, Option<Peer>),
}

/// A file that is appended to.
struct FileSink {
    file: File,
    failed: bool,
}

impl FileSink {
    fn new(fd: OwnedFd) -> Self {
        Self { file: fd.into(), failed: false }
    }

    fn write(&mut self, alias: &str, data: &[u8]) {
        if let Err(error) = self.file.write_all(data)
            && !self.failed
        {
            self.failed = true;
            log::line(format_args!("{alias}: output is lost, its file cannot be written: {error}"));
        }
    }
}

/// What a port is on the host's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// The guest never waits for a reader: who is behind loses. What was shown last is shown to the next console.
    Console,
    /// Nothing is lost while somebody is there: the guest waits. Nothing is kept for who comes later.
    Channel,
}

/// A port's host side, as it is asked for.
pub struct HostOptions<'a> {
    /// Its alias.
    pub alias: &'a str,
    /// Its number among all ports of the machine.
    pub number: u8,
    /// What it is.
    pub manner: Manner,
    /// What stands behind it.
    pub backend: ChardevSpec,
    /// A file for everything the guest writes.
    pub log: Option<FdIndex>,
}

/// Pieces of a channel's output moved in one turn: each fills the queue of who reads.
const MAX_PIECES: usize = 16;

/// A port's host side.
pub struct SerialHost {
    alias: String,
    number: u8,
    manner: Manner,
    port: Arc<dyn GuestPort>,
    backend: Backend,
    log: Option<FileSink>,
    scrollback: Scrollback,
    console: Option<Peer>,
}

impl SerialHost {
    /// Takes the descriptors of the specification.
    pub fn new(
        spec: &HostOptions<'_>,
        fds: &mut Descriptors,
        port: Arc<dyn GuestPort>,
    ) -> Result<Self, SerialError> {
        let failed = |source| SerialError::System { alias: spec.alias.to_owned(), source };
        let mut take = |index| fds.take(index, spec.alias);
        let backend = match spec.backend {
            ChardevSpec::Null => Backend::Nothing,
            ChardevSpec::File(fd) => Backend::File(FileSink::new(take(fd)?)),
            ChardevSpec::Pty(fd) => {
                Backend::Peer(Peer::new(take(fd)?, Kind::Pty, VecDeque::new()).map_err(failed)?)
            }
            ChardevSpec::UnixConnected(fd) => {
                Backend::Peer(Peer::new(take(fd)?, Kind::Stream, VecDeque::new()).map_err(failed)?)
            }
            ChardevSpec::Stdio(input, output) => {
                Backend::Peer(Peer::pair(take(input)?, take(output)?).map_err(failed)?)
            }
            ChardevSpec::UnixListen(fd) => {
                let listener = UnixListener::from(take(fd)?);
                listener.set_nonblocking(true).map_err(failed)?;
                Backend::Listener(listener, None)
            }
        };
        let log = spec.log.map(&mut take).transpose()?.map(FileSink::new);
        let scrollback = Scrollback::new(if spec.manner == Manner::Console { SCROLLBACK_BYTES } else { 0 });
        let (alias, number, manner) = (spec.alias.to_owned(), spec.number, spec.manner);
        let host = Self { alias, number, manner, port, backend, log, scrollback, console: None };
        host.tell_port();
        Ok(host)
    }

    /// Its alias.
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// Whether it is a channel.
    pub fn is_channel(&self) -> bool {
        self.manner == Manner::Channel
    }

    /// Its number among all ports.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// The guest's side.
    pub fn port(&self) -> &Arc<dyn GuestPort> {
        &self.port
    }

    /// Watches what it has.
    pub fn watch(&mut self, poller: &Poller) -> io::Result<()> {
        match &self.backend {
            Backend::Nothing | Backend::File(_) => Ok(()),
            Backend::Peer(peer) => peer.watch(poller, Source::Serial(self.number, Side::Backend)),
            Backend::Listener(listener, _) => poller.add(
                listener.as_raw_fd(),
                Source::Serial(self.number, Side::Listener),
                EventSet::IN | EventSet::EDGE_TRIGGERED,
            ),
        }
    }

    /// A descriptor of it is ready.
    pub fn ready(&mut self, side: Side, poller: &Poller) {
        match side {
            Side::Console => {
                if let Some(console) = &mut self.console {
                    console.woken();
                }
            }
            Side::Backend => match &mut self.backend {
                Backend::Peer(peer) | Backend::Listener(_, Some(peer)) => peer.woken(),
                _ => {}
            },
            Side::Listener => {}
        }
        self.pump(poller);
    }

    /// Moves all there is: output out, input in.
    pub fn pump(&mut self, poller: &Poller) {
        for _ in 0..MAX_PIECES {
            let most = self.room();
            let output = self.port.take_output(most);
            let more = self.manner == Manner::Channel && !output.is_empty();
            self.move_on(output, poller);
            if !more {
                break;
            }
        }
        self.tell_port();
    }

    /// Output that those who read still hold: any amount where they are left behind, or there is nobody.
    fn room(&self) -> usize {
        if self.manner == Manner::Console {
            return usize::MAX;
        }
        let backend = match &self.backend {
            Backend::Peer(peer) | Backend::Listener(_, Some(peer)) => Some(peer),
            _ => None,
        };
        backend.into_iter().chain(&self.console).map(Peer::room).min().unwrap_or(usize::MAX)
    }

    /// Tells the port whether somebody is there.
    fn tell_port(&self) {
        let backend = !matches!(self.backend, Backend::Nothing | Backend::Listener(_, None));
        let open = self.manner == Manner::Console || backend || self.console.is_some();
        self.port.set_host_open(open);
    }

    /// Output out, input in.
    fn move_on(&mut self, output: Vec<u8>, poller: &Poller) {
        if !output.is_empty() {
            self.scrollback.push(&output);
            if let Some(log) = &mut self.log {
                log.write(&self.alias, &output);
            }
        }
        let (port, number) = (&*self.port, self.number);
        let exchange = |peer: &mut Peer, side: Side| {
            if peer.send(&output) == Presence::Gone {
                return Presence::Gone;
            }
            peer.watch_for_room(poller, Source::Serial(number, side));
            peer.receive(port)
        };
        match &mut self.backend {
            Backend::Nothing => {}
            Backend::File(file) => file.write(&self.alias, &output),
            Backend::Peer(peer) => {
                if exchange(peer, Side::Backend) == Presence::Gone {
                    self.backend = Backend::Nothing;
                }
            }
            Backend::Listener(_, client) => {
                if let Some(peer) = client
                    && exchange(peer, Side::Backend) == Presence::Gone
                {
                    *client = None;
                }
            }
        }
        if let Some(console) = &mut self.console
            && exchange(console, Side::Console) == Presence::Gone
        {
            self.console = None;
        }
        self.accept(poller);
    }

    /// Lets the next client of a listening back end in, when the last has gone.
    fn accept(&mut self, poller: &Poller) {
        let Backend::Listener(listener, client @ None) = &mut self.backend else { return };
        while let Ok((stream, _)) = listener.accept() {
            let Ok(mut peer) = Peer::new(stream.into(), Kind::Stream, VecDeque::new()) else { continue };
            let watched = peer.watch(poller, Source::Serial(self.number, Side::Backend));
            if watched.is_ok() && peer.receive(&*self.port) == Presence::Here {
                *client = Some(peer);
                return;
            }
        }
    }

    /// Opens a console: the scrollback comes first. Returns the client's end.
    pub fn open_console(&mut self, force: bool, poller: &Poller) -> Result<OwnedFd, VmmError> {
        self.pump(poller);
        if self.console.is_some() && !force {
            let message = format!("console {} is in use", self.alias);
            return Err(VmmError { kind: VmmErrorKind::Busy, message });
        }
        let open = || -> io::Result<(Peer, OwnedFd)> {
            let (ours, theirs) = UnixStream::pair()?;
            let mut peer = Peer::new(ours.into(), Kind::Stream, self.scrollback.copy())?;
            peer.watch(poller, Source::Serial(self.number, Side::Console))?;
            peer.flush();
            peer.watch_for_room(poller, Source::Serial(self.number, Side::Console));
            Ok((peer, theirs.into()))
        };
        match open() {
            Ok((peer, theirs)) => {
                self.console = Some(peer);
                self.tell_port();
                Ok(theirs)
            }
            Err(error) => {
                let message = format!("cannot open console {}: {error}", self.alias);
                Err(VmmError { kind: VmmErrorKind::System, message })
            }
        }
    }
}

/// Why there is no serial port as specified.
#[derive(Debug, thiserror::Error)]
pub enum SerialError {
    /// A descriptor is missing.
    #[error(transparent)]
    Fd(#[from] FdError),
    /// There is no such port, or it is taken.
    #[error("{alias}: there is no free serial port {port}")]
    Port {
        /// Whose.
        alias: String,
        /// 0 to 3.
        port: u8,
    },
    /// More ports than numbers.
    #[error("{alias}: a machine has 251 ports of virtio consoles at most")]
    TooMany {
        /// Which is one too many.
        alias: String,
    },
    /// A system call failed.
    #[error("{alias}: cannot set up the serial port's back end: {source}")]
    System {
        /// Whose.
        alias: String,
        /// Why.
        source: io::Error,
    },
}

/// The bell of all ports.
pub fn bell() -> io::Result<Bell> {
    use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};
    Ok(Arc::new(EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC)?))
}
