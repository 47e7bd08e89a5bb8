//! Changes of pools and volumes: each is whole or not at all, and a pool's are done one at a time.
//!
//! ```text
//! turn (the pool's lock) -> is the pool still there, does its state fit? -> the disk -> files -> publish -> events
//! ```
//!
//! What fills a volume takes no turn but to publish it: copying may take hours.

mod define;
mod life;
mod volume;
mod volume_create;

use std::sync::Arc;

use tokio::sync::MutexGuard;
use vireo_storage::Backend;

pub use volume_create::CloneOptions;

use super::Pools;
use super::def::PoolDef;
use super::object::Pool;
use super::registry::{not_found_uuid, wire};
use super::snapshot::Snapshot;
use crate::error::{Error, ErrorDomain, Result};
use crate::events::storage::Lifecycle;

/// How a pool is to be started (`VIR_STORAGE_POOL_CREATE_*`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CreateOptions(pub u32);

impl CreateOptions {
    const WITH_BUILD: u32 = 1;
    const OVERWRITE: u32 = 1 << 1;
    const NO_OVERWRITE: u32 = 1 << 2;
    /// The flags there are.
    pub const ALL: u32 = Self::WITH_BUILD | Self::OVERWRITE | Self::NO_OVERWRITE;
}

/// Does a change to its end, even if who asked for it goes away.
pub async fn detached<T: Send + 'static>(
    change: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    match tokio::spawn(change).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Error::internal(ErrorDomain::Storage, error)),
    }
}

impl Pools {
    /// Waits for a pool's turn; refused when the pool is gone.
    async fn turn<'a>(&self, pool: &'a Arc<Pool>) -> Result<(MutexGuard<'a, ()>, Arc<Snapshot>)> {
        let guard = pool.turn().await;
        let snapshot = pool.snapshot();
        if self.holds(pool) && snapshot.exists() {
            return Ok((guard, snapshot));
        }
        Err(not_found_uuid(pool.uuid(), Some(&snapshot.name)))
    }

    fn tell(&self, pool: &Pool, event: Lifecycle) {
        self.events().storage_pool_lifecycle(wire(pool, &pool.snapshot()), event);
    }
}

/// What a pool is made of: of every document that was read there is a backend.
fn backend(def: &PoolDef) -> Result<&'static dyn Backend> {
    Ok(vireo_storage::backend(def.pool_type)?)
}
