//! Disks: their images opened as their cache mode wants it, and locked.
//!
//! The format is the configuration's word. An image's header is the guest's, and is never asked: a guest that writes
//! a qcow2 header to its raw disk would be given whatever file the header names.

use std::path::Path;

use vireo_control::{CacheMode, DetectZeroes, DiskSpec};
use vireo_storage::source::{Source, SourceKind};

use super::{Fds, alias, pci_place, unsupported};
use crate::domain::def::DomainDef;
use crate::domain::def::devices::Disk;
use crate::domain::def::devices::disk::{self as def_disk, DiskLocation};
use crate::error::Result;

pub(super) fn open_all(def: &DomainDef, fds: &mut Fds) -> Result<Vec<DiskSpec>> {
    def.devices.disks.iter().map(|disk| open(disk, fds)).collect()
}

fn open(disk: &Disk, fds: &mut Fds) -> Result<DiskSpec> {
    let target = &disk.target.dev;
    let (kind, path) = match &disk.source.location {
        DiskLocation::File(Some(path)) => (SourceKind::File, path),
        DiskLocation::Block(Some(path)) => (SourceKind::Block, path),
        DiskLocation::File(None) | DiskLocation::Block(None) => {
            return Err(unsupported(format!("disk '{target}' has no source")));
        }
        _ => {
            return Err(unsupported(format!(
                "disk '{target}': a source that is neither file nor block device"
            )));
        }
    };
    let cache = cache(disk);
    let read_only = disk.readonly;
    let image = vireo_storage::source::open(&Source {
        path: Path::new(path),
        kind,
        read_only,
        shareable: disk.shareable,
        direct: matches!(cache, CacheMode::None | CacheMode::Directsync),
    })?;

    let blockio = disk.blockio.unwrap_or_default();
    Ok(DiskSpec {
        alias: alias(&disk.info)?,
        target: target.clone(),
        image: fds.add(image),
        read_only,
        cache,
        discard: disk.driver.discard == Some(def_disk::DiscardMode::Unmap),
        detect_zeroes: match disk.driver.detect_zeroes {
            None | Some(def_disk::DetectZeroes::Off) => DetectZeroes::Off,
            Some(def_disk::DetectZeroes::On) => DetectZeroes::On,
            Some(def_disk::DetectZeroes::Unmap) => DetectZeroes::Unmap,
        },
        queues: small(disk.driver.queues, "queues", target)?,
        queue_size: small(disk.driver.queue_size, "queue_size", target)?,
        serial: disk.serial.clone(),
        logical_block_size: blockio.logical_block_size,
        physical_block_size: blockio.physical_block_size,
        address: pci_place(&disk.info),
    })
}

fn cache(disk: &Disk) -> CacheMode {
    match disk.driver.cache {
        None | Some(def_disk::CacheMode::Default | def_disk::CacheMode::Writeback) => CacheMode::Writeback,
        Some(def_disk::CacheMode::None) => CacheMode::None,
        Some(def_disk::CacheMode::Writethrough) => CacheMode::Writethrough,
        Some(def_disk::CacheMode::Directsync) => CacheMode::Directsync,
        Some(def_disk::CacheMode::Unsafe) => CacheMode::Unsafe,
    }
}

/// A number that the specification has fewer bits for than the XML.
fn small(value: Option<u32>, name: &str, target: &str) -> Result<Option<u16>> {
    let narrow =
        |value| u16::try_from(value).map_err(|_| unsupported(format!("disk '{target}': {name}='{value}'")));
    value.map(narrow).transpose()
}
