//! The families of devices, in the order libvirt writes them.

/// Every family, in order.
pub(in crate::domain::def) const ORDER: &[&str] = &[
    "disk",
    "controller",
    "lease",
    "filesystem",
    "interface",
    "smartcard",
    "serial",
    "parallel",
    "console",
    "channel",
    "input",
    "tpm",
    "graphics",
    "sound",
    "audio",
    "video",
    "hostdev",
    "redirdev",
    "redirfilter",
    "hub",
    "watchdog",
    "memballoon",
    "rng",
    "nvram",
    "panic",
    "shmem",
    "memory",
    "iommu",
    "vsock",
    "crypto",
];

/// The families without a model of their own.
pub(in crate::domain::def) const OTHER: &[&str] = &[
    "lease",
    "filesystem",
    "smartcard",
    "tpm",
    "sound",
    "audio",
    "redirdev",
    "redirfilter",
    "hub",
    "watchdog",
    "nvram",
    "panic",
    "shmem",
    "memory",
    "iommu",
    "vsock",
    "crypto",
];

/// Sound cards libvirt has names for.
pub(in crate::domain::def) const SOUND_MODELS: &[&str] =
    &["sb16", "es1370", "pcspk", "ac97", "ich6", "ich9", "usb", "ich7", "virtio"];

/// TPM models; none where the backend says enough.
pub(in crate::domain::def) const TPM_MODELS: &[&str] =
    &["", "tpm-tis", "tpm-crb", "tpm-spapr", "spapr-tpm-proxy"];

/// Watchdog models.
pub(in crate::domain::def) const WATCHDOG_MODELS: &[&str] = &["i6300esb", "ib700", "diag288", "itco"];

/// What a watchdog may do; `reset` where it is not said.
pub(in crate::domain::def) const WATCHDOG_ACTIONS: &[&str] =
    &["", "reset", "shutdown", "poweroff", "pause", "none", "dump", "inject-nmi"];
