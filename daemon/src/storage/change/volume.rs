//! Changes of volumes that exist, and a look at one.

use std::sync::Arc;

use vireo_protocol::remote::NonnullStorageVol;
use vireo_storage::Space;
use vireo_storage::volume::{Resize, Volume, Wipe};

use super::backend;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::storage::Pools;
use crate::storage::blocking::blocking;
use crate::storage::error::storage as failure;
use crate::storage::object::Pool;
use crate::storage::registry::volume_not_found;
use crate::storage::snapshot::{Active, Snapshot, Volumes};

/// `VIR_STORAGE_VOL_RESIZE_*`
mod flag {
    pub const ALLOCATE: u32 = 1;
    pub const DELTA: u32 = 1 << 1;
    pub const SHRINK: u32 = 1 << 2;
}

impl Pools {
    /// What a volume is at this moment: its file is asked, without waiting for changes of the pool.
    pub async fn look(&self, vol: &NonnullStorageVol) -> Result<(Arc<Active>, Volume)> {
        let (_, active, volume) = self.resolve_volume(vol)?;
        let asked = active.clone();
        let volume = blocking(move || look(&asked, &volume)).await?;
        Ok((active, volume))
    }

    /// Removes a volume.
    pub async fn delete_volume(&self, vol: NonnullStorageVol, flags: u32) -> Result<()> {
        let (pool, ..) = self.resolve_volume(&vol)?;
        let (_turn, snapshot) = self.turn(&pool).await?;
        let (active, volume) = in_turn(&snapshot, &vol)?;
        let space = blocking(move || {
            let (backend, target) = (backend(&active.def)?, active.def.target());
            backend.delete_volume(&target, &volume, flags)?;
            Ok(space_now(&active))
        })
        .await?;
        self.publish_volumes(&pool, &snapshot, space, |volumes| drop(volumes.remove(&*vol.name)));
        Ok(())
    }

    /// Makes a volume larger or smaller: to so many bytes, or by so many.
    pub async fn resize_volume(&self, vol: NonnullStorageVol, capacity: u64, flags: u32) -> Result<()> {
        let (pool, ..) = self.resolve_volume(&vol)?;
        let (_turn, snapshot) = self.turn(&pool).await?;
        let (active, volume) = in_turn(&snapshot, &vol)?;
        let (space, volume) = blocking(move || {
            let (backend, target) = (backend(&active.def)?, active.def.target());
            // One that is gone is said to be so when it is opened to be resized.
            let now = look(&active, &volume).unwrap_or_else(|_| (*volume).clone());
            let resize = new_size(&now, capacity, flags, active.space)?;
            backend.resize_volume(&target, &now, resize)?;
            Ok((space_now(&active), look(&active, &now)?))
        })
        .await?;
        self.publish_volumes(&pool, &snapshot, space, |volumes| {
            volumes.insert(volume.name.clone(), Arc::new(volume));
        });
        Ok(())
    }

    /// Overwrites a volume; it takes no turn, since that may take long and changes nothing that is shown.
    pub async fn wipe_volume(&self, vol: NonnullStorageVol, wipe: Wipe) -> Result<()> {
        let (_, active, volume) = self.resolve_volume(&vol)?;
        blocking(move || Ok(backend(&active.def)?.wipe_volume(&active.def.target(), &volume, wipe)?)).await
    }

    /// Shows a pool with other volumes, if it is still active.
    pub(super) fn publish_volumes(
        &self,
        pool: &Arc<Pool>,
        snapshot: &Snapshot,
        space: Option<Space>,
        change: impl FnOnce(&mut Volumes),
    ) {
        let Some(active) = &snapshot.active else { return };
        let mut volumes = active.volumes.clone();
        change(Arc::make_mut(&mut volumes));
        let active = Active { volumes, space: space.unwrap_or(active.space), ..(**active).clone() };
        self.publish(pool, Snapshot { active: Some(Arc::new(active)), ..snapshot.clone() });
    }
}

/// A volume as it is now that it is the caller's turn.
fn in_turn(snapshot: &Snapshot, vol: &NonnullStorageVol) -> Result<(Arc<Active>, Arc<Volume>)> {
    let active = snapshot.active()?;
    let volume = active.volumes.get(&*vol.name).ok_or_else(|| volume_not_found(&vol.name))?;
    Ok((active.clone(), volume.clone()))
}

/// Asks a volume's file.
pub(super) fn look(active: &Active, volume: &Volume) -> Result<Volume> {
    Ok(backend(&active.def)?.look(&active.def.target(), volume)?)
}

/// The room there is now; what was known is good enough where it cannot be told.
pub(super) fn space_now(active: &Active) -> Option<Space> {
    vireo_storage::backend(active.def.pool_type).and_then(|backend| backend.space(&active.def.target())).ok()
}

fn new_size(volume: &Volume, capacity: u64, flags: u32, space: Space) -> Result<Resize> {
    let has = |flag| flags & flag != 0;
    let invalid = |text: &str| Err(failure(ErrorCode::InvalidArg, text));
    let capacity = match (has(flag::DELTA), has(flag::SHRINK)) {
        (false, _) => capacity,
        (true, true) => volume.capacity.saturating_sub(capacity),
        (true, false) => volume.capacity.checked_add(capacity).ok_or_else(|| {
            Error::new(ErrorCode::Overflow, ErrorDomain::Storage, format_args!("capacity {capacity}"))
        })?,
    };
    if capacity < volume.allocation {
        return invalid("can't shrink capacity below existing allocation");
    }
    if capacity < volume.capacity && !has(flag::SHRINK) {
        return invalid(
            "Can't shrink capacity below current capacity unless shrink flag explicitly specified",
        );
    }
    let allocate = has(flag::ALLOCATE);
    if allocate && capacity > volume.allocation.saturating_add(space.available) {
        return Err(failure(ErrorCode::OperationFailed, "Not enough space left in storage pool"));
    }
    Ok(Resize { capacity, allocate })
}
