//! `<memballoon>`.

use crate::domain::def::{
    address::DeviceInfo,
    kept::Kept,
    words::{OnOff, words},
};

/// `<memballoon>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memballoon {
    /// `model=`.
    pub model: BalloonModel,
    /// `autodeflate=`.
    pub autodeflate: Option<OnOff>,
    /// `freePageReporting=`.
    pub free_page_reporting: Option<OnOff>,
    /// `<stats period=>`, seconds.
    pub stats_period: Option<u32>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else (`<driver>`).
    pub kept: Kept,
}

words! {
    /// `<memballoon model=>`.
    pub enum BalloonModel {
        /// virtio, both generations.
        Virtio = "virtio",
        /// Xen.
        Xen = "xen",
        /// None.
        None = "none",
        /// virtio, the legacy interface as well.
        VirtioTransitional = "virtio-transitional",
        /// virtio, without the legacy interface.
        VirtioNonTransitional = "virtio-non-transitional",
    }
}
