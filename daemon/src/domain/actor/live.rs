//! Changes of a running guest's live document.

use std::sync::Arc;

use vireo_control::Request;

use super::Actor;
use super::call::CallError;
use crate::domain::def::{DomainDef, FormatOptions, ParseFlags};
use crate::domain::live::Live;
use crate::domain::registry::wire;
use crate::domain::stats::memory;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

impl Actor {
    /// The running guest's document in full.
    pub(super) fn running(&self) -> Result<Box<DomainDef>> {
        let snapshot = self.domain.snapshot();
        let live = snapshot.live.as_ref().ok_or_else(crate::domain::policy::not_running)?;
        let flags = ParseFlags { live: true, ..ParseFlags::default() };
        DomainDef::parse(&live.text.unpack(), flags).map(Box::new)
    }

    /// Shows the guest by this document, and keeps it for a later daemon.
    pub(super) fn show_running(&mut self, def: &DomainDef) {
        let snapshot = self.domain.snapshot();
        let Some(live) = &snapshot.live else { return };
        let live = Live::new(def, live.pid, live.process.clone(), live.hello.clone());
        self.show(|snapshot| snapshot.live = Some(Arc::new(live)));
        if let Some(guest) = &mut self.guest {
            guest.status.xml = def.format(&FormatOptions::STATUS);
            self.keep_status();
        }
    }

    /// The guest keeps so many bytes for itself now.
    pub(super) fn on_balloon(&mut self, bytes: u64) {
        let kib = bytes.div_ceil(1024);
        if self.show_balloon(kib) {
            let dom = wire(&self.domain, &self.domain.snapshot());
            self.registry.events().domain_balloon_change(dom, kib);
        }
    }

    /// Shows what the guest keeps, by the counters it shares: a daemon that was away has missed what was told.
    pub(super) fn catch_up_with_balloon(&mut self) {
        let kept = self
            .domain
            .snapshot()
            .live
            .as_ref()
            .filter(|live| live.facts.balloon)
            .map(|live| memory::actual(live));
        if let Some(kib) = kept {
            self.show_balloon(kib);
        }
    }

    fn show_balloon(&mut self, kib: u64) -> bool {
        let shown = self.domain.snapshot().live.as_ref().map(|live| live.facts.current_kib);
        if shown.is_none_or(|shown| shown == kib) {
            return shown.is_some();
        }
        match self.running() {
            Ok(mut def) => {
                def.memory.current_kib = kib.min(def.memory.total_kib);
                self.show_running(&def);
                true
            }
            Err(error) => {
                tracing::error!(
                    "domain '{}': its live XML is not understood: {error}",
                    self.domain.snapshot().name
                );
                false
            }
        }
    }

    /// Asks the guest to keep so many KiB for itself. When it has done so, the balloon tells.
    pub(super) async fn set_balloon(&mut self, kib: u64) -> Result<()> {
        let Some(live) = self.domain.snapshot().live.clone() else {
            return Err(crate::domain::policy::not_running());
        };
        let asked = match live.facts.balloon {
            true => self.call("lend memory", Request::SetBalloon { bytes: kib.saturating_mul(1024) }).await,
            false => return Err(no_balloon()),
        };
        match asked {
            Ok(_) => Ok(()),
            // Built before there were balloons.
            Err(CallError::Refused(_)) => Err(no_balloon()),
            Err(error) => Err(error.into()),
        }
    }

    /// Has the guest asked for its statistics every so many seconds.
    pub(super) async fn set_balloon_period(&mut self, seconds: u32) -> Result<()> {
        let mut def = self.running()?;
        let Some(balloon) = def.devices.balloon_mut() else {
            return Err(Error::new(
                ErrorCode::OperationInvalid,
                ErrorDomain::Qemu,
                "Memory balloon model must be virtio to set the collection period",
            ));
        };
        balloon.stats_period = Some(seconds).filter(|seconds| *seconds != 0);
        match self.call("ask for statistics", Request::SetBalloonPeriod { seconds }).await {
            Ok(_) => {}
            Err(CallError::Refused(_)) => {
                return Err(Error::new(
                    ErrorCode::OperationInvalid,
                    ErrorDomain::Qemu,
                    "unable to set balloon driver collection period",
                ));
            }
            Err(error) => return Err(error.into()),
        }
        self.show_running(&def);
        Ok(())
    }
}

fn no_balloon() -> Error {
    let info =
        "Unable to change memory of active domain without the balloon device and guest OS balloon driver";
    Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info)
}
