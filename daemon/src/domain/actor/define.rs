//! Changes of what is defined, on disk before they are shown.

use std::sync::Arc;

use super::Actor;
use crate::domain::def::{DomainDef, ParseFlags};
use crate::domain::request::{Autostart, UndefineOptions};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::events::domain::{Defined, Lifecycle, Undefined};

impl Actor {
    /// Makes a document the definition. A guest that runs is not touched.
    pub(super) async fn define(&mut self, def: Box<DomainDef>) -> Result<()> {
        let existed = self.domain.snapshot().exists();
        let files = self.registry.files().clone();
        match blocking(move || files.save_definition(&def)).await {
            Ok(definition) => {
                self.show(|snapshot| snapshot.definition = Some(Arc::new(definition)));
                self.tell(Lifecycle::Defined(if existed { Defined::Updated } else { Defined::Added }));
                Ok(())
            }
            Err(error) => {
                self.registry.withdraw(&self.domain);
                Err(error)
            }
        }
    }

    /// Forgets the definition. A guest that runs goes on without.
    pub(super) async fn undefine(&mut self, options: UndefineOptions) -> Result<()> {
        let snapshot = self.domain.snapshot();
        let nvram = self.nvram_file()?;
        if nvram.is_some() && !options.nvram && !options.keep_nvram {
            return Err(Error::new(
                ErrorCode::OperationInvalid,
                ErrorDomain::Qemu,
                "cannot undefine domain with nvram",
            ));
        }
        let files = self.registry.files().clone();
        let name = snapshot.name.clone();
        blocking(move || {
            if let Some(path) = nvram.filter(|_| options.nvram) {
                std::fs::remove_file(&path).map_err(|error| {
                    Error::system(ErrorDomain::Qemu, format!("failed to remove nvram: {path}"), &error)
                })?;
            }
            files.remove_definition(&name)
        })
        .await?;
        let dom = crate::domain::registry::wire(&self.domain, &snapshot);
        self.show(|snapshot| {
            snapshot.definition = None;
            snapshot.autostart = false;
            snapshot.autostart_once = false;
        });
        self.registry.events().domain_lifecycle(dom, Lifecycle::Undefined(Undefined::Removed));
        Ok(())
    }

    pub(super) async fn set_autostart(&mut self, when: Autostart, on: bool) -> Result<()> {
        let snapshot = self.domain.snapshot();
        let marked = match when {
            Autostart::Always => snapshot.autostart,
            Autostart::Once => snapshot.autostart_once,
        };
        if marked == on {
            return Ok(());
        }
        let files = self.registry.files().clone();
        let name = snapshot.name.clone();
        blocking(move || files.set_autostart(&name, when, on)).await?;
        self.show(|snapshot| match when {
            Autostart::Always => snapshot.autostart = on,
            Autostart::Once => snapshot.autostart_once = on,
        });
        Ok(())
    }

    /// The definition in full.
    pub(super) fn defined(&self) -> Result<Box<DomainDef>> {
        let snapshot = self.domain.snapshot();
        let definition = snapshot
            .definition
            .as_ref()
            .ok_or_else(|| Error::internal(ErrorDomain::Qemu, "a transient domain has no definition"))?;
        let emulator = self.registry.setup().program.path.to_string_lossy();
        let flags = ParseFlags { emulator: &emulator, ..ParseFlags::default() };
        DomainDef::parse(&definition.text.unpack(), flags).map(Box::new)
    }

    /// The definition's own file of firmware variables, if there is one.
    fn nvram_file(&self) -> Result<Option<String>> {
        let path = self.defined()?.os.nvram.and_then(|nvram| nvram.path);
        Ok(path.filter(|path| std::path::Path::new(path).exists()))
    }
}

/// Does something that waits for the disk or the kernel.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => {
            Err(Error::internal(ErrorDomain::Qemu, format!("a task of the daemon failed: {error}")))
        }
    }
}
