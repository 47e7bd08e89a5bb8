//! What a pool shows to readers: one value, replaced whole.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use vireo_storage::volume::Volume;
use vireo_storage::{Ownership, Scan, Space};

use super::def::PoolDef;
use super::error::invalid;
use crate::error::{Error, Result};

/// The volumes of an active pool, by name.
pub type Volumes = BTreeMap<Box<str>, Arc<Volume>>;

/// What a pool shows.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its name.
    pub name: Arc<str>,
    /// Its definition; transient pools have none.
    pub definition: Option<Arc<PoolDef>>,
    /// What it is while it is active.
    pub active: Option<Arc<Active>>,
    /// It is started with the host.
    pub autostart: bool,
}

/// An active pool.
#[derive(Debug, Clone)]
pub struct Active {
    /// The document it was started with.
    pub def: Arc<PoolDef>,
    /// The room it had at the last look.
    pub space: Space,
    /// Whose its folder is.
    pub ownership: Ownership,
    /// Its volumes.
    pub volumes: Arc<Volumes>,
}

impl Active {
    /// From what a look at everything found.
    pub(super) fn new(def: Arc<PoolDef>, scan: Scan) -> Self {
        let volumes = scan.volumes.into_iter().map(|volume| (volume.name.clone(), Arc::new(volume)));
        Self { def, space: scan.space, ownership: scan.ownership, volumes: Arc::new(volumes.collect()) }
    }

    /// A volume's path, which is its key as well.
    pub fn path_of(&self, name: &str) -> String {
        let path = vireo_storage::volume::path_in(Path::new(&self.def.path), name);
        path.to_string_lossy().into_owned()
    }
}

impl Snapshot {
    /// Of a pool that does not exist yet: its name is taken.
    pub(super) fn nothing(name: Arc<str>) -> Self {
        Self { name, definition: None, active: None, autostart: false }
    }

    /// Whether there is such a pool.
    pub fn exists(&self) -> bool {
        self.definition.is_some() || self.active.is_some()
    }

    /// Whether its volumes can be used.
    pub fn is_active(&self) -> bool {
        self.active.is_some()
    }

    /// Whether it has a definition.
    pub fn is_persistent(&self) -> bool {
        self.definition.is_some()
    }

    /// The document it is by: the one it was started with, else its definition.
    pub fn def(&self) -> Option<&Arc<PoolDef>> {
        self.active.as_ref().map(|active| &active.def).or(self.definition.as_ref())
    }

    /// What it is while active, which it must be.
    pub fn active(&self) -> Result<&Arc<Active>> {
        self.active.as_ref().ok_or_else(|| not_active(&self.name))
    }
}

/// A call needs an active pool.
pub fn not_active(name: &str) -> Error {
    invalid(format_args!("storage pool '{name}' is not active"))
}
