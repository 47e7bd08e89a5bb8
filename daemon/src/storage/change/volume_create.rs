//! Making volumes, new or as copies.

use std::path::PathBuf;
use std::sync::Arc;

use vireo_protocol::remote::NonnullStorageVol;
use vireo_storage::volume::{NewVolume, Original, Volume};

use super::backend;
use super::volume::{look, space_now};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::storage::Pools;
use crate::storage::blocking::blocking;
use crate::storage::def::VolumeDef;
use crate::storage::error::storage as failure;
use crate::storage::object::Pool;
use crate::storage::registry::wire_volume;
use crate::storage::snapshot::Active;

/// How a volume is to be copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CloneOptions {
    /// `VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA`
    pub preallocate_metadata: bool,
    /// `VIR_STORAGE_VOL_CREATE_REFLINK`
    pub reflink: bool,
}

impl Pools {
    /// Makes a volume in an active pool.
    pub async fn create_volume(
        &self,
        pool: &Arc<Pool>,
        def: VolumeDef,
        preallocate_metadata: bool,
    ) -> Result<NonnullStorageVol> {
        let active = pool.snapshot().active()?.clone();
        if active.volumes.contains_key(&*def.name) {
            return Err(failure(ErrorCode::StorageVolExist, format_args!("'{}'", def.name)));
        }
        let (made, making) = (def.name.clone(), active.clone());
        let volume = blocking(move || {
            let new = NewVolume { preallocate_metadata, ..new_volume(&def) };
            make(&making, &new)
        })
        .await?;
        self.show(pool, &active, volume).await;
        Ok(self.named(pool, &active, &made))
    }

    /// Makes a volume in an active pool that is a copy of another, of this pool or of another active one.
    pub async fn clone_volume(
        &self,
        pool: &Arc<Pool>,
        original: &NonnullStorageVol,
        def: VolumeDef,
        options: CloneOptions,
    ) -> Result<NonnullStorageVol> {
        let active = pool.snapshot().active()?.clone();
        let (_, from, known) = self.resolve_volume(original)?;
        if active.volumes.contains_key(&*def.name) {
            let text = format_args!("storage volume name '{}' already in use.", def.name);
            return Err(Error::internal(ErrorDomain::Storage, text));
        }
        let (made, making) = (def.name.clone(), active.clone());
        let volume = blocking(move || {
            let now = look(&from, &known)?;
            let path = PathBuf::from(from.path_of(&now.name));
            let capacity = def.capacity.unwrap_or(0).max(now.capacity);
            let new = NewVolume {
                capacity,
                allocation: def.allocation.unwrap_or(capacity),
                preallocate_metadata: options.preallocate_metadata,
                original: Some(Original { path: &path, volume: &now, reflink: options.reflink }),
                ..new_volume(&def)
            };
            make(&making, &new)
        })
        .await?;
        self.show(pool, &active, volume).await;
        Ok(self.named(pool, &active, &made))
    }

    /// Shows a new volume. It takes its turn only now: a pool that was stopped meanwhile finds it when it is started.
    async fn show(&self, pool: &Arc<Pool>, active: &Arc<Active>, volume: Volume) {
        let Ok((_turn, snapshot)) = self.turn(pool).await else { return };
        let asked = active.clone();
        let space = blocking(move || Ok(space_now(&asked))).await.unwrap_or_default();
        self.publish_volumes(pool, &snapshot, space, |volumes| {
            volumes.insert(volume.name.clone(), Arc::new(volume));
        });
    }

    fn named(&self, pool: &Pool, active: &Active, name: &str) -> NonnullStorageVol {
        wire_volume(&pool.snapshot().name, name, active.path_of(name))
    }
}

fn make(active: &Active, new: &NewVolume<'_>) -> Result<Volume> {
    Ok(backend(&active.def)?.create_volume(&active.def.target(), new)?)
}

fn new_volume(def: &VolumeDef) -> NewVolume<'_> {
    let capacity = def.capacity.unwrap_or(0);
    NewVolume {
        name: &def.name,
        format: def.format,
        capacity,
        allocation: def.allocation.unwrap_or(capacity),
        permissions: def.permissions.wanted,
        no_copy_on_write: def.no_copy_on_write,
        preallocate_metadata: false,
        encrypted: def.encrypted,
        backing: def.backing,
        image: def.image.clone(),
        original: None,
    }
}
