//! The types of pools that libvirt names, in the order of its numbers (`virStoragePoolType`).

/// What a pool is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PoolType {
    /// A folder.
    Dir,
    /// A file system on a device, mounted.
    Fs,
    /// A file system of another host, mounted.
    NetFs,
    /// A volume group of LVM.
    Logical,
    /// A partitioned disk.
    Disk,
    /// An iSCSI target.
    Iscsi,
    /// The same, without the host's initiator.
    IscsiDirect,
    /// A SCSI adapter.
    Scsi,
    /// The host's multipath devices.
    Mpath,
    /// Ceph's block devices.
    Rbd,
    /// Sheepdog.
    Sheepdog,
    /// A gluster volume.
    Gluster,
    /// A ZFS pool.
    Zfs,
    /// Virtuozzo storage.
    Vstorage,
}

impl PoolType {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 14] = [
        Self::Dir,
        Self::Fs,
        Self::NetFs,
        Self::Logical,
        Self::Disk,
        Self::Iscsi,
        Self::IscsiDirect,
        Self::Scsi,
        Self::Mpath,
        Self::Rbd,
        Self::Sheepdog,
        Self::Gluster,
        Self::Zfs,
        Self::Vstorage,
    ];

    /// The name in XML.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dir => "dir",
            Self::Fs => "fs",
            Self::NetFs => "netfs",
            Self::Logical => "logical",
            Self::Disk => "disk",
            Self::Iscsi => "iscsi",
            Self::IscsiDirect => "iscsi-direct",
            Self::Scsi => "scsi",
            Self::Mpath => "mpath",
            Self::Rbd => "rbd",
            Self::Sheepdog => "sheepdog",
            Self::Gluster => "gluster",
            Self::Zfs => "zfs",
            Self::Vstorage => "vstorage",
        }
    }

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// libvirt's number.
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|one| *one == self).unwrap_or_default()
    }
}
