//! The end of a guest: why it came, what is left to clear away, who is told.

use vireo_control::{ExitReason, FromVmm};

use super::Actor;
use super::guest::Guest;
use crate::domain::launch;
use crate::domain::registry::wire;
use crate::domain::state::{Shutoff, State};
use crate::domain::status::Phase;
use crate::error::Error;
use crate::events::domain::{Lifecycle, Shutdown, Stopped};

/// A client asked for the end.
pub(super) struct Destroyed;

/// How the last guest ended, for whoever was starting it.
pub(super) struct LastEnd {
    /// A client asked for the end.
    pub destroyed: bool,
    /// What the process had to say.
    pub detail: Option<String>,
}

/// How an end is shown and told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// The domain's reason for being shut off.
    pub reason: Shutoff,
    /// What clients are told.
    pub stopped: Stopped,
    /// Who is told to have powered the guest off, if anybody.
    pub shutdown: Option<Shutdown>,
}

impl Ending {
    /// From who asked for it, and what the process had to say. A process that was killed says nothing.
    pub fn of(destroyed: bool, said: Option<ExitReason>) -> Self {
        let (reason, stopped, shutdown) = match said {
            _ if destroyed => (Shutoff::Destroyed, Stopped::Destroyed, Some(Shutdown::Host)),
            Some(ExitReason::Shutdown | ExitReason::Reset) => {
                (Shutoff::Shutdown, Stopped::Shutdown, Some(Shutdown::Guest))
            }
            // Told to end by somebody else on the host.
            Some(ExitReason::Destroyed) => (Shutoff::Shutdown, Stopped::Shutdown, Some(Shutdown::Host)),
            Some(ExitReason::Crashed) => (Shutoff::Crashed, Stopped::Crashed, None),
            Some(ExitReason::Failed) | None => (Shutoff::Crashed, Stopped::Failed, None),
        };
        Self { reason, stopped, shutdown }
    }
}

impl Actor {
    /// The guest's process has ended: clears away what it had, shows the domain shut off, tells everybody. A domain
    /// without a definition ceases to exist.
    pub(super) async fn on_end(&mut self, destroyed: Option<Destroyed>) {
        for word in self.guest.as_mut().map(Guest::last_words).unwrap_or_default() {
            if let FromVmm::Event { event } = word {
                self.on_event(event);
            }
        }
        let Some(mut guest) = self.guest.take() else { return };
        let record = self.registry.files().exit_record(guest.status.uuid);
        let said = record.as_ref().map(|record| record.reason).or(guest.exiting);
        let detail = record.map(|record| record.detail).filter(|detail| !detail.is_empty());
        if let Some(detail) = &detail {
            tracing::warn!("domain '{}': its guest's process ended: {detail}", guest.status.name);
        }
        let ending = Ending::of(destroyed.is_some(), said);
        self.last_end = Some(LastEnd { destroyed: destroyed.is_some(), detail });
        // Nobody was told that it began: whoever is starting it shows how that went.
        let told = guest.status.phase == Phase::Running;
        if told && let Some(shutdown) = ending.shutdown.filter(|_| guest.note_shutdown()) {
            self.tell(Lifecycle::Shutdown(shutdown));
        }
        self.clear_away(guest);
        if told {
            self.show_ended(&ending);
        } else {
            self.show_never_started();
        }
    }

    /// Shows and tells that there is no guest any more.
    pub(super) fn show_ended(&self, ending: &Ending) {
        let before = wire(&self.domain, &self.domain.snapshot());
        self.show(|snapshot| {
            snapshot.id = None;
            snapshot.live = None;
            snapshot.state = State::Shutoff(ending.reason);
        });
        // As with libvirt: who destroys a domain has taken its id, who powers off keeps it to the end.
        let mut dom = before;
        if ending.stopped == Stopped::Destroyed {
            dom.id = -1;
        }
        self.registry.events().domain_lifecycle(dom, Lifecycle::Stopped(ending.stopped));
    }

    /// A start that failed: as if it had never been, but for the reason.
    pub(super) async fn undo_start(&mut self, error: &Error) {
        if let Some(guest) = self.guest.take() {
            guest.process.kill();
            guest.process.ended().await;
            self.clear_away(guest);
        } else {
            self.registry.files().remove_guest(self.domain.uuid());
        }
        tracing::debug!("domain '{}' could not be started: {error}", self.domain.snapshot().name);
        self.show_never_started();
    }

    fn show_never_started(&self) {
        self.show(|snapshot| {
            snapshot.id = None;
            snapshot.live = None;
            snapshot.state = State::Shutoff(Shutoff::Failed);
        });
    }

    /// What a process leaves behind that the kernel does not take back by itself.
    pub(super) fn clear_away(&self, guest: Guest) {
        // Its status last: by it a daemon that is interrupted here is followed by one that knows.
        self.registry.setup().groups.remove(&guest.status.uuid);
        self.registry.files().remove_guest(guest.status.uuid);
        launch::remove_sockets(&guest.status.sockets);
        if let Some((client, hook)) = guest.autodestroy {
            client.forget_hook(hook);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_is_told_as_libvirt_tells_it() {
        let ending = |destroyed, said| {
            let Ending { reason, stopped, shutdown } = Ending::of(destroyed, said);
            (reason, stopped, shutdown)
        };
        let guest = Some(Shutdown::Guest);
        let host = Some(Shutdown::Host);
        let off = ending(false, Some(ExitReason::Shutdown));
        assert_eq!(off, (Shutoff::Shutdown, Stopped::Shutdown, guest));
        assert_eq!(ending(false, Some(ExitReason::Reset)), off);
        let terminated = ending(false, Some(ExitReason::Destroyed));
        assert_eq!(terminated, (Shutoff::Shutdown, Stopped::Shutdown, host));
        assert_eq!(ending(true, None), (Shutoff::Destroyed, Stopped::Destroyed, host));
        assert_eq!(ending(true, Some(ExitReason::Destroyed)), (Shutoff::Destroyed, Stopped::Destroyed, host));
        assert_eq!(ending(false, None), (Shutoff::Crashed, Stopped::Failed, None));
        assert_eq!(ending(false, Some(ExitReason::Crashed)), (Shutoff::Crashed, Stopped::Crashed, None));
    }
}
