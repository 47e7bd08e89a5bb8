//! Changes of a part of what a domain's documents say.
//!
//! ```text
//! edit --> live document, definition (as the flags say) --> read back --> definition on disk --> shown --> told
//!            any of these fails: nothing is changed
//! ```

use std::sync::Arc;

use super::Actor;
use super::define::blocking;
use crate::domain::Snapshot;
use crate::domain::def::{DomainDef, FormatOptions, ParseFlags};
use crate::domain::edit::{Edit, SetMemory};
use crate::domain::registry::wire;
use crate::domain::scope::Scope;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

impl Actor {
    /// Changes the running guest's document, the definition, or both.
    pub(super) async fn edit(&mut self, edit: Edit, flags: u32) -> Result<()> {
        let snapshot = self.domain.snapshot();
        let scope = Scope::of_change(flags, snapshot.standing())?;
        if scope.live {
            check_changes_running(&edit)?;
        }
        let mut live = if scope.live { Some(edited_live(&snapshot, &edit)?) } else { None };
        if let (Some(_), Edit::Memory(edit)) = (&live, &edit) {
            self.ask_for_memory(*edit).await?;
            // What a guest keeps is shown when it says so.
            live = live.filter(|_| !matches!(edit, SetMemory::Current(_)));
        }
        if scope.config {
            let mut def = self.defined()?;
            edit.apply(&mut def)?;
            check_reads_back(&def, &FormatOptions::STORE)?;
            let files = self.registry.files().clone();
            let definition = blocking(move || files.save_definition(&def)).await?;
            self.show(|snapshot| snapshot.definition = Some(Arc::new(definition)));
        }
        if let Some(def) = live {
            self.show_live(&def);
        }
        self.tell_edit(&edit);
        Ok(())
    }

    /// Shows the running guest by this document, and keeps it for a later daemon.
    pub(super) fn show_live(&mut self, def: &DomainDef) {
        self.show(|snapshot| {
            if let Some(live) = &mut snapshot.live {
                *live = Arc::new(live.with_document(def));
            }
        });
        if let Some(guest) = &mut self.guest {
            guest.status.xml = def.format(&FormatOptions::STATUS);
            self.keep_status();
        }
    }

    fn tell_edit(&self, edit: &Edit) {
        let dom = wire(&self.domain, &self.domain.snapshot());
        match edit {
            Edit::Metadata(edit) => {
                self.registry.events().domain_metadata_change(dom, edit.kind() as i32, edit.uri());
            }
            Edit::Action(_) | Edit::Memory(_) | Edit::Perf(_) => {}
        }
    }
}

/// The running guest's document.
pub(super) fn live_document(snapshot: &Snapshot) -> Result<DomainDef> {
    let live = snapshot.live.as_ref().ok_or_else(|| {
        Error::internal(ErrorDomain::Qemu, "what this guest runs with is not known to this daemon")
    })?;
    let flags = ParseFlags { live: true, ..ParseFlags::default() };
    DomainDef::parse(&live.text.unpack(), flags)
}

/// The running guest's document, changed.
fn edited_live(snapshot: &Snapshot, edit: &Edit) -> Result<DomainDef> {
    let mut def = live_document(snapshot)?;
    edit.apply(&mut def)?;
    check_reads_back(&def, &FormatOptions::STATUS)?;
    Ok(def)
}

/// Refuses what the guest's process would have to be told, and cannot.
fn check_changes_running(edit: &Edit) -> Result<()> {
    match edit {
        Edit::Metadata(_) | Edit::Perf(_) | Edit::Memory(SetMemory::Current(_) | SetMemory::Period(_)) => {
            Ok(())
        }
        Edit::Memory(SetMemory::Maximum(_)) => {
            let info = "cannot resize the maximum memory on an active domain";
            Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info))
        }
        Edit::Action(_) => {
            let info = "what becomes of a running guest cannot be changed; VIR_DOMAIN_AFFECT_CONFIG changes it for the next";
            Err(Error::new(ErrorCode::OperationUnsupported, ErrorDomain::Qemu, info))
        }
    }
}

/// Refuses a document that no later daemon would read, as one that has grown too long.
pub(super) fn check_reads_back(def: &DomainDef, options: &FormatOptions) -> Result<()> {
    let flags = ParseFlags { live: !options.inactive, ..ParseFlags::default() };
    DomainDef::parse(&def.format(options), flags).map(drop)
}
