//! What an earlier daemon left: definitions, and guests that may still run.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::{Index, Registry, Setup};
use crate::domain::actor::Actor;
use crate::domain::def::ParseFlags;
use crate::domain::files::{Files, FoundDefinition};
use crate::domain::object::Domain;
use crate::domain::request::{Autostart, CreateOptions, Refusal, Request};
use crate::domain::snapshot::Snapshot;
use crate::domain::status::Status;
use crate::error::{Error, ErrorDomain, Result};
use crate::events::Hub;

/// How long guests that are found running may take to be heard before clients are. They answer within a millisecond,
/// and one that hangs must not keep the others from being served.
const PATIENCE: Duration = Duration::from_millis(500);

/// Threads that read definitions. They wait for the disk more than they compute, and there are few of them.
const READERS: usize = 2;

impl Registry {
    /// Reads everything there is. Guests are found by their status files: each gets an actor that takes it over.
    /// Nothing is served yet: it waits a little for guests to say how they are.
    pub async fn load(setup: Setup, events: Arc<Hub>) -> Result<Arc<Self>> {
        let started = Instant::now();
        let files = Files::open(&setup.paths)
            .map_err(|error| Error::system(ErrorDomain::Qemu, &error, error.io()))?;
        let emulator = setup.program.path.to_string_lossy().into_owned();
        let flags = ParseFlags { emulator: &emulator, ..ParseFlags::default() };
        let definitions = read_definitions(&files, flags)?;
        let statuses = files.load_statuses()?;
        files.remove_leftovers();

        let last_id = statuses.iter().map(|status| status.id).max().unwrap_or(0);
        let registry = Arc::new(Self {
            index: RwLock::new(Index::default()),
            last_id: AtomicU32::new(last_id),
            files: Arc::new(files),
            setup,
            events,
        });
        let count = definitions.len();
        registry.insert_definitions(definitions)?;
        let guests: Vec<_> = statuses.into_iter().filter_map(|status| registry.adopt(status)).collect();
        registry.remove_empty_groups();
        let all_met = async {
            for guest in guests {
                // Met, or gone: the sender is dropped then.
                let _ = guest.await;
            }
        };
        if tokio::time::timeout(PATIENCE, all_met).await.is_err() {
            tracing::warn!("some guests do not answer yet; what was last known of them is shown");
        }
        tracing::info!(
            "{count} definitions and {} guests in {} ms",
            registry.count_active(),
            started.elapsed().as_millis()
        );
        Ok(registry)
    }

    /// Control groups of guests that are over, where the daemon before did not come to remove them.
    fn remove_empty_groups(&self) {
        let groups = &self.setup.groups;
        for uuid in groups.guests() {
            let over = self.read().by_uuid.get(&uuid).is_some_and(|domain| !domain.snapshot().is_active());
            if over {
                groups.remove(&uuid);
            }
        }
    }

    /// Starts the domains that are to be started with the host: once in a boot, so that a daemon that is started
    /// again does not start what a user has shut down.
    pub fn autostart(self: &Arc<Self>) {
        if !self.files.first_start_of_boot() {
            return;
        }
        for (domain, snapshot) in self.list(|snapshot| snapshot.autostart || snapshot.autostart_once) {
            tokio::spawn(start_with_host(self.clone(), domain, snapshot));
        }
    }

    fn insert_definitions(&self, definitions: Vec<FoundDefinition>) -> Result<()> {
        let definitions = self.files.finish_renames(definitions)?;
        let [always, once] =
            [Autostart::Always, Autostart::Once].map(|when| self.files.autostart_names(when));
        let (always, once) = (always?, once?);
        let mut index = self.write();
        index.by_name.reserve(definitions.len());
        index.by_uuid.reserve(definitions.len());
        for FoundDefinition { name, uuid, definition, .. } in definitions {
            if let Some(other) = index.by_uuid.get(&uuid) {
                tracing::error!(
                    "domain '{name}' has the uuid of domain '{}' and is not there until one of the files is changed",
                    other.snapshot().name
                );
                continue;
            }
            let name: Arc<str> = name.into();
            let snapshot = Snapshot {
                autostart: always.contains(&*name),
                autostart_once: once.contains(&*name),
                definition: Some(Arc::new(definition)),
                ..Snapshot::nothing(name.clone())
            };
            index.insert(name, &Arc::new(Domain::new(uuid, snapshot)));
        }
        Ok(())
    }

    fn adopt(self: &Arc<Self>, status: Status) -> Option<oneshot::Receiver<()>> {
        match self.admit(&status.name, status.uuid) {
            Ok(domain) => Some(Actor::adopt(&domain, self, status)),
            Err(error) => {
                tracing::error!("a guest of domain '{}' runs, but {error}", status.name);
                None
            }
        }
    }
}

/// Starts one, unless it runs. A mark for one start is taken first: it never makes for two.
async fn start_with_host(registry: Arc<Registry>, domain: Arc<Domain>, snapshot: Arc<Snapshot>) {
    let ask = async |request| match domain.ask(&registry, request).await {
        Err(Refusal::Error(error)) => {
            tracing::error!("domain '{}' cannot be started with the daemon: {error}", snapshot.name);
            false
        }
        Err(Refusal::Gone) => false,
        Ok(_) => true,
    };
    let unmark = Request::SetAutostart { when: Autostart::Once, on: false };
    let may_start = !snapshot.autostart_once || ask(unmark).await || snapshot.autostart;
    if may_start && !snapshot.is_active() {
        ask(Request::Create(CreateOptions::default())).await;
    }
}

fn read_definitions(files: &Files, flags: ParseFlags<'_>) -> Result<Vec<FoundDefinition>> {
    let names = files.definition_names()?;
    let share = names.len().div_ceil(READERS).max(1);
    let read = |names: &[String]| -> Vec<FoundDefinition> {
        names.iter().filter_map(|name| files.load_definition(name, flags)).collect()
    };
    // A handful is read sooner than a thread is started.
    if names.len() < 32 {
        return Ok(read(&names));
    }
    Ok(std::thread::scope(|scope| {
        let readers: Vec<_> = names.chunks(share).map(|names| scope.spawn(|| read(names))).collect();
        readers.into_iter().flat_map(|reader| reader.join().unwrap_or_default()).collect()
    }))
}
