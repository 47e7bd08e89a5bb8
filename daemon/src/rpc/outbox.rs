//! What other tasks want a connection to send: events.
//!
//! It is bounded: a client that asked for events and does not read them is disconnected rather than fed from
//! memory without end. Replies never pass here, they are written by the connection's own task.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use bytes::Bytes;

/// How many bytes of events may wait for a client that does not read. An event has about 150 bytes, so this is
/// several thousand of them: minutes of a busy host.
const MAX_WAITING: usize = 1 << 20;

/// What a frame costs beside its bytes.
const FRAME_OVERHEAD: usize = 64;

/// The queue, and how to wake the connection that empties it.
#[derive(Default)]
pub(crate) struct Outbox(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    frames: Vec<Bytes>,
    cost: usize,
    state: OutboxState,
    connection: Option<Waker>,
}

/// Whether it takes frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OutboxState {
    /// It does.
    #[default]
    Open,
    /// The client read too slowly: the connection has to end.
    Overflown,
    /// The connection ended.
    Closed,
}

impl Outbox {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a frame. Without room it is dropped, and so will be the client.
    pub(crate) fn push(&self, frame: Bytes) {
        let mut queue = self.queue();
        if queue.state != OutboxState::Open {
            return;
        }
        let cost = frame.len() + FRAME_OVERHEAD;
        if queue.cost + cost > MAX_WAITING {
            queue.state = OutboxState::Overflown;
            queue.frames = Vec::new();
        } else {
            queue.cost += cost;
            queue.frames.push(frame);
        }
        if let Some(connection) = &queue.connection {
            connection.wake_by_ref();
        }
    }

    /// Moves what waits to the connection, if it has room, and tells whether it may go on.
    pub(crate) fn take(&self, room: bool, each: impl FnMut(Bytes)) -> OutboxState {
        let mut queue = self.queue();
        if room && !queue.frames.is_empty() {
            queue.cost = 0;
            queue.frames.drain(..).for_each(each);
        }
        queue.state
    }

    /// Tells who empties it from now on.
    pub(crate) fn attach(&self, connection: &Waker) {
        let mut queue = self.queue();
        if !queue.connection.as_ref().is_some_and(|waker| waker.will_wake(connection)) {
            queue.connection = Some(connection.clone());
        }
    }

    /// How to wake the connection.
    pub(crate) fn connection(&self) -> Waker {
        self.queue().connection.clone().unwrap_or_else(|| Waker::noop().clone())
    }

    /// Takes nothing from now on.
    pub(crate) fn close(&self) {
        let mut queue = self.queue();
        queue.state = OutboxState::Closed;
        queue.frames = Vec::new();
        queue.connection = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_in_the_order_they_went_in() {
        let outbox = Outbox::default();
        outbox.push(Bytes::from_static(b"1"));
        outbox.push(Bytes::from_static(b"2"));
        let mut frames = Vec::new();
        assert_eq!(outbox.take(true, |frame| frames.push(frame)), OutboxState::Open);
        assert_eq!(frames, ["1", "2"]);
    }

    #[test]
    fn a_client_that_does_not_read_costs_a_bounded_amount() {
        let outbox = Outbox::default();
        let event = Bytes::from(vec![0; 150]);
        for _ in 0..100_000 {
            outbox.push(event.clone());
        }
        let mut frames = Vec::new();
        assert_eq!(outbox.take(true, |frame| frames.push(frame)), OutboxState::Overflown);
        assert!(frames.is_empty());
    }

    #[test]
    fn a_client_that_reads_gets_any_number() {
        let outbox = Outbox::default();
        let mut frames = Vec::new();
        for _ in 0..100_000 {
            outbox.push(Bytes::from_static(b"an event"));
            assert_eq!(outbox.take(true, |frame| frames.push(frame)), OutboxState::Open);
        }
        assert_eq!(frames.len(), 100_000);
    }

    #[test]
    fn a_closed_connection_takes_nothing() {
        let outbox = Outbox::default();
        outbox.close();
        outbox.push(Bytes::from_static(b"late"));
        let mut frames = Vec::new();
        assert_eq!(outbox.take(true, |frame| frames.push(frame)), OutboxState::Closed);
        assert!(frames.is_empty());
    }
}
