//! Asking the guest's process, with a deadline, and without becoming deaf to anything else.

use std::os::fd::OwnedFd;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use vireo_control::{FromVmm, Reply, Request, VmmError};

use super::Actor;
use super::guest::Input;
use crate::domain::Snapshot;
use crate::domain::policy::not_running;
use crate::domain::vmm::LinkError;
use crate::error::{Error, ErrorCode, ErrorDomain};

/// How long an answer may take. The process answers all of them from its main loop or within one round of its vCPUs'
/// exits: milliseconds.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// How long building a guest may take: touching all of its memory before the start is part of it.
pub const LAUNCH_DEADLINE: Duration = Duration::from_secs(300);

/// Why there is no answer.
#[derive(Debug)]
pub enum CallError {
    /// The guest has ended, and everything about that is done.
    Ended,
    /// The process is there and cannot be talked to now.
    Unreachable(&'static str),
    /// It did not answer in time.
    Deadline(&'static str),
    /// It said no.
    Refused(VmmError),
    /// It cannot be asked: the message is none.
    Message(String),
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Ended => not_running(),
            CallError::Unreachable(what) => Self::new(
                ErrorCode::OperationTimeout,
                ErrorDomain::Qemu,
                format!(
                    "the guest's process cannot be asked to {what} now: its control connection is broken"
                ),
            ),
            CallError::Deadline(what) => Self::new(
                ErrorCode::OperationTimeout,
                ErrorDomain::Qemu,
                format!("the guest's process did not answer to '{what}' in time"),
            ),
            CallError::Refused(error) => Self::internal(ErrorDomain::Qemu, error),
            CallError::Message(info) => Self::internal(ErrorDomain::Qemu, info),
        }
    }
}

impl Actor {
    /// Asks the guest's process and waits for its answer.
    pub(super) async fn call(&mut self, what: &'static str, request: Request) -> Result<Reply, CallError> {
        self.call_with(what, request, &[], DEADLINE).await
    }

    /// The same with descriptors and another deadline.
    pub(super) async fn call_with(
        &mut self,
        what: &'static str,
        request: Request,
        fds: &[OwnedFd],
        deadline: Duration,
    ) -> Result<Reply, CallError> {
        let deadline = Instant::now() + deadline;
        let guest = self.guest.as_mut().ok_or(CallError::Ended)?;
        let link = guest.link.as_mut().ok_or(CallError::Unreachable(what))?;
        let id = match timeout_at(deadline, link.send(request, fds)).await {
            Ok(Ok(id)) => id,
            Ok(Err(LinkError::Codec(error))) => return Err(CallError::Message(error.to_string())),
            // Half a message may be on its way, or the process has just ended: which, the next input tells.
            Ok(Err(_)) | Err(_) => {
                self.on_lost();
                return Err(self.after_loss(what).await);
            }
        };
        loop {
            let Self { guest, inbox, .. } = self;
            let guest = guest.as_mut().ok_or(CallError::Ended)?;
            let input = tokio::select! {
                biased;
                input = guest.input(Some(deadline)) => input,
                Some(envelope) = inbox.urgent.recv() => Input::Request(envelope),
            };
            match input {
                Input::Frame(FromVmm::Event { event }) => self.on_event(event),
                Input::Frame(FromVmm::Reply { id: answered, result }) if answered == id => {
                    return result.map_err(CallError::Refused);
                }
                Input::Frame(FromVmm::Reply { .. }) | Input::Retry => {}
                Input::Lost => {
                    self.on_lost();
                    return Err(self.after_loss(what).await);
                }
                Input::Ended => {
                    self.on_end(None).await;
                    return Err(CallError::Ended);
                }
                Input::Request(envelope) => self.serve_urgent(envelope).await,
                Input::Quiet => return Err(CallError::Deadline(what)),
            }
        }
    }

    /// Waits until what is shown is as it is to be, as the guest's process says so. Says whether it is so in time.
    pub(super) async fn wait_until(
        &mut self,
        patience: Duration,
        is_so: impl Fn(&Snapshot) -> bool,
    ) -> Result<bool, CallError> {
        let deadline = Instant::now() + patience;
        while !is_so(&self.domain.snapshot()) {
            let Self { guest, inbox, .. } = self;
            let guest = guest.as_mut().ok_or(CallError::Ended)?;
            let input = tokio::select! {
                biased;
                input = guest.input(Some(deadline)) => input,
                Some(envelope) = inbox.urgent.recv() => Input::Request(envelope),
            };
            match input {
                Input::Frame(FromVmm::Event { event }) => self.on_event(event),
                Input::Frame(FromVmm::Reply { .. }) | Input::Retry => {}
                Input::Lost => {
                    self.on_lost();
                    return Err(self.after_loss("say what became of a request").await);
                }
                Input::Ended => {
                    self.on_end(None).await;
                    return Err(CallError::Ended);
                }
                Input::Request(envelope) => self.serve_urgent(envelope).await,
                Input::Quiet => return Ok(is_so(&self.domain.snapshot())),
            }
        }
        Ok(true)
    }

    /// A conversation most often breaks off because the process ends: it gets a moment to do so.
    async fn after_loss(&mut self, what: &'static str) -> CallError {
        const MOMENT: Duration = Duration::from_millis(100);
        let ended = match &self.guest {
            Some(guest) => tokio::time::timeout(MOMENT, guest.process.ended()).await.is_ok(),
            None => return CallError::Ended,
        };
        if !ended {
            return CallError::Unreachable(what);
        }
        self.on_end(None).await;
        CallError::Ended
    }
}
