//! The actor of a domain: the one task that changes it.
//!
//! ```text
//!                 +-----------------------------------------------------------+
//!                 |  1. what the guest says       (events, the end)           |
//!   inputs, in    |  2. urgent requests           (destroy)                   |----> one at a time
//!   this order    |  3. the other requests        (judged when their turn is) |
//!                 +-----------------------------------------------------------+
//!
//!                      Create, CreateXml
//!   no guest ---------------------------------> starting
//!      ^  ^                                        | prepare: files, taps, locks opened; process spawned
//!      |  |   anything fails: process ended,       | Launch -> hello          (the guest is built, standing)
//!      |  +---files and taps gone, "failed"--------| status file "running"
//!      |                                           v Resume                   (unless paused was asked for)
//!      |                                        guest running / paused <----- adopted from an earlier daemon
//!      |        the process has ended              |
//!      +-------------------------------------------+
//! ```
//!
//! While it waits for the guest's process it goes on taking inputs 1 and 2, so that nothing a guest does keeps it from
//! being destroyed; every wait has a deadline. What it changes it publishes before it tells anybody. It must never be
//! waited for by a reader.

mod adopt;
mod call;
mod change;
mod channels;
mod define;
mod drive;
mod edit;
mod end;
mod guest;
mod memory;
mod rename;
mod start;
mod vcpus;

use std::sync::Arc;

use tokio::sync::oneshot;
use vireo_control::{Event, FromVmm, PauseReason};

use crate::domain::object::{Domain, Inbox, Mailbox};
use crate::domain::policy::{self, Action, Verdict};
use crate::domain::registry::{Registry, not_found_uuid, wire};
use crate::domain::request::{Answer, Envelope, Refusal, Request};
use crate::domain::snapshot::Snapshot;
use crate::domain::state::{Paused, State};
use crate::error::Error;
use crate::events::domain::{Lifecycle, Shutdown, Suspended};
use end::LastEnd;
use guest::{Guest, Input};

/// The task's state.
pub struct Actor {
    domain: Arc<Domain>,
    registry: Arc<Registry>,
    inbox: Inbox,
    guest: Option<Guest>,
    /// How the last guest ended, for whoever was starting it.
    last_end: Option<LastEnd>,
    /// Who waits to hear that an adopted guest has been met.
    met: Option<oneshot::Sender<()>>,
}

impl Actor {
    /// The actor of a domain without a guest.
    pub fn new(domain: Arc<Domain>, registry: Arc<Registry>, inbox: Inbox) -> Self {
        Self { domain, registry, inbox, guest: None, last_end: None, met: None }
    }

    /// Serves requests until there is neither a guest nor a request.
    pub async fn run(mut self) {
        loop {
            let input = self.next_input().await;
            match input {
                Input::Frame(FromVmm::Event { event }) => self.on_event(event),
                // Of a call that was given up at its deadline.
                Input::Frame(FromVmm::Reply { .. }) => {
                    self.guest.as_mut().map(Guest::drop_descriptors);
                }
                Input::Lost => self.on_lost(),
                Input::Retry => self.reconnect().await,
                Input::Ended => self.on_end(None).await,
                Input::Request(envelope) => self.serve(envelope).await,
                Input::Quiet => {}
            }
            if self.guest.is_none() && self.retire() {
                return;
            }
        }
    }

    /// What comes next. With a guest, this waits; without one it is only what is there already.
    async fn next_input(&mut self) -> Input {
        let Self { guest, inbox, .. } = self;
        if let Some(guest) = guest {
            return tokio::select! {
                biased;
                input = guest.input(None) => input,
                Some(envelope) = inbox.urgent.recv() => Input::Request(envelope),
                Some(envelope) = inbox.requests.recv() => Input::Request(envelope),
            };
        }
        if let Ok(envelope) = inbox.urgent.try_recv() {
            return Input::Request(envelope);
        }
        inbox.requests.try_recv().map_or(Input::Quiet, Input::Request)
    }

    /// Ends the actor if nothing is left to do. Whoever posts does it under the same lock, so nothing is lost.
    fn retire(&mut self) -> bool {
        let mut mailbox = self.domain.mailbox();
        if !self.inbox.urgent.is_empty() || !self.inbox.requests.is_empty() {
            return false;
        }
        *mailbox = if self.registry.holds(&self.domain) { Mailbox::Idle } else { Mailbox::Gone };
        true
    }

    /// One request, from judgement to answer.
    async fn serve(&mut self, envelope: Envelope) {
        let Envelope { request, reply } = envelope;
        if self.guest.as_ref().is_some_and(|guest| guest.link.is_none()) && !request.is_urgent() {
            // Not to be told of a broken conversation that only nobody has begun again yet.
            self.reconnect().await;
        }
        let outcome = self.perform(request).await;
        // The client may have gone in the meantime; what was asked for is done all the same.
        let _ = reply.send(outcome);
    }

    async fn perform(&mut self, request: Request) -> Result<Answer, Refusal> {
        if !self.registry.holds(&self.domain) {
            return Err(Refusal::Gone);
        }
        match request {
            // It has got another name since its document was taken for this domain's.
            Request::Define { def } | Request::CreateXml { def, .. }
                if def.name != *self.domain.snapshot().name =>
            {
                return Err(Refusal::Gone);
            }
            Request::Define { def } => self.define(def).await?,
            Request::CreateXml { def, options } => {
                self.judged(Action::CreateXml)?;
                self.start(def, options).await?;
            }
            request => {
                let snapshot = self.domain.snapshot();
                if !snapshot.exists() {
                    return Err(not_found_uuid(self.domain.uuid(), &snapshot.name).into());
                }
                return Ok(self.perform_on_existing(request).await?);
            }
        }
        Ok(Answer::Done)
    }

    /// A request that goes past others, also while one of them waits for the guest's process: so this waits for
    /// none of its answers.
    async fn serve_urgent(&mut self, envelope: Envelope) {
        let Envelope { request, reply } = envelope;
        let outcome = self.perform_urgent(request).await;
        let _ = reply.send(outcome.map(|()| Answer::Done).map_err(Refusal::Error));
    }

    async fn perform_urgent(&mut self, request: Request) -> Result<(), Error> {
        match request {
            Request::Destroy { graceful } => {
                self.judged(Action::Destroy)?;
                self.destroy(graceful).await
            }
            Request::Autodestroy { id } if self.domain.snapshot().id == Some(id) => self.destroy(false).await,
            _ => Ok(()),
        }
    }

    async fn perform_on_existing(&mut self, request: Request) -> Result<Answer, Error> {
        match request {
            Request::Define { .. } | Request::CreateXml { .. } => {}
            Request::Destroy { .. } | Request::Autodestroy { .. } => self.perform_urgent(request).await?,
            Request::Create(options) => {
                self.judged(Action::Create)?;
                self.start_defined(options).await?;
            }
            Request::Shutdown => {
                self.judged(Action::Shutdown)?;
                self.press_power_button(false).await?;
            }
            Request::Reboot => {
                self.judged(Action::Reboot)?;
                self.press_power_button(true).await?;
            }
            Request::Reset => {
                self.judged(Action::Reset)?;
                self.reset().await?;
            }
            Request::Suspend => {
                if self.judged(Action::Suspend)? == Verdict::Go {
                    self.suspend().await?;
                }
            }
            Request::Resume => {
                if self.judged(Action::Resume)? == Verdict::Go {
                    self.resume().await?;
                }
            }
            Request::Undefine(options) => {
                self.judged(Action::Undefine)?;
                self.undefine(options).await?;
            }
            Request::SetAutostart { when, on } => {
                self.judged(Action::SetAutostart)?;
                self.set_autostart(when, on).await?;
            }
            Request::Edit { edit, flags } => self.edit(edit, flags).await?,
            Request::Rename { name } => {
                self.judged(Action::Rename)?;
                self.rename(name).await?;
            }
            Request::InjectNmi => {
                self.judged(Action::Use)?;
                self.inject_nmi().await?;
            }
            Request::Change { change, flags } => self.change(change, flags).await?,
            Request::OpenConsole { alias, force } => {
                self.judged(Action::Use)?;
                return self.open_console(alias, force).await.map(Answer::Console);
            }
            Request::OpenChannel { alias, force } => {
                self.judged(Action::Use)?;
                return self.open_channel(alias, force).await.map(Answer::Console);
            }
        }
        Ok(Answer::Done)
    }

    fn judged(&self, action: Action) -> Result<Verdict, Error> {
        policy::judge(action, self.domain.snapshot().standing())
    }

    /// Shows the domain with something changed.
    fn show(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut snapshot = Snapshot::clone(&self.domain.snapshot());
        change(&mut snapshot);
        self.registry.publish(&self.domain, snapshot);
    }

    /// Shows another state, and keeps it for a later daemon.
    fn show_state(&mut self, state: State) {
        if self.domain.snapshot().state == state {
            return;
        }
        self.show(|snapshot| snapshot.state = state);
        if let Some(guest) = &mut self.guest {
            guest.status.state = state;
            self.keep_status();
        }
    }

    /// Writes the status file. A failure costs what a later daemon would have known, and is told.
    fn keep_status(&self) {
        let Some(guest) = &self.guest else { return };
        if let Err(error) = self.registry.files().save_status(&guest.status) {
            tracing::error!("domain '{}': {error}", guest.status.name);
        }
    }

    /// Tells what befell the domain as it now is.
    fn tell(&self, lifecycle: Lifecycle) {
        let dom = wire(&self.domain, &self.domain.snapshot());
        self.registry.events().domain_lifecycle(dom, lifecycle);
    }

    /// The guest's own word on what happened. It may come late, or twice: what is shown already is not told again.
    fn on_event(&mut self, event: Event) {
        let state = self.domain.snapshot().state;
        match event {
            Event::Resumed => self.now_running(),
            Event::Paused { reason } => self.now_paused(reason),
            Event::Shutdown => {
                if self.guest.as_mut().is_some_and(Guest::note_shutdown) {
                    self.show_state(State::Shutdown);
                    self.tell(Lifecycle::Shutdown(Shutdown::Guest));
                }
            }
            Event::Reset => {
                let dom = wire(&self.domain, &self.domain.snapshot());
                self.registry.events().domain_reboot(dom);
            }
            Event::Crashed => {
                if state != State::Crashed {
                    self.show_state(State::Crashed);
                    self.tell(Lifecycle::Crashed);
                }
            }
            Event::BalloonChanged { bytes } => self.on_balloon(bytes),
            Event::VcpuRemoved { index } => self.show_vcpu(usize::from(index), false),
            Event::PortChanged { alias, open } => self.on_port(&alias, open),
            Event::Exiting { reason } => {
                if let Some(guest) = &mut self.guest {
                    guest.exiting = Some(reason);
                }
            }
        }
    }

    /// The vCPUs run.
    fn now_running(&mut self) {
        if self.domain.snapshot().state.is_running() {
            return;
        }
        let Some(guest) = &mut self.guest else { return };
        let reason = guest.runs_because();
        self.show_state(State::Running(reason));
        self.tell(Lifecycle::Resumed);
    }

    /// The vCPUs stand.
    fn now_paused(&mut self, reason: PauseReason) {
        let (state, detail) = match reason {
            // Nobody was told of a guest yet.
            PauseReason::Starting => return,
            PauseReason::User => (State::Paused(Paused::User), Suspended::Paused),
            PauseReason::IoError => (State::Paused(Paused::IoError), Suspended::IoError),
        };
        if !matches!(self.domain.snapshot().state, State::Paused(_)) {
            self.show_state(state);
            self.tell(Lifecycle::Suspended(detail));
        }
    }

    /// The conversation broke off. If the process lives, a new one is begun soon.
    fn on_lost(&mut self) {
        if let Some(guest) = &mut self.guest {
            guest.link = None;
            guest.retry_later();
        }
    }
}

#[cfg(test)]
pub mod fake;
#[cfg(test)]
mod tests;
