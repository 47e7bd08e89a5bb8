//! `<input>`.

use crate::domain::def::{address::DeviceInfo, kept::Kept, words::words};

/// `<input>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `type=`.
    pub kind: InputKind,
    /// `bus=`.
    pub bus: InputBus,
    /// `model=`.
    pub model: Option<String>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else (`<source>`, `<driver>`).
    pub kept: Kept,
}

words! {
    /// `<input type=>`.
    pub enum InputKind {
        /// A mouse.
        Mouse = "mouse",
        /// A tablet.
        Tablet = "tablet",
        /// A keyboard.
        Keyboard = "keyboard",
        /// A host device passed through.
        Passthrough = "passthrough",
        /// A host device grabbed.
        Evdev = "evdev",
    }
}

words! {
    /// `<input bus=>`.
    pub enum InputBus {
        /// PS/2.
        Ps2 = "ps2",
        /// USB.
        Usb = "usb",
        /// Xen.
        Xen = "xen",
        /// Parallels.
        Parallels = "parallels",
        /// virtio.
        Virtio = "virtio",
        /// None: `evdev`.
        None = "none",
    }
}
