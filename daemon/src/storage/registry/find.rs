//! Lookups and lists. What does not exist yet, or no longer, is not there.

use std::sync::Arc;

use uuid::Uuid;
use vireo_protocol::remote::{NonnullStoragePool, NonnullStorageVol};
use vireo_storage::volume::Volume;

use super::Pools;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::storage::def::clean_path;
use crate::storage::{Active, Pool, Snapshot};

/// A pool and what it showed when it was found.
pub type Found = (Arc<Pool>, Arc<Snapshot>);

impl Pools {
    /// The pool of this UUID.
    pub fn by_uuid(&self, uuid: Uuid) -> Option<Found> {
        shown(self.read().by_uuid.get(&uuid)?)
    }

    /// The pool of this name.
    pub fn by_name(&self, name: &str) -> Option<Found> {
        shown(self.read().by_name.get(name)?)
    }

    /// The active pool of this folder.
    pub fn by_target_path(&self, path: &str) -> Result<Found> {
        let clean = clean_path(path);
        let is_it =
            |snapshot: &Snapshot| snapshot.active.as_ref().is_some_and(|active| active.def.path == clean);
        self.list(is_it).into_iter().next().ok_or_else(|| {
            not_found(&format!("no storage pool with matching target path {}", quoted(path, &clean)))
        })
    }

    /// The pool a call is about.
    pub fn resolve(&self, pool: &NonnullStoragePool) -> Result<Found> {
        let uuid = Uuid::from_bytes(pool.uuid);
        self.by_uuid(uuid).ok_or_else(|| not_found_uuid(uuid, Some(&pool.name)))
    }

    /// The pool that a volume of a call is in.
    pub fn resolve_pool_of(&self, vol: &NonnullStorageVol) -> Result<Found> {
        let text = || not_found(&format!("no storage pool with matching name '{}'", vol.pool));
        self.by_name(&vol.pool).ok_or_else(text)
    }

    /// The volume a call is about, and the active pool it is in.
    pub fn resolve_volume(&self, vol: &NonnullStorageVol) -> Result<(Arc<Pool>, Arc<Active>, Arc<Volume>)> {
        let (pool, snapshot) = self.resolve_pool_of(vol)?;
        let active = snapshot.active()?;
        let volume = active.volumes.get(&*vol.name).ok_or_else(|| volume_not_found(&vol.name))?;
        Ok((pool, active.clone(), volume.clone()))
    }

    /// The volume of this path, and the name of its pool.
    pub fn volume_by_path(&self, path: &str) -> Result<NonnullStorageVol> {
        let clean = clean_path(path);
        self.find_volume(&clean)
            .ok_or_else(|| no_volume(&format!("no storage vol with matching path {}", quoted(path, &clean))))
    }

    /// The volume of this key: its path, exactly.
    pub fn volume_by_key(&self, key: &str) -> Result<NonnullStorageVol> {
        self.find_volume(key).ok_or_else(|| no_volume(&format!("no storage vol with matching key {key}")))
    }

    fn find_volume(&self, path: &str) -> Option<NonnullStorageVol> {
        let (folder, name) = path.rsplit_once('/')?;
        let index = self.read();
        index.by_uuid.values().filter_map(shown).find_map(|(_, snapshot)| {
            let active = snapshot.active.as_ref().filter(|active| active.def.path == folder)?;
            active.volumes.contains_key(name).then(|| wire_volume(&snapshot.name, name, path.to_owned()))
        })
    }

    /// All pools of which `wanted` holds, by name.
    pub fn list(&self, wanted: impl Fn(&Snapshot) -> bool) -> Vec<Found> {
        let index = self.read();
        let all = index.by_uuid.values().filter_map(shown);
        let mut found: Vec<_> = all.filter(|(_, snapshot)| wanted(snapshot)).collect();
        drop(index);
        found.sort_unstable_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        found
    }

    /// How many pools there are of which `wanted` holds.
    pub fn count(&self, wanted: impl Fn(&Snapshot) -> bool) -> usize {
        self.read().by_uuid.values().filter_map(shown).filter(|(_, snapshot)| wanted(snapshot)).count()
    }
}

fn shown(pool: &Arc<Pool>) -> Option<Found> {
    let snapshot = pool.snapshot();
    snapshot.exists().then(|| (pool.clone(), snapshot))
}

/// A path as it was given, and as it was looked for where that is another.
fn quoted(given: &str, clean: &str) -> String {
    if given == clean { format!("'{given}'") } else { format!("'{given}' ({clean})") }
}

/// A pool as the wire names it.
pub fn wire(pool: &Pool, snapshot: &Snapshot) -> NonnullStoragePool {
    NonnullStoragePool { name: (*snapshot.name).to_owned(), uuid: pool.uuid().into_bytes() }
}

/// A volume as the wire names it.
pub fn wire_volume(pool: &str, name: &str, key: String) -> NonnullStorageVol {
    NonnullStorageVol { pool: pool.to_owned(), name: name.to_owned(), key }
}

/// There is no pool of this UUID, which a client may know by a name.
pub fn not_found_uuid(uuid: Uuid, name: Option<&str>) -> Error {
    let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
    not_found(&format!("no storage pool with matching uuid '{uuid}'{name}"))
}

/// There is no such pool.
pub fn not_found(info: &str) -> Error {
    Error::new(ErrorCode::NoStoragePool, ErrorDomain::Storage, info)
}

/// There is no volume of this name.
pub fn volume_not_found(name: &str) -> Error {
    no_volume(&format!("no storage vol with matching name '{name}'"))
}

fn no_volume(info: &str) -> Error {
    Error::new(ErrorCode::NoStorageVol, ErrorDomain::Storage, info)
}
