//! Which pools a list is to hold (`VIR_CONNECT_LIST_STORAGE_POOLS_*`).
//!
//! Flags come in groups: of each group that has a flag set, one of those set must fit.

use vireo_storage::PoolType;

use super::snapshot::Snapshot;

const INACTIVE: u32 = 1;
const ACTIVE: u32 = 1 << 1;
const PERSISTENT: u32 = 1 << 2;
const TRANSIENT: u32 = 1 << 3;
const AUTOSTART: u32 = 1 << 4;
const NO_AUTOSTART: u32 = 1 << 5;
/// The types from here on, each a flag.
const TYPES: u32 = Filter::ALL & !(DIR - 1);
const DIR: u32 = 1 << 6;

/// A filter.
#[derive(Debug, Clone, Copy)]
pub struct Filter(u32);

impl Filter {
    /// The flags there are.
    pub const ALL: u32 = (1 << 20) - 1;

    /// From a call's flags.
    pub fn new(flags: u32) -> Self {
        Self(flags & Self::ALL)
    }

    /// Whether a pool belongs into the list.
    pub fn takes(self, snapshot: &Snapshot) -> bool {
        let pick = |is, yes, no| if is { yes } else { no };
        let is_type = snapshot.def().map_or(0, |def| type_flag(def.pool_type));
        self.fits(ACTIVE | INACTIVE, pick(snapshot.is_active(), ACTIVE, INACTIVE))
            && self.fits(PERSISTENT | TRANSIENT, pick(snapshot.is_persistent(), PERSISTENT, TRANSIENT))
            && self.fits(AUTOSTART | NO_AUTOSTART, pick(snapshot.autostart, AUTOSTART, NO_AUTOSTART))
            && self.fits(TYPES, is_type)
    }

    fn fits(self, group: u32, flag: u32) -> bool {
        self.0 & group == 0 || self.0 & flag != 0
    }
}

/// The flags are in the order in which libvirt learned of the types, which is not that of its numbers.
fn type_flag(pool_type: PoolType) -> u32 {
    let bit = match pool_type {
        PoolType::Dir => 6,
        PoolType::Fs => 7,
        PoolType::NetFs => 8,
        PoolType::Logical => 9,
        PoolType::Disk => 10,
        PoolType::Iscsi => 11,
        PoolType::Scsi => 12,
        PoolType::Mpath => 13,
        PoolType::Rbd => 14,
        PoolType::Sheepdog => 15,
        PoolType::Gluster => 16,
        PoolType::Zfs => 17,
        PoolType::Vstorage => 18,
        PoolType::IscsiDirect => 19,
    };
    1 << bit
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::storage::def::PoolDef;

    fn defined() -> Snapshot {
        let xml = "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>";
        let definition = Some(Arc::new(PoolDef::parse(xml, false).unwrap()));
        Snapshot { definition, ..Snapshot::nothing("p".into()) }
    }

    #[test]
    fn no_flags_and_all_flags_take_everything() {
        assert!(Filter::new(0).takes(&defined()));
        assert!(Filter::new(Filter::ALL).takes(&defined()));
    }

    #[test]
    fn flags_of_one_group_add_and_groups_cut() {
        let takes = |flags| Filter::new(flags).takes(&defined());
        assert!(takes(INACTIVE) && !takes(ACTIVE) && takes(ACTIVE | INACTIVE));
        assert!(takes(PERSISTENT | NO_AUTOSTART | DIR));
        assert!(!takes(PERSISTENT | AUTOSTART) && !takes(TRANSIENT));
        for bit in 7..20 {
            assert!(!takes(1 << bit) && takes(1 << bit | DIR), "{bit}");
        }
    }
}
