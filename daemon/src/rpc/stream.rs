//! Streams: bulk data beside the calls of a connection, opened by a procedure and known by its serial.
//!
//! The handler of such a procedure takes its [`StreamEnd`] from the call, hands it to a task of its own and returns;
//! the reply goes out first, then the packets. The connection holds the other end ([`Link`]). Both directions are
//! windows of a fixed size: a handler that sends waits until the client has taken enough, and a connection whose
//! handler does not receive stops reading its socket. Nothing here ever grows by what a peer sends.
//!
//! ```text
//!            handler                          connection                     client
//! Open       send(data) ---------------------> CONTINUE data --------------->
//!            recv() <------------------------- CONTINUE data <--------------
//!
//! Finished   recv() = None <------------------ OK <-------------------------  "I am done"
//!            finish() -----------------------> OK -------------------------->  all of it was taken: closed
//!
//! Finishing  finish() -----------------------> CONTINUE, no data ----------->  "no more from here"
//!                                              OK <-------------------------
//!                                              OK -------------------------->  closed
//!
//! Aborted    recv(), send() = Err(Aborted) <-- ERROR <----------------------  closed, confirmed at once by OK
//!            abort(error) -------------------> ERROR ----------------------->  closed
//!            dropped in any open state ------> ERROR ----------------------->  closed
//! ```

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use crate::error::{Error, ErrorCode, ErrorDomain};

/// The most one packet carries: what clients of every age take.
pub const MAX_PACKET: usize = vireo_protocol::frame::STREAM_CHUNK;

/// How much may wait for the client before a sending handler waits too: four packets keep a socket busy.
const SEND_WINDOW: usize = 4 * MAX_PACKET;

/// How much may wait for the handler before the connection stops reading.
const RECEIVE_WINDOW: usize = 4 * MAX_PACKET;

/// The client ended the stream before its time, or is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client aborted the stream")]
pub struct Aborted;

/// The handler's end of a stream. Its methods take `&self`, so that one task can wait for both directions.
pub struct StreamEnd(Arc<Shared>);

/// The connection's end of a stream.
pub(crate) struct Link(Arc<Shared>);

/// What the connection has to send for a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Packet {
    /// Data, or its end if there is none.
    Continue(Bytes),
    /// The stream ended well.
    Ok,
    /// The stream failed.
    Error(Error),
}

struct Shared {
    state: Mutex<State>,
    /// Wakes the connection.
    connection: Waker,
}

#[derive(Default)]
struct State {
    incoming: VecDeque<Bytes>,
    incoming_bytes: usize,
    client: ClientSide,
    receiver: Option<Waker>,

    outgoing: VecDeque<Bytes>,
    outgoing_bytes: usize,
    handler: HandlerSide,
    sender: Option<Waker>,
}

/// How far the client is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum ClientSide {
    #[default]
    Open,
    Finished,
    Aborted,
}

/// How far the handler is.
#[derive(Default)]
enum HandlerSide {
    #[default]
    Open,
    /// It finished; the last data may still be waiting to be sent.
    Finishing,
    /// It finished, and the client was told that no more comes.
    ToldEnd,
    Failed(Error),
    Closed,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; if it ever did, each field would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream's two ends; `connection` wakes the task that holds the link.
pub(crate) fn stream(connection: Waker) -> (StreamEnd, Link) {
    let shared = Arc::new(Shared { state: Mutex::default(), connection });
    (StreamEnd(shared.clone()), Link(shared))
}

impl StreamEnd {
    /// The next data from the client; `None` once it has finished and all was received.
    pub async fn recv(&self) -> Result<Option<Bytes>, Aborted> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    fn poll_recv(&self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Aborted>> {
        let mut state = self.0.state();
        if state.client == ClientSide::Aborted {
            return Poll::Ready(Err(Aborted));
        }
        if let Some(data) = state.incoming.pop_front() {
            let was_full = state.incoming_bytes >= RECEIVE_WINDOW;
            state.incoming_bytes -= data.len();
            if was_full && state.incoming_bytes < RECEIVE_WINDOW {
                self.0.connection.wake_by_ref();
            }
            return Poll::Ready(Ok(Some(data)));
        }
        if state.client == ClientSide::Finished {
            return Poll::Ready(Ok(None));
        }
        state.receiver = Some(context.waker().clone());
        Poll::Pending
    }

    /// Sends data, once the client has taken enough of what was sent before. No data is nothing to send.
    pub async fn send(&self, mut data: Bytes) -> Result<(), Aborted> {
        while !data.is_empty() {
            let packet = data.split_to(data.len().min(MAX_PACKET));
            poll_fn(|context| self.poll_room(context)).await?;
            let mut state = self.0.state();
            state.outgoing_bytes += packet.len();
            state.outgoing.push_back(packet);
            drop(state);
            self.0.connection.wake_by_ref();
        }
        Ok(())
    }

    fn poll_room(&self, context: &mut Context<'_>) -> Poll<Result<(), Aborted>> {
        let mut state = self.0.state();
        if state.client == ClientSide::Aborted {
            return Poll::Ready(Err(Aborted));
        }
        if state.outgoing_bytes < SEND_WINDOW {
            return Poll::Ready(Ok(()));
        }
        state.sender = Some(context.waker().clone());
        Poll::Pending
    }

    /// Ends the stream well: all that was received is done, and nothing more will be sent. If the client has not
    /// finished yet it is told the end of the data, and its own finish is confirmed when it comes.
    pub fn finish(self) {
        self.close(HandlerSide::Finishing);
    }

    /// Ends the stream with an error, after the data sent so far.
    pub fn abort(self, error: Error) {
        self.close(HandlerSide::Failed(error));
    }

    fn close(&self, how: HandlerSide) {
        let mut state = self.0.state();
        if matches!(state.handler, HandlerSide::Open) {
            state.handler = how;
            state.incoming.clear();
            state.incoming_bytes = 0;
            drop(state);
            self.0.connection.wake_by_ref();
        }
    }
}

impl Drop for StreamEnd {
    fn drop(&mut self) {
        // The text a stock daemon sends when a stream's other side hangs up.
        let text = "stream had unexpected termination";
        self.close(HandlerSide::Failed(Error::new(ErrorCode::Rpc, ErrorDomain::Streams, text)));
    }
}

impl Link {
    /// The client sent data. After the handler has ended it is dropped, as nobody will receive it.
    pub(crate) fn data(&self, data: &[u8]) {
        let mut state = self.0.state();
        let open = matches!(state.handler, HandlerSide::Open) && state.client == ClientSide::Open;
        if open && !data.is_empty() {
            state.incoming_bytes += data.len();
            state.incoming.push_back(Bytes::copy_from_slice(data));
            wake(&mut state.receiver);
        }
    }

    /// The client is done.
    pub(crate) fn client_finished(&self) {
        let mut state = self.0.state();
        if state.client == ClientSide::Open {
            state.client = ClientSide::Finished;
            wake(&mut state.receiver);
        }
    }

    /// The client gave up, or is gone.
    pub(crate) fn client_aborted(&self) {
        let mut state = self.0.state();
        state.client = ClientSide::Aborted;
        state.incoming.clear();
        state.outgoing.clear();
        (state.incoming_bytes, state.outgoing_bytes) = (0, 0);
        wake(&mut state.receiver);
        wake(&mut state.sender);
    }

    /// Whether the connection must stop reading until the handler has received more.
    pub(crate) fn is_full(&self) -> bool {
        self.0.state().incoming_bytes >= RECEIVE_WINDOW
    }

    /// The next packet for the client. After [`Packet::Ok`] and [`Packet::Error`] the stream is closed.
    pub(crate) fn next_packet(&self) -> Option<Packet> {
        let mut state = self.0.state();
        if let Some(data) = state.outgoing.pop_front() {
            state.outgoing_bytes -= data.len();
            if state.outgoing_bytes < SEND_WINDOW {
                wake(&mut state.sender);
            }
            return Some(Packet::Continue(data));
        }
        let finished = state.client == ClientSide::Finished;
        match &state.handler {
            HandlerSide::Finishing | HandlerSide::ToldEnd if finished => {
                state.handler = HandlerSide::Closed;
                Some(Packet::Ok)
            }
            HandlerSide::Finishing => {
                state.handler = HandlerSide::ToldEnd;
                Some(Packet::Continue(Bytes::new()))
            }
            HandlerSide::Failed(_) => match std::mem::replace(&mut state.handler, HandlerSide::Closed) {
                HandlerSide::Failed(error) => Some(Packet::Error(error)),
                _ => None,
            },
            HandlerSide::Open | HandlerSide::ToldEnd | HandlerSide::Closed => None,
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.client_aborted();
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
