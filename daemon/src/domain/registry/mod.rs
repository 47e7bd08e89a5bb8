//! All domains of this instance: by name, by UUID, by id.
//!
//! Lookups and lists read an index behind a lock that is never held while anything waits. A domain is in the index
//! from the moment its name and UUID are taken, and visible once it exists: is defined, or has a guest.

mod find;
mod load;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use uuid::Uuid;
use vireo_protocol::remote::NonnullDomain;

pub use find::{not_found, not_found_uuid};

use crate::domain::files::Files;
use crate::domain::limits::Groups;
use crate::domain::object::Domain;
use crate::domain::snapshot::Snapshot;
use crate::domain::vmm::spawn::Program;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::events::Hub;
use crate::paths::Paths;

/// What domains need of the instance they are in.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its folders.
    pub paths: Paths,
    /// What runs guests.
    pub program: Program,
    /// The user and group guests' processes become; the daemon's own where absent.
    pub guest_user: Option<(u32, u32)>,
    /// The control groups guests are put into.
    pub groups: Groups,
}

/// `nobody`, and its group: every distribution has them at these numbers, and they own nothing.
const NOBODY: (u32, u32) = (65534, 65534);

impl Setup {
    /// Of an instance whose guests this program runs. With root's rights, guests are nobody's.
    pub fn new(paths: Paths, emulator: &Path) -> Self {
        let program = Program { path: emulator.to_owned(), args: Vec::new() };
        let guest_user = nix::unistd::geteuid().is_root().then_some(NOBODY);
        Self { paths, program, guest_user, groups: Groups::of_host() }
    }
}

/// All domains.
pub struct Registry {
    index: RwLock<Index>,
    last_id: AtomicU32,
    files: Arc<Files>,
    setup: Setup,
    events: Arc<Hub>,
}

#[derive(Default)]
struct Index {
    by_name: HashMap<Arc<str>, Arc<Domain>>,
    by_uuid: HashMap<Uuid, Arc<Domain>>,
    by_id: BTreeMap<u32, Arc<Domain>>,
}

impl Registry {
    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What guests are made with.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The files of domains.
    pub(super) fn files(&self) -> &Arc<Files> {
        &self.files
    }

    /// Removes a domain's log.
    pub fn remove_log(&self, name: &str) {
        self.files.remove_log(name);
    }

    /// Where what happens is told.
    pub fn events(&self) -> &Hub {
        &self.events
    }

    /// An id that no guest of this instance has had.
    pub fn next_id(&self) -> u32 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The domain of this name and UUID: the one there is, or a new one that does not exist yet. Refused if either
    /// is another domain's.
    pub fn admit(&self, name: &str, uuid: Uuid) -> Result<Arc<Domain>> {
        let mut index = self.write();
        if let Some(domain) = index.by_uuid.get(&uuid) {
            let known = &domain.snapshot().name;
            if **known != *name {
                return Err(taken(&format!("domain '{known}' is already defined with uuid {uuid}")));
            }
            return Ok(domain.clone());
        }
        if let Some(other) = index.by_name.get(name) {
            return Err(taken(&format!("domain '{name}' already exists with uuid {}", other.uuid())));
        }
        let name: Arc<str> = name.into();
        let domain = Arc::new(Domain::new(uuid, Snapshot::nothing(name.clone())));
        index.insert(name, &domain);
        Ok(domain)
    }

    /// Lets a domain show something else, and keeps the lists in step. A domain that no longer exists is forgotten:
    /// its name and UUID are free.
    pub fn publish(&self, domain: &Arc<Domain>, snapshot: Snapshot) {
        let (id, exists, name) = (snapshot.id, snapshot.exists(), snapshot.name.clone());
        let mut index = self.write();
        let before = domain.publish(Arc::new(snapshot));
        if before.name != name && index.holds_name(&before.name, domain) {
            index.by_name.remove(&before.name);
            index.by_name.insert(name.clone(), domain.clone());
        }
        if before.id != id {
            before.id.map(|id| index.by_id.remove(&id));
            id.map(|id| index.by_id.insert(id, domain.clone()));
        }
        if !exists {
            index.remove(&name, domain);
        }
        drop(index);
        // What is shown no more may be large: it is freed out of the lock.
        drop(before);
    }

    /// Keeps a name for a domain that is to get it. Refused if a domain has it.
    pub fn reserve_name(&self, domain: &Arc<Domain>, name: &str) -> Result<()> {
        let mut index = self.write();
        let refusal = match index.by_name.get(name) {
            Some(other) if Arc::ptr_eq(other, domain) => "Can't rename domain to itself".to_owned(),
            Some(_) => format!("domain with name '{name}' already exists"),
            None => {
                index.by_name.insert(name.into(), domain.clone());
                return Ok(());
            }
        };
        Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::Domain, refusal))
    }

    /// Gives back a name that a domain did not get.
    pub fn release_name(&self, domain: &Arc<Domain>, name: &str) {
        let mut index = self.write();
        if *domain.snapshot().name != *name && index.holds_name(name, domain) {
            index.by_name.remove(name);
        }
    }

    /// Forgets a domain that never came to exist.
    pub fn withdraw(&self, domain: &Arc<Domain>) {
        let mut index = self.write();
        let snapshot = domain.snapshot();
        if !snapshot.exists() {
            index.remove(&snapshot.name, domain);
        }
    }

    /// Whether this is the domain its UUID stands for.
    pub fn holds(&self, domain: &Arc<Domain>) -> bool {
        self.read().by_uuid.get(&domain.uuid()).is_some_and(|held| Arc::ptr_eq(held, domain))
    }
}

impl Index {
    fn holds_name(&self, name: &str, domain: &Arc<Domain>) -> bool {
        self.by_name.get(name).is_some_and(|held| Arc::ptr_eq(held, domain))
    }

    fn insert(&mut self, name: Arc<str>, domain: &Arc<Domain>) {
        self.by_name.insert(name, domain.clone());
        self.by_uuid.insert(domain.uuid(), domain.clone());
    }

    fn remove(&mut self, name: &str, domain: &Arc<Domain>) {
        // Another domain may have taken the place since.
        if self.by_uuid.get(&domain.uuid()).is_some_and(|held| Arc::ptr_eq(held, domain)) {
            self.by_uuid.remove(&domain.uuid());
            self.by_name.remove(name);
        }
    }
}

/// A domain as the wire names it.
pub fn wire(domain: &Domain, snapshot: &Snapshot) -> NonnullDomain {
    NonnullDomain {
        name: (*snapshot.name).to_owned(),
        uuid: domain.uuid().into_bytes(),
        id: snapshot.wire_id(),
    }
}

fn taken(info: &str) -> Error {
    Error::new(ErrorCode::OperationFailed, ErrorDomain::Domain, info)
}

#[cfg(test)]
mod tests;
