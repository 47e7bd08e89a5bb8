//! One pool: what it shows, and the lock that changes take.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use super::snapshot::Snapshot;

/// One pool.
pub struct Pool {
    uuid: Uuid,
    published: RwLock<Arc<Snapshot>>,
    changes: Mutex<()>,
}

impl Pool {
    /// A pool that shows this.
    pub(super) fn new(uuid: Uuid, snapshot: Snapshot) -> Self {
        Self { uuid, published: RwLock::new(Arc::new(snapshot)), changes: Mutex::new(()) }
    }

    /// Its UUID.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// What it shows now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows something else; what was shown is returned. Only the registry does this, so that its lists stay in step.
    pub(super) fn publish(&self, snapshot: Arc<Snapshot>) -> Arc<Snapshot> {
        std::mem::replace(&mut self.published.write().unwrap_or_else(PoisonError::into_inner), snapshot)
    }

    /// Waits for the changes before.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.changes.lock().await
    }
}
