//! Features and configuration space (`struct virtio_blk_config`).

use vireo_image::Disk;
use virtio_bindings::virtio_blk::{
    VIRTIO_BLK_F_BLK_SIZE, VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_F_DISCARD, VIRTIO_BLK_F_FLUSH,
    VIRTIO_BLK_F_MQ, VIRTIO_BLK_F_RO, VIRTIO_BLK_F_SEG_MAX, VIRTIO_BLK_F_TOPOLOGY, VIRTIO_BLK_F_WRITE_ZEROES,
};

use super::{BlkOptions, MAX_DISCARD_SECTORS, MAX_RANGES, MAX_ZERO_SECTORS, SECTOR};

/// Length of the structure.
const LENGTH: usize = 60;
/// Offset of the one field a driver writes: whether the cache is volatile.
pub(super) const WRITEBACK: u64 = 32;

pub(super) fn features(options: &BlkOptions, read_only: bool) -> u64 {
    let mut features = vec![
        VIRTIO_BLK_F_SEG_MAX,
        VIRTIO_BLK_F_BLK_SIZE,
        VIRTIO_BLK_F_TOPOLOGY,
        VIRTIO_BLK_F_FLUSH,
        VIRTIO_BLK_F_CONFIG_WCE,
    ];
    if options.queues > 1 {
        features.push(VIRTIO_BLK_F_MQ);
    }
    if read_only {
        features.push(VIRTIO_BLK_F_RO);
    } else {
        features.push(VIRTIO_BLK_F_WRITE_ZEROES);
        if options.discard {
            features.push(VIRTIO_BLK_F_DISCARD);
        }
    }
    features.into_iter().fold(0, |all, feature| all | 1 << feature)
}

/// The structure, but for what a driver writes.
pub(super) fn space(options: &BlkOptions, disk: &dyn Disk) -> [u8; LENGTH] {
    let facts = disk.facts();
    let logical = options.logical_block;
    let physical = options.physical_block.unwrap_or(facts.physical_block).max(logical);
    let (min_io, optimal_io) = (physical / logical, facts.optimal_io / logical);
    let granularity = facts.discard_granularity.max(logical);

    let mut space = [0; LENGTH];
    let mut put = |at: usize, bytes: &[u8]| space[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &(disk.size() / SECTOR).to_le_bytes());
    // Header and status take a descriptor each.
    put(12, &u32::from(options.queue_size).saturating_sub(2).max(1).to_le_bytes());
    put(20, &logical.to_le_bytes());
    put(24, &[(physical / logical).ilog2() as u8, 0]);
    put(26, &(min_io as u16).to_le_bytes());
    put(28, &optimal_io.to_le_bytes());
    put(34, &options.queues.to_le_bytes());
    put(36, &MAX_DISCARD_SECTORS.to_le_bytes());
    put(40, &MAX_RANGES.to_le_bytes());
    put(44, &(granularity / SECTOR as u32).to_le_bytes());
    put(48, &MAX_ZERO_SECTORS.to_le_bytes());
    put(52, &MAX_RANGES.to_le_bytes());
    put(56, &[1]);
    space
}
