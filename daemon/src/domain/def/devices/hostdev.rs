//! `<hostdev>`, and the device families that have no model of their own.

use crate::{
    domain::def::{address::DeviceInfo, kept::Kept, words::YesNo},
    xml::Element,
};

/// `<hostdev>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hostdev {
    /// `mode=`.
    pub mode: String,
    /// `type=`.
    pub kind: String,
    /// `managed=`.
    pub managed: Option<YesNo>,
    /// `<source>`, as written.
    pub source: Option<Box<Element<'static>>>,
    /// Alias, address, boot order.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

/// A device of a family without a model (`<sound>`, `<tpm>`, `<filesystem>`...): its element as written, but for
/// what all devices have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherDevice {
    /// The element without `<alias>`, `<address>`, `<boot>`, `<rom>` and `<acpi>`.
    pub element: Element<'static>,
    /// Alias, address.
    pub info: DeviceInfo,
}
