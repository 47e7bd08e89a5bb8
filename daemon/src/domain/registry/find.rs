//! Lookups and lists. What does not exist yet, or no longer, is not there.

use std::sync::Arc;

use uuid::Uuid;
use vireo_protocol::remote::NonnullDomain;

use super::Registry;
use crate::domain::object::Domain;
use crate::domain::snapshot::Snapshot;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// A domain and what it showed when it was found.
pub type Found = (Arc<Domain>, Arc<Snapshot>);

impl Registry {
    /// The domain of this id.
    pub fn by_id(&self, id: u32) -> Option<Found> {
        shown(self.read().by_id.get(&id)?)
    }

    /// The domain of this UUID.
    pub fn by_uuid(&self, uuid: Uuid) -> Option<Found> {
        shown(self.read().by_uuid.get(&uuid)?)
    }

    /// The domain of this name.
    pub fn by_name(&self, name: &str) -> Option<Found> {
        // A name that is only reserved is not yet one.
        shown(self.read().by_name.get(name)?).filter(|(_, snapshot)| *snapshot.name == *name)
    }

    /// The domain a call is about.
    pub fn resolve(&self, dom: &NonnullDomain) -> Result<Found> {
        let uuid = Uuid::from_bytes(dom.uuid);
        self.by_uuid(uuid).ok_or_else(|| not_found_uuid(uuid, &dom.name))
    }

    /// How many domains have a guest.
    pub fn count_active(&self) -> usize {
        self.read().by_id.len()
    }

    /// The ids of all domains with a guest, smallest first.
    pub fn active_ids(&self) -> Vec<u32> {
        self.read().by_id.keys().copied().collect()
    }

    /// All domains of which `wanted` holds: those with a guest by id, then the others by name.
    pub fn list(&self, wanted: impl Fn(&Snapshot) -> bool) -> Vec<Found> {
        let index = self.read();
        let mut found = Vec::with_capacity(index.by_uuid.len());
        let active = index.by_id.values().filter_map(shown);
        found.extend(active.filter(|(_, snapshot)| wanted(snapshot)));
        let sorted_from = found.len();
        let inactive = index.by_uuid.values().filter_map(shown).filter(|(_, snapshot)| !snapshot.is_active());
        found.extend(inactive.filter(|(_, snapshot)| wanted(snapshot)));
        drop(index);
        found[sorted_from..].sort_unstable_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        found
    }

    /// How many domains there are of which `wanted` holds.
    pub fn count(&self, wanted: impl Fn(&Snapshot) -> bool) -> usize {
        self.read().by_uuid.values().filter_map(shown).filter(|(_, snapshot)| wanted(snapshot)).count()
    }
}

fn shown(domain: &Arc<Domain>) -> Option<Found> {
    let snapshot = domain.snapshot();
    snapshot.exists().then(|| (domain.clone(), snapshot))
}

/// There is no domain of this UUID, which a client knows by this name.
pub fn not_found_uuid(uuid: Uuid, name: &str) -> Error {
    not_found(&format!("no domain with matching uuid '{uuid}' ({name})"))
}

/// There is no such domain.
pub fn not_found(info: &str) -> Error {
    Error::new(ErrorCode::NoDomain, ErrorDomain::Qemu, info)
}
