//! Taking over a guest that outlived the daemon that started it, and picking up a conversation that broke off.
//!
//! ```text
//! status file -> same boot, process of that number and start time?
//!    no  -> the guest ended meanwhile: its exit record says why
//!    yes -> phase "starting": nobody was told of it: ended
//!           phase "running":  published at once as the file has it, then Hello over the control socket -> as it is
//! ```

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use vireo_control::{Event, Hello, PROTOCOL, PauseReason, Reply, Request, RunState};

use super::Actor;
use super::end::Ending;
use super::guest::Guest;
use super::start::{check_hello, hello_facts};
use crate::domain::def::{DomainDef, ParseFlags};
use crate::domain::launch;
use crate::domain::live::Live;
use crate::domain::object::Domain;
use crate::domain::registry::Registry;
use crate::domain::state::{Paused, Shutoff, State};
use crate::domain::status::{Phase, Status, this_boot};
use crate::domain::vmm::{Link, Process, socket};
use crate::error::{Error, ErrorDomain, Result};
use crate::events::domain::Lifecycle;

/// How long a process may take to answer a hello.
const HELLO: Duration = Duration::from_secs(5);

impl Actor {
    /// Takes over what a status file speaks of. The domain shows it when this returns; when the guest has been heard,
    /// or will not be, the receiver is told.
    pub fn adopt(domain: &Arc<Domain>, registry: &Arc<Registry>, status: Status) -> oneshot::Receiver<()> {
        let inbox = Domain::open(&mut domain.mailbox());
        let mut actor = Self::new(domain.clone(), registry.clone(), inbox);
        let (met, receiver) = oneshot::channel();
        actor.met = Some(met);
        let found =
            if status.boot == this_boot() { Process::find(status.pid, status.start_time) } else { None };
        // Named so by the daemon before: the next interface must not be.
        for name in tap_names(&status.xml) {
            vireo_net::reserve(name);
        }
        match found {
            Some(process) => match status.phase {
                Phase::Running => actor.adopt_running(process, status),
                Phase::Starting => {
                    tracing::warn!("domain '{}' was being started when the daemon ended", status.name);
                    process.kill();
                    actor.guest = Some(Guest::new(process, None, status, false));
                }
            },
            None => actor.adopt_ended(&status),
        }
        tokio::spawn(actor.run());
        receiver
    }

    fn adopt_running(&mut self, process: Process, status: Status) {
        let flags = ParseFlags { live: true, ..ParseFlags::default() };
        let live = match DomainDef::parse(&status.xml, flags) {
            Ok(def) => Some(Arc::new(Live::new(&def, process.pid(), process.times(), None))),
            Err(error) => {
                tracing::error!("domain '{}': its live XML is not understood: {error}", status.name);
                None
            }
        };
        self.show(|snapshot| {
            snapshot.id = Some(status.id);
            snapshot.state = status.state;
            snapshot.live = live;
        });
        let fresh = status.state == State::Paused(Paused::StartingUp);
        self.guest = Some(Guest::new(process, None, status, fresh));
    }

    /// The guest ended while no daemon was there to see it.
    fn adopt_ended(&mut self, status: &Status) {
        let record = self.registry.files().exit_record(status.uuid);
        let ending = match status.phase {
            Phase::Running => Ending::of(false, record.map(|record| record.reason)),
            Phase::Starting => Ending { reason: Shutoff::Failed, ..Ending::of(false, None) },
        };
        tracing::info!("the guest of domain '{}' ended while the daemon was away: {ending:?}", status.name);
        self.registry.setup().groups.remove(&status.uuid);
        self.registry.files().remove_guest(status.uuid);
        launch::remove_sockets(&status.sockets);
        self.show_ended(&ending);
    }

    /// Begins a conversation anew. Called when it is time to; what fails is tried again, as long as the process
    /// lives.
    pub(super) async fn reconnect(&mut self) {
        // Whoever waits for it has waited long enough when this is over, however it goes.
        let _met = self.met.take();
        let Some(guest) = &mut self.guest else { return };
        guest.retry_at = None;
        let (uuid, autodestroy) =
            (guest.status.uuid, guest.status.autodestroy && guest.autodestroy.is_none());
        match self.say_hello().await {
            Ok(()) if autodestroy => {
                tracing::info!("the client that guest {uuid} was started for went with the daemon before");
                if let Err(error) = self.destroy(false).await {
                    tracing::error!("guest {uuid} cannot be ended: {error}");
                }
            }
            Ok(()) => {}
            Err(error) => {
                tracing::warn!("guest {uuid} cannot be talked to: {error}");
                self.on_lost();
            }
        }
    }

    async fn say_hello(&mut self) -> Result<()> {
        let Some(guest) = &mut self.guest else { return Ok(()) };
        let path = self.registry.files().control_path(guest.status.uuid);
        let failed = |error| {
            Error::system(ErrorDomain::Qemu, format!("cannot connect to '{}'", path.display()), &error)
        };
        let stream = socket::connect(&path).map_err(failed)?;
        guest.link = Some(Link::new(stream).map_err(failed)?);
        let request = Request::Hello { protocol: PROTOCOL };
        let Reply::Hello(hello) = self.call_with("say hello", request, &[], HELLO).await? else {
            return Err(Error::internal(ErrorDomain::Qemu, "the guest's process did not say hello"));
        };
        let Some(guest) = &mut self.guest else { return Ok(()) };
        check_hello(&hello, guest.status.uuid, guest.status.spec_hash)?;
        let stats = guest.link.as_mut().and_then(Link::take_fd);
        guest.is_in_touch();
        if let Some(stats) = stats {
            self.publish_hello(&hello, &stats)?;
        }
        self.follow(hello.state).await
    }

    /// Shows the guest's state by its own word, where it is another than what is shown.
    async fn follow(&mut self, state: RunState) -> Result<()> {
        let being_started = self.domain.snapshot().state == State::Paused(Paused::StartingUp);
        match state {
            // The daemon died between building it and letting it run.
            RunState::Paused { reason: PauseReason::Starting } if being_started => {
                return self.begin_to_run().await;
            }
            RunState::Running => {
                self.now_running();
                if being_started {
                    self.tell(Lifecycle::Started);
                }
            }
            RunState::Paused { reason } => self.now_paused(reason),
            RunState::Shutdown => self.on_event(Event::Shutdown),
            RunState::Crashed => self.on_event(Event::Crashed),
        }
        Ok(())
    }

    fn publish_hello(&mut self, hello: &Hello, stats: &OwnedFd) -> Result<()> {
        let snapshot = self.domain.snapshot();
        let Some(live) = &snapshot.live else { return Ok(()) };
        if live.hello.is_some() {
            return Ok(());
        }
        let notes = self.guest.as_ref().map(|guest| guest.status.notes.clone()).unwrap_or_default();
        let facts = Arc::new(hello_facts(hello.clone(), notes, stats)?);
        let live = Live { hello: Some(facts), ..Live::clone(live) };
        self.show(|snapshot| snapshot.live = Some(Arc::new(live)));
        self.catch_up_with_balloon();
        self.catch_up_with_channels(&hello.open_ports);
        self.catch_up_with_vcpus(hello);
        Ok(())
    }
}

/// Names of host interfaces in a live document, found without reading all of it.
fn tap_names(xml: &str) -> impl Iterator<Item = &str> {
    xml.split("<target dev='vnet").skip(1).filter_map(|rest| {
        let digits = rest.split('\'').next()?;
        let at = rest.as_ptr() as usize - xml.as_ptr() as usize;
        Some(&xml[at - "vnet".len()..at + digits.len()])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_found_in_a_live_document() {
        let xml = "<a/><target dev='vda' bus='virtio'/><target dev='vnet3'/>\n<target dev='vnet12'/><x/>";
        assert_eq!(tap_names(xml).collect::<Vec<_>>(), ["vnet3", "vnet12"]);
    }
}
