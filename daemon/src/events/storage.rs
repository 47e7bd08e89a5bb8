//! Events of storage pools: their numbers, and what they say.

use uuid::Uuid;
use vireo_protocol::remote::NonnullStoragePool;
use vireo_protocol::table::RemoteProc as Proc;
use vireo_xdr::Encode;

use super::{Hub, Procedures};
use crate::rpc::EventObject;

/// `VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE`.
const LIFECYCLE: i32 = 0;

/// `VIR_STORAGE_POOL_EVENT_ID_REFRESH`.
const REFRESH: i32 = 1;

/// Whether a client may ask for the event of this number.
pub fn is_known(event_id: i32) -> bool {
    matches!(event_id, LIFECYCLE | REFRESH)
}

/// What befalls a pool (`virStoragePoolEventLifecycleType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// There is a definition, or another one.
    Defined = 0,
    /// There is none any more.
    Undefined = 1,
    /// Its volumes can be used.
    Started = 2,
    /// They no longer can.
    Stopped = 3,
    /// What it is made of was made.
    Created = 4,
    /// That was removed.
    Deleted = 5,
}

#[derive(Encode)]
struct LifecycleBody {
    pool: NonnullStoragePool,
    event: i32,
    detail: i32,
}

#[derive(Encode)]
struct RefreshBody {
    pool: NonnullStoragePool,
}

impl Hub {
    /// A pool's life went on.
    pub fn storage_pool_lifecycle(&self, pool: NonnullStoragePool, event: Lifecycle) {
        let uuid = Uuid::from_bytes(pool.uuid);
        // No event of a pool has details.
        let body = LifecycleBody { pool, event: event as i32, detail: 0 };
        let procedures = procedures(Proc::StoragePoolEventLifecycle);
        self.emit(EventObject::StoragePool, LIFECYCLE, uuid, procedures, &body);
    }

    /// A pool's volumes were looked at again.
    pub fn storage_pool_refresh(&self, pool: NonnullStoragePool) {
        let uuid = Uuid::from_bytes(pool.uuid);
        let procedures = procedures(Proc::StoragePoolEventRefresh);
        self.emit(EventObject::StoragePool, REFRESH, uuid, procedures, &RefreshBody { pool });
    }
}

fn procedures(callback: Proc) -> Procedures {
    Procedures { callback: callback.into(), legacy: None }
}
