//! A running guest's memory: what it is asked to keep, and what it says it keeps.

use vireo_control::Request;

use super::Actor;
use super::call::CallError;
use super::edit::live_document;
use crate::domain::edit::SetMemory;
use crate::domain::registry::wire;
use crate::domain::stats::memory;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

impl Actor {
    /// Asks the guest to keep so much for itself, or to tell of its memory so often.
    pub(super) async fn ask_for_memory(&mut self, edit: SetMemory) -> Result<()> {
        let has_balloon = self.domain.snapshot().live.as_ref().is_some_and(|live| live.facts.balloon);
        if !has_balloon {
            return Err(no_balloon());
        }
        let answer = match edit {
            SetMemory::Current(kib) => {
                let bytes = kib.saturating_mul(1024);
                self.call("lend memory", Request::SetBalloon { bytes }).await
            }
            SetMemory::Period(seconds) => {
                self.call("tell of its memory", Request::SetBalloonPeriod { seconds }).await
            }
            SetMemory::Maximum(_) => return Ok(()),
        };
        match answer {
            Ok(_) => Ok(()),
            // Built before there were balloons.
            Err(CallError::Refused(_)) => Err(no_balloon()),
            Err(error) => Err(error.into()),
        }
    }

    /// The guest keeps so many bytes for itself now.
    pub(super) fn on_balloon(&mut self, bytes: u64) {
        let kib = bytes.div_ceil(1024);
        self.show_balloon(kib);
        let dom = wire(&self.domain, &self.domain.snapshot());
        self.registry.events().domain_balloon_change(dom, kib);
    }

    /// Shows what the guest keeps, by the counters it shares: a daemon that was away has missed what was told.
    pub(super) fn catch_up_with_balloon(&mut self) {
        let snapshot = self.domain.snapshot();
        if let Some(live) = snapshot.live.as_ref().filter(|live| live.facts.balloon) {
            self.show_balloon(memory::actual(live));
        }
    }

    fn show_balloon(&mut self, kib: u64) {
        let snapshot = self.domain.snapshot();
        if snapshot.live.as_ref().is_none_or(|live| live.facts.current_kib == kib) {
            return;
        }
        match live_document(&snapshot) {
            Ok(mut def) => {
                def.memory.current_kib = kib.min(def.memory.total_kib);
                self.show_live(&def);
            }
            Err(error) => tracing::error!("domain '{}': {error}", snapshot.name),
        }
    }
}

fn no_balloon() -> Error {
    let info =
        "Unable to change memory of active domain without the balloon device and guest OS balloon driver";
    Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info)
}
