//! The common configuration structure (`struct virtio_pci_common_cfg`).

use super::interrupt::PciInterrupt;
use crate::virtio::negotiation::{Negotiation, Outcome, Ring, Shared};

/// Offsets of the fields.
mod field {
    pub const DEVICE_FEATURE_SELECT: u64 = 0x00;
    pub const DEVICE_FEATURE: u64 = 0x04;
    pub const DRIVER_FEATURE_SELECT: u64 = 0x08;
    pub const DRIVER_FEATURE: u64 = 0x0c;
    pub const CONFIG_VECTOR: u64 = 0x10;
    pub const QUEUE_COUNT: u64 = 0x12;
    pub const STATUS: u64 = 0x14;
    pub const GENERATION: u64 = 0x15;
    pub const QUEUE_SELECT: u64 = 0x16;
    pub const QUEUE_SIZE: u64 = 0x18;
    pub const QUEUE_VECTOR: u64 = 0x1a;
    pub const QUEUE_ENABLE: u64 = 0x1c;
    pub const QUEUE_NOTIFY_OFF: u64 = 0x1e;
    pub const QUEUE_DESCRIPTORS: u64 = 0x20;
    pub const QUEUE_DRIVER: u64 = 0x28;
    pub const QUEUE_DEVICE: u64 = 0x30;
    pub const END: u64 = 0x38;
}

/// Length of the structure.
pub(super) const LENGTH: u64 = field::END;

/// The guest reads: any part of the structure. Nothing is changed by it.
pub(super) fn read(
    negotiation: &Negotiation,
    interrupt: &PciInterrupt,
    shared: &Shared,
    offset: u64,
    data: &mut [u8],
) {
    let mut image = [0; LENGTH as usize];
    let mut put =
        |at: u64, bytes: &[u8]| image[at as usize..at as usize + bytes.len()].copy_from_slice(bytes);
    put(field::DEVICE_FEATURE_SELECT, &negotiation.device_feature_select.to_le_bytes());
    put(field::DEVICE_FEATURE, &negotiation.device_features().to_le_bytes());
    put(field::DRIVER_FEATURE_SELECT, &negotiation.driver_feature_select.to_le_bytes());
    put(field::DRIVER_FEATURE, &negotiation.driver_features().to_le_bytes());
    put(field::CONFIG_VECTOR, &interrupt.config_vector().to_le_bytes());
    put(field::QUEUE_COUNT, &negotiation.queue_count().to_le_bytes());
    put(field::STATUS, &[negotiation.status()]);
    put(field::GENERATION, &[shared.generation() as u8]);
    let select = negotiation.queue_select;
    put(field::QUEUE_SELECT, &select.to_le_bytes());
    // A queue that does not exist has size 0, by which the driver knows it.
    if let Some(queue) = negotiation.queue() {
        put(field::QUEUE_SIZE, &queue.size.to_le_bytes());
        put(field::QUEUE_VECTOR, &interrupt.queue_vector(select).to_le_bytes());
        put(field::QUEUE_ENABLE, &u16::from(queue.ready).to_le_bytes());
        put(field::QUEUE_NOTIFY_OFF, &select.to_le_bytes());
        put(field::QUEUE_DESCRIPTORS, &queue.descriptors.to_le_bytes());
        put(field::QUEUE_DRIVER, &queue.driver.to_le_bytes());
        put(field::QUEUE_DEVICE, &queue.device.to_le_bytes());
    }
    for (at, byte) in (offset as usize..).zip(data) {
        *byte = image.get(at).copied().unwrap_or(0);
    }
}

/// The guest writes: whole fields, 64-bit ones also by halves; anything else is ignored.
pub(super) fn write(
    negotiation: &mut Negotiation,
    interrupt: &PciInterrupt,
    offset: u64,
    data: &[u8],
) -> Outcome {
    match *data {
        [value] if offset == field::STATUS => return negotiation.set_status(value),
        [a, b] => write_u16(negotiation, interrupt, offset, u16::from_le_bytes([a, b])),
        [a, b, c, d] => write_u32(negotiation, offset, u32::from_le_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] if offset >= field::QUEUE_DESCRIPTORS && offset.is_multiple_of(8) => {
            write_u32(negotiation, offset, u32::from_le_bytes([a, b, c, d]));
            write_u32(negotiation, offset + 4, u32::from_le_bytes([e, f, g, h]));
        }
        _ => {}
    }
    Outcome::Nothing
}

fn write_u16(negotiation: &mut Negotiation, interrupt: &PciInterrupt, offset: u64, value: u16) {
    match offset {
        field::CONFIG_VECTOR => interrupt.set_config_vector(value),
        field::QUEUE_SELECT => negotiation.queue_select = value,
        field::QUEUE_SIZE => negotiation.set_queue_size(value),
        field::QUEUE_VECTOR => interrupt.set_queue_vector(negotiation.queue_select, value),
        field::QUEUE_ENABLE => negotiation.set_queue_ready(value == 1),
        _ => {}
    }
}

fn write_u32(negotiation: &mut Negotiation, offset: u64, value: u32) {
    match offset {
        field::DEVICE_FEATURE_SELECT => negotiation.device_feature_select = value,
        field::DRIVER_FEATURE_SELECT => negotiation.driver_feature_select = value,
        field::DRIVER_FEATURE => negotiation.set_driver_features(value),
        field::QUEUE_DESCRIPTORS..field::END if offset.is_multiple_of(4) => {
            let ring = match offset & !7 {
                field::QUEUE_DESCRIPTORS => Ring::Descriptors,
                field::QUEUE_DRIVER => Ring::Driver,
                _ => Ring::Device,
            };
            negotiation.set_queue_address(ring, offset & 4 != 0, value);
        }
        _ => {}
    }
}
