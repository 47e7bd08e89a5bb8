//! One connection: its task, from the first byte to the last.
//!
//! ```text
//! Open -- reads frames while there is room for what they cause:
//!  |        the output is below its mark, no stream's handler lags, calls that wait have room
//!  |-- CONNECT_CLOSE --> Closing: reads nothing, sends what waits --> End
//!  |-- end of input, an error, bytes that are no frame, a slow or silent client --> End
//! End: streams aborted, hooks run, no more events; calls that still run are left to finish, and answer nobody
//! ```
//!
//! Each turn of the task does what it can and then sends once, so that calls sent together are answered together.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::net::UnixStream;
use tokio::sync::watch;
use vireo_protocol::frame::{Frame, FrameError, Header, MessageType, Status};

use super::call::Call;
use super::client::ClientHandle;
use super::dispatch::{self, Finished, Lookup, Row, Start, Started};
use super::frame;
use super::input::{Input, InputError, RawFrame};
use super::keepalive::{self, Keepalive, KeepaliveLimits};
use super::lanes::{LaneLimits, Lanes, Parked};
use super::outbox::OutboxState;
use super::output::Output;
use super::streams::Streams;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// How many frames a task takes before others have their turn.
const FRAMES_PER_TURN: usize = 64;

/// The limits of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientLimits {
    pub(crate) lanes: LaneLimits,
    pub(crate) keepalive: KeepaliveLimits,
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum End {
    #[error("it closed")]
    Closed,
    #[error("the daemon stops")]
    Stopped,
    #[error("it went away")]
    Gone,
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("it does not speak the protocol: {0}")]
    Protocol(#[from] InputError),
    #[error("it did not read its events")]
    SlowReader,
    #[error("it did not answer pings")]
    Silent,
}

impl End {
    /// Whether it is how connections should end.
    pub(crate) fn is_ordinary(&self) -> bool {
        matches!(self, End::Closed | End::Gone | End::Stopped | End::Io(_))
    }
}

/// Whether a call has just come, or has waited for its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Fresh,
    Parked,
}

/// One connection.
pub(crate) struct Connection {
    socket: UnixStream,
    input: Input,
    core: Core,
}

/// All but the input, from which frames are borrowed.
struct Core {
    client: ClientHandle,
    lookup: Lookup,
    output: Output,
    lanes: Lanes,
    streams: Streams,
    keepalive: Keepalive,
    closing: bool,
}

impl Connection {
    pub(crate) fn new(
        socket: UnixStream,
        client: ClientHandle,
        limits: ClientLimits,
        lookup: Lookup,
    ) -> Self {
        let core = Core {
            client,
            lookup,
            output: Output::default(),
            lanes: Lanes::new(limits.lanes),
            streams: Streams::default(),
            keepalive: Keepalive::new(limits.keepalive),
            closing: false,
        };
        Self { socket, input: Input::default(), core }
    }

    /// Serves the client until it is gone, or the daemon stops.
    pub(crate) async fn serve(mut self, mut stop: watch::Receiver<bool>) -> End {
        let end = tokio::select! {
            biased;
            end = &mut self => end,
            _ = stop.wait_for(|stop| *stop) => End::Stopped,
        };
        let Self { socket, input, mut core } = self;
        drop((socket, input));
        core.streams.abort_all();
        core.client.end();
        core.lanes.forget_parked();
        poll_fn(|context| core.poll_rest(context)).await;
        core.client.end_subscriptions();
        end
    }

    fn turn(&mut self, context: &mut Context<'_>) -> Poll<End> {
        // Handlers and events find the connection by it.
        self.core.client.outbox().attach(context.waker());
        let mut frames = 0;
        loop {
            let mut hungry = false;
            while self.core.takes_frames() && frames < FRAMES_PER_TURN {
                match self.input.next() {
                    Ok(Some(frame)) => self.core.take(frame, Turn::Fresh, context),
                    Ok(None) => {
                        hungry = true;
                        break;
                    }
                    Err(error) => return Poll::Ready(error.into()),
                }
                frames += 1;
            }
            if let Err(end) = self.core.go_on(context) {
                return Poll::Ready(end);
            }
            let held_back = self.core.output.holds_streams_back();
            match self.core.output.poll_flush(&self.socket, context) {
                Poll::Ready(Ok(())) if self.core.closing => return Poll::Ready(End::Closed),
                Poll::Ready(Ok(())) if held_back => continue,
                Poll::Ready(Err(error)) => return Poll::Ready(error.into()),
                _ => {}
            }
            if frames == FRAMES_PER_TURN {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if !hungry {
                if self.core.takes_frames() {
                    continue;
                }
                return Poll::Pending;
            }
            match self.input.poll_fill(&self.socket, context) {
                Poll::Ready(Ok(true)) => self.core.keepalive.heard(),
                Poll::Ready(Ok(false)) => return Poll::Ready(End::Gone),
                Poll::Ready(Err(error)) => return Poll::Ready(error.into()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Future for &mut Connection {
    type Output = End;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<End> {
        let connection: &mut Connection = &mut self;
        connection.input.borrow();
        connection.core.output.borrow();
        let outcome = connection.turn(context);
        connection.core.output.give_back();
        connection.input.give_back();
        outcome
    }
}

impl Core {
    /// Whether there is room for what another frame may cause.
    fn takes_frames(&self) -> bool {
        !self.closing && !self.output.is_full() && self.lanes.have_room() && !self.streams.any_full()
    }

    /// Everything that does not come from the socket: events, calls in flight, streams, pings.
    fn go_on(&mut self, context: &mut Context<'_>) -> std::result::Result<(), End> {
        let room = !self.output.holds_events_back();
        let output = &mut self.output;
        if self.client.outbox().take(room, |frame| output.whole(&frame)) == OutboxState::Overflown {
            return Err(End::SlowReader);
        }
        while let Poll::Ready((header, finished)) = self.lanes.poll(context, &mut self.output) {
            self.finish(header, finished);
            while let Some(Parked { body, fds }) = self.lanes.unpark() {
                self.take(RawFrame { body: &body, fds }, Turn::Parked, context);
            }
        }
        self.streams.pump(&mut self.output);
        if !self.takes_frames() {
            // What we do not read cannot answer a ping.
            self.keepalive.heard();
        }
        self.keepalive.poll(context, &mut self.output).map_err(|_dead| End::Silent)
    }

    fn take(&mut self, raw: RawFrame<'_>, turn: Turn, context: &mut Context<'_>) {
        let frame = match Frame::parse(raw.body) {
            Ok(frame) => frame,
            Err(FrameError::Status(status)) => return self.refuse_status(raw.body, status),
            // As stock daemons do: what has no type that is known is nobody's.
            Err(reason) => return tracing::debug!("{:?}: ignored: {reason}", self.client),
        };
        match frame.header.type_ {
            MessageType::Call | MessageType::CallWithFds => {
                if let Err(error) = self.call(frame, raw, turn, context) {
                    self.output.reply_error(frame.header, &error);
                }
            }
            MessageType::Stream | MessageType::StreamHole => self.streams.packet(&frame, &mut self.output),
            MessageType::Event if keepalive::answer(&frame.header, &mut self.output) => {}
            other => tracing::debug!("{:?}: ignored: a message of type {other:?}", self.client),
        }
    }

    fn call(
        &mut self,
        frame: Frame<'_>,
        raw: RawFrame<'_>,
        turn: Turn,
        context: &mut Context<'_>,
    ) -> Result<()> {
        let Frame { header, payload, .. } = frame;
        let row: Row = (self.lookup)(header.prog, header.vers, header.proc)?;
        if header.status != Status::Ok {
            return Err(unexpected_status(header.status as i32));
        }
        let handler = dispatch::gate(&self.client, &row, payload)?;
        let high = dispatch::is_high(&row);
        if turn == Turn::Fresh && !self.lanes.may_start(high) {
            self.lanes.park(raw.body, raw.fds);
            return Ok(());
        }
        tracing::debug!("{:?}: {} serial {}", self.client, row.procedure.name, header.serial);
        let call = Call::new(self.client.clone(), header.proc, header.serial, raw.fds);
        let output = &mut self.output;
        match handler(Start { call, header, payload, context, output })? {
            Started::Done(finished) => self.finish(header, finished),
            Started::Waiting(job) => self.lanes.add(header, high, job),
        }
        Ok(())
    }

    fn finish(&mut self, header: Header, finished: Finished) {
        let extras = finished.extras;
        if let Some(link) = extras.link {
            self.streams.open(header, link, &mut self.output);
        }
        if extras.keepalive {
            self.keepalive.start();
        }
        self.closing |= extras.close;
    }

    fn refuse_status(&mut self, body: &[u8], status: i32) {
        let Ok(header) = frame::without_status(body) else { return };
        if matches!(header.type_, MessageType::Call | MessageType::CallWithFds) {
            let known = (self.lookup)(header.prog, header.vers, header.proc);
            let error = known.err().unwrap_or_else(|| unexpected_status(status));
            self.output.reply_error(header, &error);
        } else {
            self.streams.packet_of_status(&header, status, &mut self.output);
        }
    }

    /// After the client is gone: lets its calls end, and answers nobody.
    fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.lanes.poll(context, &mut self.output).is_ready() {}
        self.output.discard();
        if self.lanes.are_empty() { Poll::Ready(()) } else { Poll::Pending }
    }
}

fn unexpected_status(status: i32) -> Error {
    // Stock daemons write it as an unsigned number.
    let text = format!("Unexpected message status {}", status as u32);
    Error::new(ErrorCode::Rpc, ErrorDomain::Rpc, text)
}
