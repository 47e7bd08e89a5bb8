//! Which types of pools there are, and the formats each knows (`<storagepoolCapabilities>`).

use vireo_storage::PoolType;
use vireo_storage::volume::Format;

use crate::xml::Writer;

/// What a format is called where there is none.
const NO_FORMAT: &str = "none";

const FILE_SYSTEMS: &[&str] = &[
    "auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs", "ocfs2",
    "vmfs",
];
const NETWORK_FILE_SYSTEMS: &[&str] = &["auto", "nfs", "glusterfs", "cifs"];
const VOLUME_GROUPS: &[&str] = &["unknown", "lvm2"];
const PARTITION_TABLES: &[&str] = &["unknown", "dos", "dvh", "gpt", "mac", "bsd", "pc98", "sun", "lvm2"];
const PARTITIONS: &[&str] =
    &["none", "linux", "fat16", "fat32", "linux-swap", "linux-lvm", "linux-raid", "extended"];

/// The document.
pub fn describe() -> String {
    let mut w = Writer::new();
    w.tag("storagepoolCapabilities").children(|w| {
        for pool_type in PoolType::ALL {
            let supported = if vireo_storage::backend(pool_type).is_ok() { "yes" } else { "no" };
            w.tag("pool").attr("type", pool_type.name()).attr("supported", supported).block(|w| {
                pool_options(w, pool_type);
                volume_options(w, pool_type);
            });
        }
    });
    w.finish()
}

fn pool_options(w: &mut Writer, pool_type: PoolType) {
    let (default, formats) = match pool_type {
        PoolType::Fs => ("auto", FILE_SYSTEMS),
        PoolType::NetFs => ("auto", NETWORK_FILE_SYSTEMS),
        PoolType::Logical => ("lvm2", VOLUME_GROUPS),
        PoolType::Disk => ("unknown", PARTITION_TABLES),
        _ => return,
    };
    options(w, ["poolOptions", "sourceFormatType"], default, formats.iter().copied());
}

fn volume_options(w: &mut Writer, pool_type: PoolType) {
    let names = ["volOptions", "targetFormatType"];
    let images = || std::iter::once(NO_FORMAT).chain(Format::ALL.into_iter().map(Format::name));
    match pool_type {
        PoolType::Dir | PoolType::Fs | PoolType::NetFs | PoolType::Gluster | PoolType::Vstorage => {
            options(w, names, "raw", images());
        }
        PoolType::Rbd => options(w, names, "raw", std::iter::empty()),
        PoolType::Disk => options(w, names, NO_FORMAT, PARTITIONS.iter().copied()),
        _ => {}
    }
}

fn options<'a>(w: &mut Writer, names: [&str; 2], default: &str, formats: impl Iterator<Item = &'a str>) {
    let [element, name] = names;
    w.tag(element).children(|w| {
        w.tag("defaultFormat").attr("type", default).empty();
        w.tag("enum").attr("name", name).block(|w| formats.for_each(|format| w.leaf("value", format)));
    });
}
