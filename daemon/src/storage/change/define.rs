//! What is defined: making, changing and forgetting it.

use std::sync::Arc;

use crate::error::{Error, ErrorDomain, Result};
use crate::events::storage::Lifecycle;
use crate::storage::Pools;
use crate::storage::blocking::blocking;
use crate::storage::def::PoolDef;
use crate::storage::error::invalid;
use crate::storage::object::Pool;
use crate::storage::snapshot::Snapshot;

impl Pools {
    /// Defines a pool, or defines one anew: what is active goes on as it was started.
    pub async fn define(&self, def: PoolDef) -> Result<Arc<Pool>> {
        let def = Arc::new(def);
        loop {
            let pool = self.admit(&def, false)?;
            let turn = pool.turn().await;
            // It was removed between the two; its name and UUID are free now.
            if !self.holds(&pool) {
                continue;
            }
            let (files, saved) = (self.files().clone(), def.clone());
            if let Err(error) = blocking(move || files.save_definition(&saved)).await {
                self.forget_nothing(&pool);
                return Err(error);
            }
            let before = pool.snapshot();
            self.publish(&pool, Snapshot { definition: Some(def), ..(*before).clone() });
            self.tell(&pool, Lifecycle::Defined);
            drop(turn);
            return Ok(pool);
        }
    }

    /// Forgets a definition. The pool is inactive, and is gone with it.
    pub async fn undefine(&self, pool: &Arc<Pool>) -> Result<()> {
        let (_turn, snapshot) = self.turn(pool).await?;
        if snapshot.is_active() {
            return Err(invalid(format_args!("storage pool '{}' is still active", snapshot.name)));
        }
        let (files, name) = (self.files().clone(), snapshot.name.clone());
        blocking(move || files.remove_definition(&name)).await?;
        self.publish(pool, Snapshot { definition: None, autostart: false, ..(*snapshot).clone() });
        self.tell(pool, Lifecycle::Undefined);
        Ok(())
    }

    /// Says whether a pool is started with the host.
    pub async fn set_autostart(&self, pool: &Arc<Pool>, on: bool) -> Result<()> {
        let (_turn, snapshot) = self.turn(pool).await?;
        if !snapshot.is_persistent() {
            return Err(Error::internal(ErrorDomain::Storage, "pool has no config file"));
        }
        if snapshot.autostart != on {
            let (files, name) = (self.files().clone(), snapshot.name.clone());
            blocking(move || files.set_autostart(&name, on)).await?;
            self.publish(pool, Snapshot { autostart: on, ..(*snapshot).clone() });
        }
        Ok(())
    }
}
