//! All pools of this instance: by name, by UUID.
//!
//! Lookups and lists read an index behind a lock that is never held while anything waits. A pool is in the index from the
//! moment its name and UUID are taken, and visible once it exists: is defined, or active.

mod find;
mod load;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use uuid::Uuid;
use vireo_protocol::remote::limits::STORAGE_POOL_LIST_MAX;

pub use find::{Found, not_found, not_found_uuid, volume_not_found, wire, wire_volume};

use super::def::PoolDef;
use super::error::{invalid, storage};
use super::files::Files;
use super::object::Pool;
use super::snapshot::Snapshot;
use crate::error::{Error, ErrorCode, Result};
use crate::events::Hub;

/// All pools.
pub struct Pools {
    index: RwLock<Index>,
    files: Arc<Files>,
    events: Arc<Hub>,
}

#[derive(Default)]
struct Index {
    by_name: HashMap<Arc<str>, Arc<Pool>>,
    by_uuid: HashMap<Uuid, Arc<Pool>>,
}

impl Pools {
    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files of pools.
    pub(super) fn files(&self) -> &Arc<Files> {
        &self.files
    }

    /// Where what happens is told.
    pub(super) fn events(&self) -> &Hub {
        &self.events
    }

    /// The pool of a document's name and UUID: the one there is, or a new one that does not exist yet. Refused if either
    /// is another pool's, or the folder is; one that is to be started must not be active.
    pub(super) fn admit(&self, def: &PoolDef, to_start: bool) -> Result<Arc<Pool>> {
        let mut index = self.write();
        index.check_path(def)?;
        if let Some(pool) = index.by_uuid.get(&def.uuid) {
            let known = pool.snapshot();
            if *known.name != *def.name {
                return Err(taken(format_args!(
                    "pool '{}' is already defined with uuid {}",
                    known.name, def.uuid
                )));
            }
            if to_start && known.is_active() {
                return Err(invalid(format_args!("pool is already active as '{}'", known.name)));
            }
            return Ok(pool.clone());
        }
        if let Some(other) = index.by_name.get(&*def.name) {
            let text = format_args!("pool '{}' already exists with uuid {}", def.name, other.uuid());
            return Err(taken(text));
        }
        if index.by_uuid.len() >= STORAGE_POOL_LIST_MAX {
            // More could not be listed.
            return Err(taken(format_args!("too many storage pools: at most {STORAGE_POOL_LIST_MAX}")));
        }
        let name: Arc<str> = def.name.as_str().into();
        let pool = Arc::new(Pool::new(def.uuid, Snapshot::nothing(name.clone())));
        index.insert(name, &pool);
        Ok(pool)
    }

    /// Lets a pool show something else. A pool that no longer exists is forgotten: its name and UUID are free.
    pub(super) fn publish(&self, pool: &Arc<Pool>, snapshot: Snapshot) {
        let exists = snapshot.exists();
        let name = snapshot.name.clone();
        let mut index = self.write();
        let before = pool.publish(Arc::new(snapshot));
        if !exists {
            index.remove(&name, pool);
        }
        drop(index);
        // What is shown no more may be large: it is freed out of the lock.
        drop(before);
    }

    /// Forgets a pool that did not come to exist.
    pub(super) fn forget_nothing(&self, pool: &Arc<Pool>) {
        let snapshot = pool.snapshot();
        if !snapshot.exists() {
            self.write().remove(&snapshot.name, pool);
        }
    }

    /// Whether a pool is still one of these.
    pub(super) fn holds(&self, pool: &Arc<Pool>) -> bool {
        self.read().by_uuid.get(&pool.uuid()).is_some_and(|held| Arc::ptr_eq(held, pool))
    }
}

impl Index {
    /// Refuses the folder of another pool.
    fn check_path(&self, def: &PoolDef) -> Result<()> {
        let same = |pool: &Pool| {
            let snapshot = pool.snapshot();
            let paths = [snapshot.definition.as_ref(), snapshot.active.as_ref().map(|active| &active.def)];
            let is_same = paths.into_iter().flatten().any(|other| other.path == def.path);
            (is_same && *snapshot.name != *def.name).then(|| snapshot.name.clone())
        };
        match self.by_uuid.values().filter(|pool| pool.uuid() != def.uuid).find_map(|pool| same(pool)) {
            Some(name) => Err(taken(format_args!("Storage source conflict with pool: '{name}'"))),
            None => Ok(()),
        }
    }

    fn insert(&mut self, name: Arc<str>, pool: &Arc<Pool>) {
        self.by_name.insert(name, pool.clone());
        self.by_uuid.insert(pool.uuid(), pool.clone());
    }

    fn remove(&mut self, name: &str, pool: &Arc<Pool>) {
        // Another pool may have taken the place since.
        if self.by_uuid.get(&pool.uuid()).is_some_and(|held| Arc::ptr_eq(held, pool)) {
            self.by_uuid.remove(&pool.uuid());
            self.by_name.remove(name);
        }
    }
}

fn taken(info: impl std::fmt::Display) -> Error {
    storage(ErrorCode::OperationFailed, info)
}
