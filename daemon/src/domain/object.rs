//! One domain: what it shows, and the way to its actor.
//!
//! ```text
//!          post                        requests done, no guest
//!   Idle ----------> Open (an actor) ----------------------------> Idle
//!                      |                                            (or Gone, when nothing is left of the domain)
//!                      +--- post: into the actor's queue
//! ```
//!
//! An inactive domain that nobody changes has no task: an actor is made for the first request and ends with the last.
//! Readers take the snapshot and never meet the actor.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::domain::actor::Actor;
use crate::domain::registry::Registry;
use crate::domain::request::{Answer, Envelope, Refusal, Request};
use crate::domain::snapshot::Snapshot;
use crate::error::{Error, ErrorCode, ErrorDomain};

/// Requests that may wait for one domain. Each client has a bounded number of calls in flight, and nobody needs more
/// than a few for one domain.
const QUEUE: usize = 64;

/// One domain.
pub struct Domain {
    uuid: Uuid,
    published: RwLock<Arc<Snapshot>>,
    mailbox: Mutex<Mailbox>,
}

/// The way to the actor.
pub enum Mailbox {
    /// There is none.
    Idle,
    /// There is one.
    Open {
        /// What has its turn.
        requests: mpsc::Sender<Envelope>,
        /// What goes past that.
        urgent: mpsc::Sender<Envelope>,
    },
    /// There will be none any more: the domain was removed.
    Gone,
}

/// The actor's ends of a mailbox.
pub struct Inbox {
    /// What has its turn.
    pub requests: mpsc::Receiver<Envelope>,
    /// What goes past that.
    pub urgent: mpsc::Receiver<Envelope>,
}

impl Domain {
    /// A domain that shows this.
    pub fn new(uuid: Uuid, snapshot: Snapshot) -> Self {
        Self { uuid, published: RwLock::new(Arc::new(snapshot)), mailbox: Mutex::new(Mailbox::Idle) }
    }

    /// Its UUID.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// What it shows now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows something else. For the registry, which keeps its lists in step.
    pub(super) fn publish(&self, snapshot: Arc<Snapshot>) -> Arc<Snapshot> {
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut published, snapshot)
    }

    pub(super) fn mailbox(&self) -> MutexGuard<'_, Mailbox> {
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a change and waits for what comes of it.
    pub async fn ask(
        self: &Arc<Self>,
        registry: &Arc<Registry>,
        request: Request,
    ) -> Result<Answer, Refusal> {
        // An actor that ends without an answer has lost its domain.
        self.post(registry, request)?.await.unwrap_or(Err(Refusal::Gone))
    }

    /// Asks for a change and returns what will come of it.
    pub fn post(
        self: &Arc<Self>,
        registry: &Arc<Registry>,
        request: Request,
    ) -> Result<oneshot::Receiver<Result<Answer, Refusal>>, Refusal> {
        let (reply, answer) = oneshot::channel();
        let urgent = request.is_urgent();
        let envelope = Envelope { request, reply };
        let mut mailbox = self.mailbox();
        if let Mailbox::Idle = *mailbox {
            let inbox = Self::open(&mut mailbox);
            tokio::spawn(Actor::new(self.clone(), registry.clone(), inbox).run());
        }
        let Mailbox::Open { requests, urgent: ahead } = &*mailbox else { return Err(Refusal::Gone) };
        let queue = if urgent { ahead } else { requests };
        queue.try_send(envelope).map_err(|_| queue_full(&self.snapshot().name))?;
        Ok(answer)
    }

    /// Makes an actor's inbox.
    pub(super) fn open(mailbox: &mut Mailbox) -> Inbox {
        let (requests, requests_in) = mpsc::channel(QUEUE);
        let (urgent, urgent_in) = mpsc::channel(QUEUE);
        *mailbox = Mailbox::Open { requests, urgent };
        Inbox { requests: requests_in, urgent: urgent_in }
    }
}

fn queue_full(name: &str) -> Error {
    let info = format!(
        "cannot acquire state change lock of domain '{name}' due to max_queued limit: {QUEUE} requests wait for it"
    );
    Error::new(ErrorCode::OperationFailed, ErrorDomain::Qemu, info)
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Domain").field("uuid", &self.uuid).field("snapshot", &self.snapshot()).finish()
    }
}
