//! What an earlier daemon left: definitions, and pools that were active.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use super::{Index, Pools};
use crate::error::Result;
use crate::events::Hub;
use crate::paths::Paths;
use crate::storage::blocking::blocking;
use crate::storage::def::PoolDef;
use crate::storage::files::Files;
use crate::storage::object::Pool;
use crate::storage::snapshot::Snapshot;

/// How long looking at pools may take before clients are heard: a folder is read in a millisecond, and a file system
/// that hangs must not keep everything else from being served.
const PATIENCE: Duration = Duration::from_millis(500);

impl Pools {
    /// Reads everything there is, and makes active what was active or is to be with the host.
    pub async fn load(paths: &Paths, events: Arc<Hub>) -> Result<Arc<Self>> {
        let files = Arc::new(Files::open(paths)?);
        let read = files.clone();
        let (definitions, statuses, autostart, is_first) = blocking(move || {
            let definitions = read.load_definitions()?;
            let statuses = read.load_statuses()?;
            Ok((definitions, statuses, read.autostart_names()?, read.first_start_of_boot()))
        })
        .await?;
        let pools = Arc::new(Self { index: RwLock::new(Index::default()), files, events });
        for def in definitions {
            let on = autostart.contains(&def.name);
            pools.insert_definition(def, on);
        }
        let mut tasks = Vec::new();
        for def in statuses {
            tasks.push(tokio::spawn(resume(pools.clone(), def)));
        }
        if is_first {
            for (pool, _) in pools.list(|snapshot| snapshot.autostart) {
                tasks.push(tokio::spawn(start_with_host(pools.clone(), pool)));
            }
        }
        let all = async {
            for task in tasks {
                // One that panicked has said so.
                let _ = task.await;
            }
        };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            tracing::warn!("some storage pools are still being looked at");
        }
        Ok(pools)
    }

    fn insert_definition(&self, def: PoolDef, autostart: bool) {
        let mut index = self.write();
        if let Some(other) = index.by_uuid.get(&def.uuid) {
            tracing::error!(
                "pool '{}' has the uuid of pool '{}' and is not there until one of the files is changed",
                def.name,
                other.snapshot().name
            );
            return;
        }
        let name: Arc<str> = def.name.as_str().into();
        let uuid = def.uuid;
        let snapshot =
            Snapshot { autostart, definition: Some(Arc::new(def)), ..Snapshot::nothing(name.clone()) };
        index.insert(name, &Arc::new(Pool::new(uuid, snapshot)));
    }
}

/// Makes a pool active again, if it is still there.
async fn resume(pools: Arc<Pools>, def: PoolDef) {
    let (name, uuid) = (def.name.clone(), def.uuid);
    if let Err(error) = pools.resume(def).await {
        tracing::error!("storage pool '{name}' is no longer active: {error}");
        let files = pools.files().clone();
        let _ = blocking(move || {
            files.remove_status(uuid);
            Ok(())
        })
        .await;
    }
}

async fn start_with_host(pools: Arc<Pools>, pool: Arc<Pool>) {
    if pool.snapshot().is_active() {
        return;
    }
    if let Err(error) = pools.start(&pool, Default::default()).await {
        tracing::error!("storage pool '{}' cannot be started with the host: {error}", pool.snapshot().name);
    }
}
