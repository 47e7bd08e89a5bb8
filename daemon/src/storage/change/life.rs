//! Starting, looking again, stopping, building, deleting: see the diagram of [`crate::storage`].

use std::sync::Arc;

use vireo_storage::{BuildFlags, Scan};

use super::{CreateOptions, backend};
use crate::error::{Error, Result};
use crate::events::storage::Lifecycle;
use crate::storage::Pools;
use crate::storage::blocking::blocking;
use crate::storage::def::PoolDef;
use crate::storage::error::invalid;
use crate::storage::object::Pool;
use crate::storage::registry::wire;
use crate::storage::snapshot::{Active, Snapshot, not_active};

impl Pools {
    /// Starts a pool by its definition.
    pub async fn start(&self, pool: &Arc<Pool>, options: CreateOptions) -> Result<()> {
        let (_turn, snapshot) = self.turn(pool).await?;
        check_inactive(&snapshot, "already")?;
        let Some(def) = snapshot.definition.clone() else { return Err(not_active(&snapshot.name)) };
        self.activate(pool, def, options).await
    }

    /// Starts a pool by a document that is not kept: without a definition the pool ends when it is stopped.
    pub async fn create(&self, def: PoolDef, options: CreateOptions) -> Result<Arc<Pool>> {
        let def = Arc::new(def);
        loop {
            let pool = self.admit(&def, true)?;
            let turn = pool.turn().await;
            if !self.holds(&pool) {
                continue;
            }
            // Somebody else may have been first.
            check_inactive(&pool.snapshot(), "already")?;
            let outcome = self.activate(&pool, def, options).await;
            if outcome.is_err() {
                self.forget_nothing(&pool);
            }
            drop(turn);
            return outcome.map(|()| pool);
        }
    }

    /// Makes a pool active again that an earlier daemon left active.
    pub(in crate::storage) async fn resume(&self, def: PoolDef) -> Result<()> {
        let def = Arc::new(def);
        let pool = self.admit(&def, true)?;
        let _turn = pool.turn().await;
        let looked_at = def.clone();
        let scan = blocking(move || {
            let (backend, target) = (backend(&looked_at)?, looked_at.target());
            if backend.check(&target) { Ok(Some(backend.refresh(&target)?)) } else { Ok(None) }
        });
        let scan = scan.await.and_then(|scan| scan.ok_or_else(|| not_active(&def.name)));
        match scan {
            Ok(scan) => {
                let active = Some(Arc::new(Active::new(def, scan)));
                self.publish(&pool, Snapshot { active, ..(*pool.snapshot()).clone() });
                Ok(())
            }
            Err(error) => {
                self.forget_nothing(&pool);
                Err(error)
            }
        }
    }

    async fn activate(&self, pool: &Arc<Pool>, def: Arc<PoolDef>, options: CreateOptions) -> Result<()> {
        let (files, started) = (self.files().clone(), def.clone());
        let scan = blocking(move || {
            let backend = backend(&started)?;
            let target = started.target();
            if let Some(flags) = build_flags(options) {
                backend.build(&target, flags)?;
            }
            files.save_status(&started)?;
            let scan = backend.start(&target).and_then(|()| {
                backend.refresh(&target).inspect_err(|_| {
                    if let Err(error) = backend.stop(&target) {
                        tracing::error!("storage pool '{}' cannot be stopped: {error}", started.name);
                    }
                })
            });
            scan.map_err(|error| {
                files.remove_status(started.uuid);
                Error::from(error)
            })
        })
        .await?;
        let active = Some(Arc::new(Active::new(def, scan)));
        self.publish(pool, Snapshot { active, ..(*pool.snapshot()).clone() });
        self.tell(pool, Lifecycle::Started);
        Ok(())
    }

    /// Looks at everything in an active pool again. If that fails the pool is active no longer.
    pub async fn refresh(&self, pool: &Arc<Pool>) -> Result<()> {
        let (_turn, snapshot) = self.turn(pool).await?;
        let def = snapshot.active()?.def.clone();
        let (files, looked_at) = (self.files().clone(), def.clone());
        let scan: Result<Scan> = blocking(move || {
            let backend = backend(&looked_at)?;
            let target = looked_at.target();
            backend.refresh(&target).map_err(|error| {
                if let Err(error) = backend.stop(&target) {
                    tracing::error!("storage pool '{}' cannot be stopped: {error}", looked_at.name);
                }
                files.remove_status(looked_at.uuid);
                Error::from(error)
            })
        })
        .await;
        match scan {
            Ok(scan) => {
                let active = Some(Arc::new(Active::new(def, scan)));
                self.publish(pool, Snapshot { active, ..(*snapshot).clone() });
                self.events().storage_pool_refresh(wire(pool, &snapshot));
                Ok(())
            }
            Err(error) => {
                self.publish(pool, Snapshot { active: None, ..(*snapshot).clone() });
                self.tell(pool, Lifecycle::Stopped);
                Err(error)
            }
        }
    }

    /// Stops a pool. Nothing of its volumes changes.
    pub async fn stop(&self, pool: &Arc<Pool>) -> Result<()> {
        let (_turn, snapshot) = self.turn(pool).await?;
        let def = snapshot.active()?.def.clone();
        let files = self.files().clone();
        blocking(move || {
            backend(&def)?.stop(&def.target())?;
            files.remove_status(def.uuid);
            Ok(())
        })
        .await?;
        self.publish(pool, Snapshot { active: None, ..(*snapshot).clone() });
        self.tell(pool, Lifecycle::Stopped);
        Ok(())
    }

    /// Makes what an inactive pool is made of.
    pub async fn build(&self, pool: &Arc<Pool>, flags: u32) -> Result<()> {
        let (_turn, snapshot) = self.turn(pool).await?;
        check_inactive(&snapshot, "already")?;
        let Some(def) = snapshot.definition.clone() else { return Err(not_active(&snapshot.name)) };
        blocking(move || Ok(backend(&def)?.build(&def.target(), BuildFlags(flags))?)).await?;
        self.tell(pool, Lifecycle::Created);
        Ok(())
    }

    /// Removes what an inactive pool is made of.
    pub async fn delete(&self, pool: &Arc<Pool>, flags: u32) -> Result<()> {
        let (_turn, snapshot) = self.turn(pool).await?;
        check_inactive(&snapshot, "still")?;
        let Some(def) = snapshot.definition.clone() else { return Err(not_active(&snapshot.name)) };
        blocking(move || Ok(backend(&def)?.delete(&def.target(), flags)?)).await?;
        self.tell(pool, Lifecycle::Deleted);
        Ok(())
    }
}

fn check_inactive(snapshot: &Snapshot, how: &str) -> Result<()> {
    if snapshot.is_active() {
        return Err(invalid(format_args!("storage pool '{}' is {how} active", snapshot.name)));
    }
    Ok(())
}

/// What a start with these flags is to build first, if anything.
fn build_flags(CreateOptions(flags): CreateOptions) -> Option<BuildFlags> {
    if flags & CreateOptions::OVERWRITE != 0 {
        Some(BuildFlags(BuildFlags::OVERWRITE))
    } else if flags & CreateOptions::NO_OVERWRITE != 0 {
        Some(BuildFlags(BuildFlags::NO_OVERWRITE))
    } else {
        (flags & CreateOptions::WITH_BUILD != 0).then(BuildFlags::default)
    }
}
