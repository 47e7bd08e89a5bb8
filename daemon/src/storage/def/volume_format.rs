//! `<volume>`, as clients are told of one.

use std::time::Duration;

use vireo_storage::Ownership;
use vireo_storage::volume::{ImageFacts, Times, Volume, VolumeKind};

use super::permissions::format_real;
use crate::xml::Writer;

/// Writes what is known of the volume whose file is at `path`.
pub fn format_volume(volume: &Volume, path: &str) -> String {
    let mut w = Writer::new();
    let kind = match volume.kind {
        VolumeKind::File => "file",
        VolumeKind::Dir => "dir",
    };
    let bytes = |w: &mut Writer, name: &str, count: u64| w.tag(name).attr("unit", "bytes").text(count);
    w.tag("volume").attr("type", kind).children(|w| {
        w.leaf("name", &*volume.name);
        w.leaf("key", path);
        bytes(w, "capacity", volume.capacity);
        bytes(w, "allocation", volume.allocation);
        if volume.physical > 0 {
            bytes(w, "physical", volume.physical);
        }
        w.tag("target").children(|w| {
            let image = volume.image.as_deref();
            head(w, path, volume.format.name(), Some((volume.ownership, volume.times)));
            image.inspect(|image| facts(w, image));
        });
        if let Some(backing) = volume.image.as_ref().and_then(|image| image.backing.as_ref()) {
            w.tag("backingStore").children(|w| head(w, &backing.path, backing.format.name(), backing.file));
        }
    });
    w.finish()
}

fn head(w: &mut Writer, path: &str, format: &str, file: Option<(Ownership, Times)>) {
    w.leaf("path", path);
    w.tag("format").attr("type", format).empty();
    let Some((ownership, times)) = file else { return };
    format_real(w, ownership);
    w.tag("timestamps").children(|w| {
        moment(w, "atime", times.accessed);
        moment(w, "mtime", times.modified);
        moment(w, "ctime", times.changed);
        // libvirt never learns when a file was made, and says so with a 0.
        moment(w, "btime", Duration::ZERO);
    });
}

fn moment(w: &mut Writer, name: &str, moment: Duration) {
    match moment.subsec_nanos() {
        0 => w.leaf(name, moment.as_secs()),
        nanoseconds => w.leaf(name, format_args!("{}.{nanoseconds:09}", moment.as_secs())),
    }
}

fn facts(w: &mut Writer, image: &ImageFacts) {
    if let Some(luks) = image.luks {
        w.tag("encryption").attr("format", if luks { "luks" } else { "default" }).block(|_| {});
    }
    w.leaf_opt("compat", image.compat.as_deref());
    if let Some(bytes) = image.cluster_bytes {
        w.tag("clusterSize").attr("unit", "B").text(bytes);
    }
    if let Some(features) = &image.features {
        w.tag("features").children(|w| features.iter().for_each(|feature| w.flag(feature)));
    }
}
