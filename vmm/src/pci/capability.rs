//! Capabilities that several functions share.

use super::config::ConfigSpace;

/// Id of the PCI Express capability.
const EXPRESS: u8 = 0x10;
/// Length of its body: version 2 of the structure, 60 bytes with id and next pointer.
const EXPRESS_BODY: usize = 58;

/// Offsets from the start of the capability.
mod express {
    pub const CAPABILITIES: usize = 2;
    pub const DEVICE_CAPABILITIES: usize = 4;
    pub const DEVICE_CONTROL: usize = 8;
    pub const LINK_CAPABILITIES: usize = 12;
    pub const LINK_CONTROL: usize = 16;
    pub const LINK_STATUS: usize = 18;
    pub const SLOT_CAPABILITIES: usize = 20;
    pub const SLOT_STATUS: usize = 26;
}

/// Version 2 of the structure.
const VERSION: u16 = 2;
/// The port's link leads to a slot.
const SLOT: u16 = 1 << 8;
/// 2.5 GT/s, one lane.
const LINK: u16 = 0x11;
/// Role-based error reporting, which version 2 demands.
const ROLE_BASED_ERRORS: u32 = 1 << 15;

/// Makes an endpoint behind a root port one of PCI Express; says where the capability stands.
pub fn express_endpoint(config: &mut ConfigSpace) -> usize {
    let at = add(config, VERSION);
    link(config, at, 0);
    at
}

/// Makes a bridge a root port with the slot of this number; says where the capability stands.
pub fn express_root_port(config: &mut ConfigSpace, slot: u16, occupied: bool) -> usize {
    const ROOT_PORT: u16 = 4 << 4;
    let at = add(config, VERSION | ROOT_PORT | SLOT);
    link(config, at, slot as u8);
    config.set_u32(at + express::SLOT_CAPABILITIES, u32::from(slot & 0x1fff) << 19);
    // Presence detect.
    config.set_u16(at + express::SLOT_STATUS, u16::from(occupied) << 6);
    at
}

fn add(config: &mut ConfigSpace, capabilities: u16) -> usize {
    let at = config.add_capability(EXPRESS, &[0; EXPRESS_BODY]);
    config.set_u16(at + express::CAPABILITIES, capabilities);
    config.set_u32(at + express::DEVICE_CAPABILITIES, ROLE_BASED_ERRORS);
    // Error reporting enables, relaxed ordering, payload and read request sizes, no snoop.
    config.allow(at + express::DEVICE_CONTROL, &[0xff, 0x78]);
    at
}

fn link(config: &mut ConfigSpace, at: usize, port: u8) {
    config.set_u32(at + express::LINK_CAPABILITIES, u32::from(LINK) | u32::from(port) << 24);
    config.set_u16(at + express::LINK_STATUS, LINK);
    // Common clock configuration.
    config.allow(at + express::LINK_CONTROL, &[0x40, 0]);
}
