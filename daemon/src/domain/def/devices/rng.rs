//! `<rng>`.

use crate::{
    domain::def::{address::DeviceInfo, kept::Kept, words::words},
    xml::Element,
};

/// `<rng>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rng {
    /// `model=`.
    pub model: RngModel,
    /// `<rate>`.
    pub rate: Option<RngRate>,
    /// `<backend>`.
    pub backend: RngBackend,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else (`<driver>`).
    pub kept: Kept,
}

words! {
    /// `<rng model=>`.
    pub enum RngModel {
        /// virtio, both generations.
        Virtio = "virtio",
        /// virtio, the legacy interface as well.
        VirtioTransitional = "virtio-transitional",
        /// virtio, without the legacy interface.
        VirtioNonTransitional = "virtio-non-transitional",
    }
}

/// `<rate>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RngRate {
    /// `bytes=`.
    pub bytes: u32,
    /// `period=`, milliseconds; 1000 where absent.
    pub period: Option<u32>,
}

/// `<backend>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RngBackend {
    /// `model='random'`: a host device, `/dev/urandom` where none is named.
    Random {
        /// Path of the device.
        path: Option<String>,
    },
    /// `model='builtin'`: the hypervisor's own.
    Builtin,
    /// `model='egd'`, as written.
    Egd(Box<Element<'static>>),
}
