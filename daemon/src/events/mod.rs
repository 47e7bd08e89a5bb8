//! Events: who asked for which, and how they get there.
//!
//! ```text
//! actor -> Hub::domain(...) -> subscribers of (object, event) -> those whose filter fits -> client's outbox
//! ```
//!
//! A subscription is an entry in a list: it has no task and no queue of its own. An event is encoded once, whoever
//! gets it, and not at all when nobody asked. Emitting never waits: the outbox takes it or the client is dropped.
//! Events of one object reach every client in the order in which they were emitted.

pub mod domain;
pub mod storage;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{BufMut, BytesMut};
use uuid::Uuid;
use vireo_xdr::{Encode, XdrError};

use crate::rpc::{ClientHandle, EventObject};

/// Everybody's subscriptions.
#[derive(Default)]
pub struct Hub(Mutex<Subscriptions>);

#[derive(Default)]
struct Subscriptions {
    /// There are a few dozen kinds of events; only those asked for are here.
    topics: Vec<Topic>,
    last_callback: i32,
}

struct Topic {
    object: EventObject,
    event_id: i32,
    subscribers: Vec<Subscriber>,
}

struct Subscriber {
    client: ClientHandle,
    callback_id: i32,
    filter: Option<Uuid>,
    legacy: bool,
}

/// The procedures an event is sent by: with the callback's number in front, and, for the events that are older than
/// callbacks, without.
#[derive(Debug, Clone, Copy)]
pub struct Procedures {
    /// The body begins with the callback's number.
    pub callback: i32,
    /// The body is without it.
    pub legacy: Option<i32>,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Subscriptions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Subscribes a client to an event of every object of a kind, or of one alone. A `legacy` client gets it in the
    /// form without callback numbers. Returns the callback's number.
    pub fn subscribe(
        &self,
        client: &ClientHandle,
        object: EventObject,
        event_id: i32,
        filter: Option<Uuid>,
        legacy: bool,
    ) -> i32 {
        let mut all = self.lock();
        // More than two thousand million subscriptions in a daemon's life start again.
        all.last_callback = all.last_callback.checked_add(1).unwrap_or(1);
        let callback_id = all.last_callback;
        let subscriber = Subscriber { client: client.clone(), callback_id, filter, legacy };
        match all.topics.iter_mut().find(|topic| topic.is(object, event_id)) {
            Some(topic) => topic.subscribers.push(subscriber),
            None => all.topics.push(Topic { object, event_id, subscribers: vec![subscriber] }),
        }
        callback_id
    }

    /// Ends a client's subscription; false where it has none of this number.
    pub fn unsubscribe(&self, client: &ClientHandle, object: EventObject, callback_id: i32) -> bool {
        let mine = |one: &Subscriber| one.callback_id == callback_id && one.client == *client;
        self.remove(|topic, one| topic == object && mine(one))
    }

    /// Ends all of a client's subscriptions.
    pub fn forget(&self, client: &ClientHandle) {
        self.remove(|_, one| one.client == *client);
    }

    /// How many subscriptions there are.
    pub fn len(&self) -> usize {
        self.lock().topics.iter().map(|topic| topic.subscribers.len()).sum()
    }

    /// Whether nobody is subscribed to anything.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sends an event about the object of this UUID to all who asked for it.
    pub fn emit(
        &self,
        object: EventObject,
        event_id: i32,
        uuid: Uuid,
        procedures: Procedures,
        body: &impl Encode,
    ) {
        let all = self.lock();
        let Some(topic) = all.topics.iter().find(|topic| topic.is(object, event_id)) else { return };
        let mut interested =
            topic.subscribers.iter().filter(|one| one.filter.is_none_or(|wanted| wanted == uuid)).peekable();
        if interested.peek().is_none() {
            return;
        }
        let body = match body.to_bytes() {
            Ok(body) => body,
            Err(error) => return tracing::error!("event {event_id} of {uuid} cannot be sent: {error}"),
        };
        for one in interested {
            match procedures.legacy {
                Some(procedure) if one.legacy => one.client.send_event(procedure, &Plain(&body)),
                _ => one.client.send_event(procedures.callback, &Numbered(one.callback_id, &body)),
            }
        }
    }

    fn remove(&self, which: impl Fn(EventObject, &Subscriber) -> bool) -> bool {
        let mut removed = Vec::new();
        let mut all = self.lock();
        for topic in &mut all.topics {
            removed.extend(topic.subscribers.extract_if(.., |one| which(topic.object, one)));
        }
        all.topics.retain(|topic| !topic.subscribers.is_empty());
        drop(all);
        // Clients are dropped outside of the lock: it may be the last that is left of one.
        !removed.is_empty()
    }
}

impl Topic {
    fn is(&self, object: EventObject, event_id: i32) -> bool {
        self.object == object && self.event_id == event_id
    }
}

/// A body encoded before.
struct Plain<'a>(&'a BytesMut);

/// The same behind a callback's number.
struct Numbered<'a>(i32, &'a BytesMut);

impl Encode for Plain<'_> {
    fn encode(&self, out: &mut BytesMut) -> Result<(), XdrError> {
        out.put_slice(self.0);
        Ok(())
    }
}

impl Encode for Numbered<'_> {
    fn encode(&self, out: &mut BytesMut) -> Result<(), XdrError> {
        self.0.encode(out)?;
        Plain(self.1).encode(out)
    }
}

#[cfg(test)]
mod tests;
