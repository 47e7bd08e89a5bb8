//! One call, as its handler sees it.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::client::ClientHandle;
use super::stream::{self, Link, StreamEnd};
use crate::daemon::Daemon;

/// One call: who makes it, and what came and goes beside its arguments and its answer.
pub struct Call {
    client: ClientHandle,
    procedure: i32,
    serial: u32,
    extras: Mutex<Extras>,
}

/// What few calls have.
#[derive(Default)]
pub(crate) struct Extras {
    /// Descriptors that came with the call.
    pub(crate) received: Vec<OwnedFd>,
    /// Descriptors that go with the reply.
    pub(crate) sent: Vec<OwnedFd>,
    /// The connection's end of the stream that the handler opened.
    pub(crate) link: Option<Link>,
    /// The connection ends after the reply.
    pub(crate) close: bool,
    /// From now on the client answers pings.
    pub(crate) keepalive: bool,
}

impl Call {
    pub(crate) fn new(client: ClientHandle, procedure: i32, serial: u32, received: Vec<OwnedFd>) -> Self {
        let extras = Mutex::new(Extras { received, ..Extras::default() });
        Self { client, procedure, serial, extras }
    }

    fn extras(&self) -> MutexGuard<'_, Extras> {
        self.extras.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The daemon.
    pub fn daemon(&self) -> &Arc<Daemon> {
        self.client.daemon()
    }

    /// Who makes the call.
    pub fn client(&self) -> &ClientHandle {
        &self.client
    }

    /// The procedure's number.
    pub fn procedure(&self) -> i32 {
        self.procedure
    }

    /// The call's number on its connection.
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// Opens the stream of a procedure that has one. It carries data once the handler has returned well; if the
    /// handler fails, the end it took is as if the client had aborted.
    pub fn stream(&self) -> StreamEnd {
        let (end, link) = stream::stream(self.client.outbox().connection());
        self.extras().link = Some(link);
        end
    }

    /// The descriptors that came with the call.
    pub fn take_fds(&self) -> Vec<OwnedFd> {
        std::mem::take(&mut self.extras().received)
    }

    /// A descriptor that goes with the reply.
    pub fn send_fd(&self, fd: OwnedFd) {
        self.extras().sent.push(fd);
    }

    /// Ends the connection once the reply is sent.
    pub(crate) fn close_after_reply(&self) {
        self.extras().close = true;
    }

    /// Lets the daemon ping this client.
    pub(crate) fn start_keepalive(&self) {
        self.extras().keepalive = true;
    }

    pub(crate) fn into_extras(self) -> Extras {
        self.extras.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
