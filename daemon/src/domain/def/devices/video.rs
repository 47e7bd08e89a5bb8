//! `<video>`.

use crate::domain::def::{
    address::DeviceInfo,
    kept::Kept,
    words::{YesNo, words},
};

/// `<video>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Video {
    /// `<model type=>`.
    pub model: VideoModel,
    /// `<model vram=>`, KiB.
    pub vram: Option<u32>,
    /// `<model heads=>`.
    pub heads: Option<u32>,
    /// `<model primary=>`.
    pub primary: Option<YesNo>,
    /// Everything else in `<model>` (`ram=`, `vgamem=`, `<acceleration>`...).
    pub model_kept: Kept,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else (`<driver>`).
    pub kept: Kept,
}

words! {
    /// `<model type=>`.
    pub enum VideoModel {
        /// The hypervisor's choice.
        Default = "default",
        /// VGA.
        Vga = "vga",
        /// Cirrus.
        Cirrus = "cirrus",
        /// VMware's.
        Vmvga = "vmvga",
        /// Xen's.
        Xen = "xen",
        /// VirtualBox's.
        Vbox = "vbox",
        /// QXL.
        Qxl = "qxl",
        /// Parallels'.
        Parallels = "parallels",
        /// virtio.
        Virtio = "virtio",
        /// bhyve's.
        Gop = "gop",
        /// None.
        None = "none",
        /// Bochs display.
        Bochs = "bochs",
        /// A frame buffer in memory.
        Ramfb = "ramfb",
    }
}
