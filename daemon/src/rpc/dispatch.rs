//! From a call's header to its handler: the gate, the arguments, the first poll.
//!
//! ```text
//! program? -> status? -> procedure? -> opened? -> may a read-only client? -> served? -> arguments -> handler
//! ```
//! Each question that is answered by no is an error under the call's serial, with the text of a stock daemon, and
//! the connection lives on. A handler that is ready at once is answered at once; another becomes a [`Job`].

use std::pin::Pin;
use std::task::{Context, Poll};

use vireo_protocol::frame::Header;
use vireo_protocol::table::{Priority, Procedure};
use vireo_xdr::{Decode, Encode};

use super::call::{Call, Extras};
use super::client::ClientHandle;
use super::output::Output;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// What is known of a procedure, and what serves it.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) procedure: &'static Procedure,
    /// None for what is not served.
    pub(crate) handler: Option<Handler>,
}

/// Finds the row of a program, version and procedure.
pub(crate) type Lookup = fn(u32, u32, i32) -> Result<Row>;

/// Decodes the arguments, starts the handler, polls it once.
pub(crate) type Handler = fn(Start<'_, '_>) -> Result<Started>;

/// What a handler is started with.
pub(crate) struct Start<'a, 'c> {
    pub(crate) call: Call,
    pub(crate) header: Header,
    pub(crate) payload: &'a [u8],
    pub(crate) context: &'a mut Context<'c>,
    pub(crate) output: &'a mut Output,
}

/// A started call.
pub(crate) enum Started {
    /// It is answered.
    Done(Finished),
    /// It waits for something.
    Waiting(Box<dyn Job>),
}

/// A call in flight.
pub(crate) trait Job: Send {
    /// Goes on; when it is ready its reply is in the output.
    fn poll(&mut self, context: &mut Context<'_>, output: &mut Output) -> Poll<Finished>;
}

/// What an answered call leaves for its connection to do.
#[derive(Default)]
pub(crate) struct Finished {
    /// Beside a good reply.
    pub(crate) extras: Extras,
}

struct Running<F> {
    header: Header,
    future: Pin<Box<F>>,
}

impl<F, R> Job for Running<F>
where
    F: Future<Output = (Result<R>, Call)> + Send,
    R: Encode,
{
    fn poll(&mut self, context: &mut Context<'_>, output: &mut Output) -> Poll<Finished> {
        let Poll::Ready((outcome, call)) = self.future.as_mut().poll(context) else { return Poll::Pending };
        let mut extras = call.into_extras();
        match outcome {
            Ok(reply) => output.reply(self.header, &reply, std::mem::take(&mut extras.sent)),
            Err(error) => {
                output.reply_error(self.header, &error);
                extras = Extras::default();
            }
        }
        Poll::Ready(Finished { extras })
    }
}

/// Starts the handler that `make` makes of the call and its arguments.
pub(crate) fn start<A, R, F>(start: Start<'_, '_>, make: impl FnOnce(Call, A) -> F) -> Result<Started>
where
    A: Decode,
    R: Encode + 'static,
    F: Future<Output = (Result<R>, Call)> + Send + 'static,
{
    let arguments = A::from_bytes(start.payload).map_err(|reason| {
        tracing::debug!("procedure {}: {reason}", start.header.proc);
        Error::new(ErrorCode::Rpc, ErrorDomain::Rpc, "Unable to decode message payload")
    })?;
    let mut running = Running { header: start.header, future: Box::pin(make(start.call, arguments)) };
    match running.poll(start.context, start.output) {
        Poll::Ready(finished) => Ok(Started::Done(finished)),
        Poll::Pending => Ok(Started::Waiting(Box::new(running))),
    }
}

/// Whether this client may call this procedure now.
pub(crate) fn gate(client: &ClientHandle, row: &Row, payload: &[u8]) -> Result<Handler> {
    let procedure = row.procedure;
    if !client.opened() && !before_open(procedure) {
        let text = "hypervisor connection not open";
        return Err(Error::internal(ErrorDomain::Rpc, text));
    }
    if client.read_only() {
        check_read_only(procedure, payload)?;
    }
    row.handler.ok_or_else(|| Error::no_support(procedure.error_domain(), procedure.api()))
}

/// What a client may call before it has opened the hypervisor connection: opening, closing, how to authenticate,
/// and what the server itself can do.
fn before_open(procedure: &Procedure) -> bool {
    matches!(procedure.name, "connect_open" | "connect_close" | "connect_supports_feature")
        || procedure.name.starts_with("auth_")
}

fn check_read_only(procedure: &Procedure, payload: &[u8]) -> Result<()> {
    let denied = |text: String| Err(Error::new(ErrorCode::OperationDenied, procedure.error_domain(), text));
    if !procedure.read_only {
        return denied(format!("read only access prevents {}", procedure.api()));
    }
    let flags_denied = procedure.flags_denied_to_read_only();
    // Each procedure with such flags has them as its last argument.
    let flags = payload.last_chunk().map_or(0, |word| u32::from_be_bytes(*word));
    if flags & flags_denied == 0 {
        Ok(())
    } else if procedure.name.ends_with("_xml_desc") {
        denied(format!("{} with secure flag", procedure.api()))
    } else {
        denied(format!("read only access prevents {}", procedure.api()))
    }
}

/// Whether a call goes past those that may wait for a guest.
pub(crate) fn is_high(row: &Row) -> bool {
    row.procedure.priority == Priority::High
}
