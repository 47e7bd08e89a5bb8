//! Accepting clients: how many, and until when.
//!
//! With `max_clients` connected, one more per socket is accepted and waits unread, the rest wait in the kernel's
//! queue. Nobody is turned away and nobody who is connected notices.

use std::io;
use std::os::unix::net::UnixListener as StdListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::client::ClientHandle;
use super::connection::{ClientLimits, Connection};
use super::dispatch::Lookup;
use super::keepalive::KeepaliveLimits;
use super::lanes::LaneLimits;
use super::listen::Listener;
use super::table;
use crate::config::Config;
use crate::daemon::Daemon;
use crate::identity::Identity;
use crate::memory;

/// After so many connections have ended, what they left is given back: some 2 KiB each.
const ENDS_PER_TRIM: usize = 512;

/// How long accepting rests after it failed for want of descriptors or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long calls that change something may take to end when the daemon stops.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// The server: one task per socket, one per client.
pub struct Server {
    shared: Arc<Shared>,
    accepting: JoinSet<()>,
    paths: Vec<PathBuf>,
}

struct Shared {
    daemon: Arc<Daemon>,
    lookup: Lookup,
    capacity: usize,
    places: Arc<Semaphore>,
    ended: AtomicUsize,
    limits: Mutex<ClientLimits>,
    /// True from the moment on when clients are to be let go.
    stop: watch::Sender<bool>,
}

impl Server {
    /// Starts to accept. Within a runtime.
    pub fn start(daemon: Arc<Daemon>, listeners: Vec<Listener>, config: &Config) -> io::Result<Self> {
        Self::start_with(daemon, listeners, config, table::lookup)
    }

    pub(crate) fn start_with(
        daemon: Arc<Daemon>,
        listeners: Vec<Listener>,
        config: &Config,
        lookup: Lookup,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            daemon,
            lookup,
            capacity: config.max_clients,
            places: Arc::new(Semaphore::new(config.max_clients)),
            ended: AtomicUsize::new(0),
            limits: Mutex::new(limits(config)),
            stop: watch::Sender::new(false),
        });
        let mut server = Self { shared, accepting: JoinSet::new(), paths: Vec::new() };
        for listener in listeners {
            let (socket, read_only, path) = listener.split();
            let socket = UnixListener::from_std(StdListener::from(socket))?;
            server.paths.extend(path);
            server.accepting.spawn(server.shared.clone().accept(socket, read_only));
        }
        Ok(server)
    }

    /// Other limits, for clients that connect from now on. How many may be connected stays.
    pub fn set_limits(&self, config: &Config) {
        *self.shared.limits.lock().unwrap_or_else(PoisonError::into_inner) = limits(config);
    }

    /// How many clients are connected.
    pub fn clients(&self) -> usize {
        self.shared.capacity - self.shared.places.available_permits()
    }

    /// Accepts nobody any more, lets everybody go, and gives calls that run a little time to end.
    pub async fn stop(mut self) {
        self.accepting.shutdown().await;
        for path in &self.paths {
            if let Err(reason) = std::fs::remove_file(path) {
                tracing::warn!("cannot remove {}: {reason}", path.display());
            }
        }
        self.shared.stop.send_replace(true);
        // Each client's task has a receiver for as long as it lives.
        if tokio::time::timeout(STOP_GRACE, self.shared.stop.closed()).await.is_err() {
            tracing::warn!("some calls did not end within {} seconds", STOP_GRACE.as_secs());
        }
    }
}

fn limits(config: &Config) -> ClientLimits {
    let interval = u64::try_from(config.keepalive_interval).ok().filter(|seconds| *seconds > 0);
    ClientLimits {
        lanes: LaneLimits { normal: config.max_client_requests, high: config.prio_workers },
        keepalive: KeepaliveLimits {
            interval: interval.map(Duration::from_secs),
            count: config.keepalive_count,
        },
    }
}

impl Shared {
    async fn accept(self: Arc<Self>, listener: UnixListener, read_only: bool) {
        loop {
            let socket = match listener.accept().await {
                Ok((socket, _)) => socket,
                Err(reason) => {
                    tracing::error!("cannot accept a client: {reason}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            if self.places.available_permits() == 0 {
                tracing::warn!("max_clients are connected: further clients wait");
            }
            let Ok(place) = self.places.clone().acquire_owned().await else { return };
            match Identity::of_peer(&socket) {
                Ok(identity) => {
                    let client = ClientHandle::new(self.daemon.clone(), identity, read_only);
                    tokio::spawn(self.clone().serve(socket, client, place));
                }
                Err(reason) => tracing::error!("a client has no identity: {reason}"),
            }
        }
    }

    async fn serve(self: Arc<Self>, socket: UnixStream, client: ClientHandle, place: OwnedSemaphorePermit) {
        tracing::debug!("{client:?}: connected");
        let stop = self.stop.subscribe();
        let limits = *self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let end = Connection::new(socket, client.clone(), limits, self.lookup).serve(stop).await;
        if end.is_ordinary() {
            tracing::debug!("{client:?}: {end}");
        } else {
            tracing::warn!("{client:?} was disconnected: {end}");
        }
        drop(place);
        if self.ended.fetch_add(1, Ordering::Relaxed) % ENDS_PER_TRIM == ENDS_PER_TRIM - 1 {
            memory::give_back();
        }
    }
}
