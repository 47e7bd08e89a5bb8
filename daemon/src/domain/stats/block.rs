//! Disks: what was read and written, and how large their images are.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use nix::sys::stat::{major, minor};

use crate::domain::facts::{DiskFacts, Facts};
use crate::domain::live::Live;

/// Bytes that `st_blocks` counts in, whatever the file system's own blocks are.
const STAT_BLOCK: u64 = 512;

/// What the vmm counts of a disk. Times are nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Read requests.
    pub rd_reqs: u64,
    /// Bytes read.
    pub rd_bytes: u64,
    /// Time spent reading.
    pub rd_times: u64,
    /// Write requests.
    pub wr_reqs: u64,
    /// Bytes written.
    pub wr_bytes: u64,
    /// Time spent writing.
    pub wr_times: u64,
    /// Flush requests.
    pub fl_reqs: u64,
    /// Time spent flushing.
    pub fl_times: u64,
}

/// How large an image is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes it takes on the host.
    pub allocation: u64,
    /// Bytes the guest sees.
    pub capacity: u64,
    /// Bytes of the file or device that holds it.
    pub physical: u64,
}

impl Counters {
    /// The counters of a running guest's disk.
    pub fn of(live: &Live, target: &str) -> Self {
        let Some(hello) = &live.hello else { return Self::default() };
        let mut key = format!("block.{target}.");
        let prefix = key.len();
        let mut read = |name: &str| {
            key.truncate(prefix);
            key.push_str(name);
            hello.page.value(&key)
        };
        Self {
            rd_reqs: read("rd.reqs"),
            rd_bytes: read("rd.bytes"),
            rd_times: read("rd.times"),
            wr_reqs: read("wr.reqs"),
            wr_bytes: read("wr.bytes"),
            wr_times: read("wr.times"),
            fl_reqs: read("fl.reqs"),
            fl_times: read("fl.times"),
        }
    }

    /// Those of all disks together.
    pub fn total(live: &Live) -> Self {
        let each = live.facts.disks.iter().map(|disk| Self::of(live, &disk.target));
        each.fold(Self::default(), |sum, one| Self {
            rd_reqs: sum.rd_reqs + one.rd_reqs,
            rd_bytes: sum.rd_bytes + one.rd_bytes,
            rd_times: sum.rd_times + one.rd_times,
            wr_reqs: sum.wr_reqs + one.wr_reqs,
            wr_bytes: sum.wr_bytes + one.wr_bytes,
            wr_times: sum.wr_times + one.wr_times,
            fl_reqs: sum.fl_reqs + one.fl_reqs,
            fl_times: sum.fl_times + one.fl_times,
        })
    }
}

impl Sizes {
    /// The sizes of the raw image at a path.
    pub fn of(path: &str) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        if found.file_type().is_block_device() {
            let size = device_size(found.rdev())?;
            return Ok(Self { allocation: size, capacity: size, physical: size });
        }
        let size = found.len();
        Ok(Self { allocation: found.blocks() * STAT_BLOCK, capacity: size, physical: size })
    }
}

/// The disk that a client names by its target or by its path.
pub fn find<'a>(facts: &'a Facts, name: &str) -> Option<&'a DiskFacts> {
    let by_target = facts.disks.iter().find(|disk| *disk.target == *name);
    by_target.or_else(|| facts.disks.iter().find(|disk| disk.path.as_deref() == Some(name)))
}

fn device_size(device: u64) -> io::Result<u64> {
    let path = format!("/sys/dev/block/{}:{}/size", major(device), minor(device));
    let sectors = fs::read_to_string(path)?.trim().parse::<u64>();
    sectors.map(|sectors| sectors * STAT_BLOCK).map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparse_image_takes_less_than_it_shows() {
        let image = tempfile::NamedTempFile::new().unwrap();
        image.as_file().set_len(1 << 20).unwrap();
        let sizes = Sizes::of(image.path().to_str().unwrap()).unwrap();
        assert_eq!(sizes, Sizes { allocation: 0, capacity: 1 << 20, physical: 1 << 20 });
        assert!(Sizes::of("/nowhere").is_err());
    }

    #[test]
    fn a_disk_is_named_by_target_or_path() {
        let disk = |target: &str, path: &str| DiskFacts {
            target: target.into(),
            path: Some(path.into()),
            index: None,
        };
        let facts = Facts {
            memory_kib: 0,
            current_kib: 0,
            vcpus: 1,
            vcpus_max: 1,
            secrets: false,
            balloon: false,
            disks: [disk("vda", "/a"), disk("vdb", "/b")].into(),
        };
        assert_eq!(&*find(&facts, "vdb").unwrap().target, "vdb");
        assert_eq!(&*find(&facts, "/a").unwrap().target, "vda");
        assert!(find(&facts, "vdc").is_none());
    }
}
