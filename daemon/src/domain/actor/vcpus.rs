//! vCPUs that come to a running guest and go from it.
//!
//! ```text
//! off --> the process adds it: on, at once              (the guest takes it into use when it likes)
//! on  --> the process asks the guest --> the guest lets it go: off, whenever that is
//!                                        it does not in time: the caller is told so
//! ```

use std::time::Duration;

use vireo_control::{Hello, Request, VmmErrorKind};

use super::Actor;
use super::call::CallError;
use super::edit::live_document;
use crate::domain::def::DomainDef;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// How long a guest may take to let a vCPU go until nobody waits for it any more; as stock has it.
const PATIENCE: Duration = Duration::from_secs(5);

impl Actor {
    /// Turns vCPUs on and off as the new document has them. What was done is shown, also where the rest fails.
    pub(super) async fn turn_vcpus(&mut self, before: &DomainDef, after: &DomainDef) -> Result<()> {
        let (was, is) = (before.vcpus.states(), after.vcpus.states());
        let differ = |enabled: bool| {
            let changed =
                was.iter().zip(&is).enumerate().filter(move |(_, (was, is))| was.enabled != is.enabled);
            changed.filter(move |(_, (_, is))| is.enabled == enabled).map(|(vcpu, _)| vcpu)
        };
        for vcpu in differ(true) {
            self.set_vcpu(vcpu, true).await?;
            self.show_vcpu(vcpu, true);
        }
        for vcpu in differ(false).collect::<Vec<_>>().into_iter().rev() {
            self.set_vcpu(vcpu, false).await?;
            let gone = self.wait_until(PATIENCE, |snapshot| {
                snapshot.live.as_ref().is_none_or(|live| !live.online.get(vcpu).is_some_and(|online| *online))
            });
            if !gone.await? {
                let info =
                    "vcpu unplug request timed out. Unplug result must be manually inspected in the domain";
                return Err(Error::new(ErrorCode::OperationTimeout, ErrorDomain::Qemu, info));
            }
        }
        Ok(())
    }

    async fn set_vcpu(&mut self, vcpu: usize, online: bool) -> Result<()> {
        // Validation keeps them below 256.
        let index = u16::try_from(vcpu).unwrap_or(u16::MAX);
        match self.call("turn a vCPU on or off", Request::SetVcpu { index, online }).await {
            Ok(_) => Ok(()),
            Err(CallError::Refused(error)) if error.kind != VmmErrorKind::System => {
                Err(Error::new(ErrorCode::OperationUnsupported, ErrorDomain::Qemu, error))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Shows a vCPU as it is now.
    pub(super) fn show_vcpu(&mut self, vcpu: usize, online: bool) {
        let snapshot = self.domain.snapshot();
        let shown = snapshot.live.as_ref().and_then(|live| live.online.get(vcpu).copied());
        if shown.is_none_or(|shown| shown == online) {
            return;
        }
        match live_document(&snapshot) {
            Ok(mut def) => {
                def.vcpus.turn(vcpu, online);
                self.show_live(&def);
            }
            Err(error) => tracing::error!("domain '{}': {error}", snapshot.name),
        }
    }

    /// Shows the vCPUs by the process's own word: a daemon that was away has missed those that went.
    pub(super) fn catch_up_with_vcpus(&mut self, hello: &Hello) {
        for (number, vcpu) in hello.vcpus.iter().enumerate() {
            self.show_vcpu(number, vcpu.online);
        }
    }
}
