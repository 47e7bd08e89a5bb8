//! A connected client, as handlers and events see it.
//!
//! A [`ClientHandle`] is cheap to clone and may outlive the connection: sending to a client that is gone does
//! nothing. The connection's own task holds everything else (buffers, calls in flight, streams).

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;
use vireo_protocol::{qemu, remote};
use vireo_xdr::Encode;

use super::frame;
use super::outbox::Outbox;
use crate::daemon::Daemon;
use crate::identity::Identity;

/// A connected client.
#[derive(Clone)]
pub struct ClientHandle(Arc<Client>);

struct Client {
    id: u64,
    daemon: Arc<Daemon>,
    identity: Identity,
    read_only_socket: bool,
    opened: AtomicBool,
    read_only: AtomicBool,
    outbox: Outbox,
    session: Mutex<Session>,
}

/// What changes rarely: when the client opens, registers, closes.
#[derive(Default)]
struct Session {
    uri: Option<Arc<str>>,
    subscriptions: Vec<Subscription>,
    hooks: Vec<(u64, Hook)>,
    next_hook: u64,
    ended: bool,
}

type Hook = Box<dyn FnOnce() + Send>;

/// Names a hook, to take it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookId(u64);

/// An event the client asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Which kind of object it is about.
    pub object: EventObject,
    /// Which event of that kind.
    pub event_id: i32,
    /// The one object it is about; without it, all.
    pub filter: Option<Uuid>,
    /// What the events' hub calls it.
    pub callback_id: i32,
    /// Whether it was asked for by the calls that know no callback ids, and is sent in their form.
    pub legacy: bool,
}

/// The kinds of objects that have events of their own numbering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventObject {
    /// Domains.
    Domain,
    /// Networks.
    Network,
    /// Storage pools.
    StoragePool,
    /// Node devices.
    NodeDevice,
    /// Secrets.
    Secret,
    /// Monitor events of the qemu program.
    QemuMonitor,
}

impl ClientHandle {
    pub(crate) fn new(daemon: Arc<Daemon>, identity: Identity, read_only_socket: bool) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(Arc::new(Client {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            daemon,
            identity,
            read_only_socket,
            opened: AtomicBool::new(false),
            read_only: AtomicBool::new(read_only_socket),
            outbox: Outbox::default(),
            session: Mutex::default(),
        }))
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its number in logs; no two clients of a daemon's life share one.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The daemon it is connected to.
    pub fn daemon(&self) -> &Arc<Daemon> {
        &self.0.daemon
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// Whether it may change nothing: by the socket it came in at, or because it opened so.
    pub fn read_only(&self) -> bool {
        self.0.read_only.load(Ordering::Relaxed)
    }

    /// Whether it has opened the hypervisor connection.
    pub fn opened(&self) -> bool {
        self.0.opened.load(Ordering::Relaxed)
    }

    /// The URI it opened.
    pub fn uri(&self) -> Option<Arc<str>> {
        self.session().uri.clone()
    }

    /// It opened the hypervisor connection. A read-only socket stays one, whatever was asked for.
    pub fn set_opened(&self, uri: &str, read_only: bool) {
        self.session().uri = Some(uri.into());
        self.0.read_only.store(read_only || self.0.read_only_socket, Ordering::Relaxed);
        self.0.opened.store(true, Ordering::Relaxed);
    }

    /// Sends an event of the remote program. It returns at once; a client that does not read its events is
    /// disconnected when too many wait.
    pub fn send_event(&self, procedure: i32, event: &impl Encode) {
        self.send_program_event(remote::PROGRAM, procedure, event);
    }

    /// Sends an event of the qemu program.
    pub fn send_qemu_event(&self, procedure: i32, event: &impl Encode) {
        self.send_program_event(qemu::PROGRAM, procedure, event);
    }

    fn send_program_event(&self, program: u32, procedure: i32, event: &impl Encode) {
        match frame::event(program, procedure, event) {
            Ok(frame) => self.0.outbox.push(frame),
            Err(error) => tracing::error!("client {}: event {procedure} cannot be sent: {error}", self.id()),
        }
    }

    /// Runs a hook when the client goes away, at once if it already has.
    /// Hooks must not block: they run on the connection's task.
    pub fn on_close(&self, hook: impl FnOnce() + Send + 'static) -> HookId {
        let mut session = self.session();
        session.next_hook += 1;
        let id = session.next_hook;
        if session.ended {
            drop(session);
            hook();
        } else {
            session.hooks.push((id, Box::new(hook)));
        }
        HookId(id)
    }

    /// Takes a hook back.
    pub fn forget_hook(&self, id: HookId) {
        let mut session = self.session();
        let hook = session.hooks.iter().position(|(other, _)| *other == id.0);
        let _dropped_after_unlock = hook.map(|index| session.hooks.swap_remove(index));
        drop(session);
    }

    /// What the client asked for, one after the other: `change` may look and alter.
    pub(crate) fn subscriptions<T>(&self, change: impl FnOnce(&mut Vec<Subscription>) -> T) -> T {
        change(&mut self.session().subscriptions)
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// The connection ended.
    pub(crate) fn end(&self) {
        self.0.outbox.close();
        self.0.opened.store(false, Ordering::Relaxed);
        self.session().ended = true;
        self.run_hooks();
    }

    /// The last of its calls has ended: nobody will ask for events in its name any more.
    pub(crate) fn end_subscriptions(&self) {
        if !self.subscriptions(std::mem::take).is_empty() {
            self.daemon().events.forget(self);
        }
    }

    fn run_hooks(&self) {
        let hooks = std::mem::take(&mut self.session().hooks);
        for (_, hook) in hooks {
            hook();
        }
    }
}

impl PartialEq for ClientHandle {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ClientHandle {}

impl fmt::Debug for ClientHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client {} ({})", self.0.id, self.0.identity)
    }
}
