//! Another name for a domain that is shut off: on disk first, and never two domains of one name.

use std::sync::Arc;

use super::Actor;
use super::define::blocking;
use crate::domain::def::check_name;
use crate::domain::registry::wire;
use crate::error::{ErrorDomain, Result};
use crate::events::domain::{Defined, Lifecycle, Undefined};

impl Actor {
    /// Gives the domain another name.
    pub(super) async fn rename(&mut self, name: String) -> Result<()> {
        check_name(&name).map_err(|error| error.of(ErrorDomain::Qemu))?;
        self.registry.reserve_name(&self.domain, &name)?;
        let renamed = self.try_rename(&name).await;
        if renamed.is_err() {
            self.registry.release_name(&self.domain, &name);
        }
        renamed
    }

    async fn try_rename(&mut self, name: &str) -> Result<()> {
        let snapshot = self.domain.snapshot();
        let mut def = self.defined()?;
        let old = std::mem::replace(&mut def.name, name.to_owned());
        let files = self.registry.files().clone();
        let definition = blocking(move || files.rename_definition(&old, &def)).await?;
        let before = wire(&self.domain, &snapshot);
        self.show(|snapshot| {
            snapshot.name = name.into();
            snapshot.definition = Some(Arc::new(definition));
        });
        self.registry.events().domain_lifecycle(before, Lifecycle::Undefined(Undefined::Renamed));
        self.tell(Lifecycle::Defined(Defined::Renamed));
        Ok(())
    }
}
