//! Changes of what is defined and of what a running guest is given: both, or neither.

use std::sync::Arc;

use super::Actor;
use super::define::blocking;
use super::edit::{check_reads_back, live_document};
use crate::domain::change::{Change, Side};
use crate::domain::def::FormatOptions;
use crate::domain::limits::{self, Held, Threads};
use crate::domain::policy::not_running;
use crate::domain::registry::wire;
use crate::domain::scope::Scope;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

impl Actor {
    /// Makes a change wherever its flags say.
    pub(super) async fn change(&mut self, change: Arc<dyn Change>, flags: u32) -> Result<()> {
        let scope = Scope::of_change(flags, self.domain.snapshot().standing())?;
        let mut config = if scope.config { Some(self.defined()?) } else { None };
        if let Some(def) = &mut config {
            change.make(def, Side::Config)?;
            check_reads_back(def, &FormatOptions::STORE)?;
        }
        if scope.live {
            self.change_live(change.as_ref()).await?;
        }
        if let Some(def) = config {
            let files = self.registry.files().clone();
            let definition = blocking(move || files.save_definition(&def)).await?;
            self.show(|snapshot| snapshot.definition = Some(Arc::new(definition)));
        }
        Ok(())
    }

    /// Changes the running guest, and what is kept and shown of it.
    async fn change_live(&mut self, change: &dyn Change) -> Result<()> {
        let snapshot = self.domain.snapshot();
        let live = snapshot.live.as_ref().ok_or_else(not_running)?;
        let needs = change.needs();
        let groups = self.registry.setup().groups.clone();
        let before = live_document(&snapshot)?;
        let mut after = before.clone();
        // What the host cannot do is told before what the change has wrong, as stock does.
        if let Some(controller) = needs {
            let groups = groups.clone();
            let there = blocking(move || Ok(groups.controllers().contains(&controller))).await?;
            if !there {
                return Err(controller.not_mounted());
            }
        }
        change.make(&mut after, Side::Live)?;
        check_reads_back(&after, &FormatOptions::STATUS)?;
        let Some(hello) = &live.hello else {
            let info = "the guest's process has not been heard of since the daemon started";
            return Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info));
        };
        let threads = Threads { pid: live.pid, vcpus: hello.threads.clone() };
        if before.vcpus != after.vcpus {
            // Shown, and kept, one by one: other things may befall the guest meanwhile.
            return self.turn_vcpus(&before, &after).await;
        }
        let held = Held { groups, uuid: self.domain.uuid(), threads };
        let after = blocking(move || limits::change(&held, &before, &after).map(|()| after)).await?;
        self.show_live(&after);
        let told = change.told();
        if !told.is_empty() {
            let dom = wire(&self.domain, &self.domain.snapshot());
            self.registry.events().domain_tunable(dom, told);
        }
        Ok(())
    }
}
