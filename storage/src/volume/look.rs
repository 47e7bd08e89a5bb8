//! Looking at a volume's file: what it is by its header, and what the file system says of it.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use vireo_image::probe::{self, Encryption, Format as Probed, ImageInfo, Qcow2Info};

use super::{BackingFacts, Format, ImageFacts, Times, Volume, VolumeKind};
use crate::StorageError;
use crate::error::Result;
use crate::permissions::Ownership;

/// What `st_blocks` counts in.
const STAT_BLOCK: u64 = 512;

/// Looks at a file of a pool's folder; `None` for what is no volume, or is gone.
pub fn look(path: &Path, name: &str) -> Result<Option<Volume>> {
    let Some((file, metadata)) = open(path)? else { return Ok(None) };
    if metadata.is_dir() {
        return Ok(Some(of_folder(name, &metadata)));
    }
    // What contradicts itself is bytes to us, as to libvirt.
    let info = probe::probe(&file).ok();
    let format = info.as_ref().map_or(Format::Raw, |info| format_of(info.format));
    let image = info.as_ref().and_then(|info| facts(info, path)).map(Box::new);
    let capacity = capacity(info.as_ref(), format, &file, metadata.len());
    Ok(Some(of_file(name, format, capacity, &metadata, image)))
}

/// Looks again at a volume: its format stays what it was known to be.
pub fn look_again(path: &Path, known: &Volume) -> Result<Volume> {
    let Some((file, metadata)) = open(path)? else { return Err(StorageError::no_volume(path)) };
    if metadata.is_dir() {
        return Ok(of_folder(&known.name, &metadata));
    }
    let info = match known.format {
        Format::Raw if known.image.is_none() => None,
        _ => probe::probe(&file).ok(),
    };
    let capacity = capacity(info.as_ref(), known.format, &file, metadata.len());
    let mut image = known.image.clone();
    if let Some(backing) = image.as_mut().and_then(|image| image.backing.as_mut()) {
        backing.file = stat(Path::new(&*backing.path));
    }
    Ok(of_file(&known.name, known.format, capacity, &metadata, image))
}

/// Opens what may be a volume. What is neither a file nor a folder is not opened: that alone may have effects.
fn open(path: &Path) -> Result<Option<(File, Metadata)>> {
    let failed =
        |error: io::Error| StorageError::system(format!("cannot open volume '{}'", path.display()), &error);
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_gone(&error) => return Ok(None),
        Err(error) => {
            return Err(StorageError::system(format!("cannot stat file '{}'", path.display()), &error));
        }
    };
    if !metadata.is_file() && !metadata.is_dir() {
        return Ok(None);
    }
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if is_gone(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // It may have been replaced between the two.
    let metadata = file.metadata().map_err(failed)?;
    Ok((metadata.is_file() || metadata.is_dir()).then_some((file, metadata)))
}

/// Not there, a link to itself, or what cannot be opened like a file.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ELOOP | libc::ENXIO))
}

fn of_folder(name: &str, metadata: &Metadata) -> Volume {
    Volume {
        name: name.into(),
        kind: VolumeKind::Dir,
        format: Format::Dir,
        capacity: 0,
        allocation: 0,
        physical: 0,
        ownership: Ownership::of(metadata),
        times: times(metadata),
        image: None,
    }
}

fn of_file(
    name: &str,
    format: Format,
    capacity: u64,
    metadata: &Metadata,
    image: Option<Box<ImageFacts>>,
) -> Volume {
    Volume {
        name: name.into(),
        kind: VolumeKind::File,
        format,
        capacity,
        allocation: metadata.blocks().saturating_mul(STAT_BLOCK),
        physical: metadata.len(),
        ownership: Ownership::of(metadata),
        times: times(metadata),
        image,
    }
}

fn capacity(info: Option<&ImageInfo>, format: Format, file: &File, length: u64) -> u64 {
    match info {
        Some(ImageInfo { format: Probed::Luks, .. }) => length.saturating_sub(luks_head(file)),
        Some(info) if format_of(info.format) == format => info.virtual_size.unwrap_or(length),
        _ => length,
    }
}

/// How much of an encrypted volume comes before its data.
fn luks_head(file: &File) -> u64 {
    const SECTOR: u64 = 512;
    const PAYLOAD_AT: u64 = 104;
    let mut sectors = [0; 4];
    // A header cut short says nothing.
    match file.read_exact_at(&mut sectors, PAYLOAD_AT) {
        Ok(()) => u64::from(u32::from_be_bytes(sectors)) * SECTOR,
        Err(_) => 0,
    }
}

/// What libvirt calls it; what it has no name for, or does not recognise, is raw.
fn format_of(probed: Probed) -> Format {
    match probed {
        Probed::Raw | Probed::Luks | Probed::Vhdx | Probed::Dmg => Format::Raw,
        Probed::Iso => Format::Iso,
        Probed::Qcow => Format::Qcow,
        Probed::Qcow2 => Format::Qcow2,
        Probed::Qed => Format::Qed,
        Probed::Vmdk => Format::Vmdk,
        Probed::Vdi => Format::Vdi,
        Probed::Vpc => Format::Vpc,
        Probed::Parallels => Format::Ploop,
        Probed::Bochs => Format::Bochs,
        Probed::Cloop => Format::Cloop,
    }
}

fn facts(info: &ImageInfo, path: &Path) -> Option<ImageFacts> {
    let mut facts = ImageFacts {
        luks: info.encryption.map(|encryption| encryption == Encryption::Luks),
        ..ImageFacts::default()
    };
    if let Some(qcow2) = &info.qcow2 {
        facts.cluster_bytes = Some(qcow2.cluster_bytes);
        if qcow2.version >= 3 {
            facts.compat = Some("1.1".into());
            facts.features = Some(features(qcow2));
        }
    }
    if let Some(backing) = &info.backing {
        let format = backing.format.as_deref().and_then(Format::from_name).unwrap_or(Format::Raw);
        let resolved = resolve(&backing.file, path);
        let file = stat(Path::new(&resolved));
        facts.backing = Some(BackingFacts { path: resolved.into(), format, file });
    }
    (facts != ImageFacts::default()).then_some(facts)
}

fn features(qcow2: &Qcow2Info) -> Vec<&'static str> {
    let lazy = (qcow2.compatible & Qcow2Info::LAZY_REFCOUNTS != 0).then_some("lazy_refcounts");
    let extended = qcow2.has(Qcow2Info::EXTENDED_L2).then_some("extended_l2");
    lazy.into_iter().chain(extended).collect()
}

/// The path an overlay means: one that is not absolute starts at the overlay's own folder. What is no path is kept.
fn resolve(file: &str, overlay: &Path) -> String {
    let names_protocol = file.split_once(':').is_some_and(|(before, _)| !before.contains('/'));
    match overlay.parent() {
        Some(folder) if !file.starts_with('/') && !names_protocol => path_text(&super::path_in(folder, file)),
        _ => file.to_owned(),
    }
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn stat(path: &Path) -> Option<(Ownership, Times)> {
    let metadata = path.is_absolute().then(|| fs::metadata(path).ok()).flatten()?;
    Some((Ownership::of(&metadata), times(&metadata)))
}

fn times(metadata: &Metadata) -> Times {
    let since = |seconds: i64, nanoseconds: i64| {
        Duration::new(u64::try_from(seconds).unwrap_or(0), u32::try_from(nanoseconds).unwrap_or(0))
    };
    Times {
        accessed: since(metadata.atime(), metadata.atime_nsec()),
        modified: since(metadata.mtime(), metadata.mtime_nsec()),
        changed: since(metadata.ctime(), metadata.ctime_nsec()),
    }
}
