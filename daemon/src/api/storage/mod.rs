//! Storage pools and volumes: the calls, by what they are about.
//!
//! Handlers look up the pool, check flags as stock does, and read a snapshot or ask for a change; what it all means is
//! `crate::storage`'s.

mod autostart;
mod define;
mod events;
mod info;
mod life;
mod list;
mod lookup;
mod sources;
#[cfg(test)]
mod tests;
mod transfer;
mod volume;
mod volume_change;
mod volume_create;
mod volume_list;

use std::sync::Arc;

use vireo_protocol::remote::NonnullStoragePool;

pub use autostart::*;
pub use define::*;
pub use events::*;
pub use info::*;
pub use life::*;
pub use list::*;
pub use lookup::*;
pub use sources::*;
pub use transfer::*;
pub use volume::*;
pub use volume_change::*;
pub use volume_create::*;
pub use volume_list::*;

use crate::error::{Error, ErrorDomain, Result};
use crate::rpc::Call;
use crate::storage::{Pool, Pools, Snapshot, detached};

/// The pool a call is about, as it is now.
fn snapshot(call: &Call, pool: &NonnullStoragePool) -> Result<Arc<Snapshot>> {
    Ok(call.daemon().pools.resolve(pool)?.1)
}

/// Changes the pool a call is about.
async fn change<T, F>(
    call: &Call,
    pool: &NonnullStoragePool,
    change: impl FnOnce(Arc<Pools>, Arc<Pool>) -> F,
) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let pools = call.daemon().pools.clone();
    let (pool, _) = pools.resolve(pool)?;
    detached(change(pools, pool)).await
}

/// Refuses flags that `function` does not know.
fn check_flags(flags: u32, known: u32, function: &str) -> Result<()> {
    match flags & !known {
        0 => Ok(()),
        unknown => Err(Error::unsupported_flags(ErrorDomain::Storage, function, unknown)),
    }
}
