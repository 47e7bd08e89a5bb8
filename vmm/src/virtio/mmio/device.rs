//! One virtio device behind a page of registers.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use super::{MmioSlot, interrupt::MmioInterrupt};
use crate::{
    bus::BusDevice,
    irq::{IrqError, IrqManager},
    log,
    memory::GuestRam,
    virtio::{
        VirtioDevice,
        negotiation::{Negotiation, Outcome, Ring, Shared},
        notify::NotifyBackend,
    },
};

/// Offsets of the registers.
mod register {
    pub const MAGIC: u64 = 0x000;
    pub const VERSION: u64 = 0x004;
    pub const DEVICE_ID: u64 = 0x008;
    pub const VENDOR_ID: u64 = 0x00c;
    pub const DEVICE_FEATURES: u64 = 0x010;
    pub const DEVICE_FEATURES_SELECT: u64 = 0x014;
    pub const DRIVER_FEATURES: u64 = 0x020;
    pub const DRIVER_FEATURES_SELECT: u64 = 0x024;
    pub const QUEUE_SELECT: u64 = 0x030;
    pub const QUEUE_SIZE_MAX: u64 = 0x034;
    pub const QUEUE_SIZE: u64 = 0x038;
    pub const QUEUE_READY: u64 = 0x044;
    pub const QUEUE_NOTIFY: u64 = 0x050;
    pub const INTERRUPT_STATUS: u64 = 0x060;
    pub const INTERRUPT_ACK: u64 = 0x064;
    pub const STATUS: u64 = 0x070;
    pub const QUEUE_DESCRIPTORS: u64 = 0x080;
    pub const QUEUE_DRIVER: u64 = 0x090;
    pub const SHARED_MEMORY: u64 = 0x0b0;
    pub const SHARED_MEMORY_END: u64 = 0x0c0;
    pub const GENERATION: u64 = 0x0fc;
    pub const CONFIG: u64 = 0x100;
}

/// "virt".
const MAGIC: u32 = 0x7472_6976;
/// Not the legacy one.
const VERSION: u32 = 2;
/// The vendor of virtio devices.
const VENDOR: u32 = 0x1af4;

/// A virtio device on the memory bus.
pub(in crate::virtio) struct VirtioMmio {
    device: Arc<dyn VirtioDevice>,
    slot: MmioSlot,
    interrupt: Arc<MmioInterrupt>,
    shared: Arc<Shared>,
    negotiation: Mutex<Negotiation>,
    notify: Arc<dyn NotifyBackend>,
    kicks_caught: AtomicBool,
}

impl VirtioMmio {
    pub fn new(
        device: Arc<dyn VirtioDevice>,
        slot: MmioSlot,
        ram: Arc<GuestRam>,
        irq: &IrqManager,
        notify: Arc<dyn NotifyBackend>,
    ) -> Result<Self, IrqError> {
        let shared = Arc::new(Shared::default());
        let interrupt = Arc::new(MmioInterrupt::new(irq.line(slot.gsi)?, shared.clone()));
        let negotiation = Negotiation::new(device.clone(), ram, interrupt.clone(), shared.clone());
        Ok(Self {
            device,
            slot,
            interrupt,
            shared,
            negotiation: Mutex::new(negotiation),
            notify,
            kicks_caught: AtomicBool::new(false),
        })
    }

    /// Where it stands.
    pub fn slot(&self) -> MmioSlot {
        self.slot
    }

    /// The machine is reset.
    pub fn reset(&self) {
        self.negotiation().reset();
        self.interrupt.acknowledge(u32::MAX);
    }

    fn negotiation(&self) -> MutexGuard<'_, Negotiation> {
        self.negotiation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets KVM catch the kicks; the address never changes, so once is enough.
    fn catch_kicks(&self) {
        if self.kicks_caught.swap(true, Ordering::AcqRel) {
            return;
        }
        let address = self.slot.address + register::QUEUE_NOTIFY;
        for (queue, kick) in (0u32..).zip(self.device.kicks()) {
            if let Err(error) = self.notify.attach(kick, address, Some(queue)) {
                log::guest(format_args!("{}: kicks take the slow way: {error}", self.device.alias()));
            }
        }
    }

    fn read_register(&self, offset: u64) -> u32 {
        let negotiation = self.negotiation();
        match offset {
            register::MAGIC => MAGIC,
            register::VERSION => VERSION,
            register::DEVICE_ID => u32::from(self.device.id()),
            register::VENDOR_ID => VENDOR,
            register::DEVICE_FEATURES => negotiation.device_features(),
            register::QUEUE_SIZE_MAX => negotiation.queue().map_or(0, |queue| u32::from(queue.max_size)),
            register::QUEUE_READY => negotiation.queue().map_or(0, |queue| u32::from(queue.ready)),
            register::INTERRUPT_STATUS => self.interrupt.status(),
            register::STATUS => u32::from(negotiation.status()),
            register::GENERATION => self.shared.generation(),
            // A region of shared memory that does not exist has this length.
            register::SHARED_MEMORY..register::SHARED_MEMORY_END => u32::MAX,
            _ => 0,
        }
    }

    fn write_register(&self, offset: u64, value: u32) {
        if offset == register::QUEUE_NOTIFY {
            if let Some(kick) = self.device.kicks().get(value as usize) {
                // The counter cannot overflow by this.
                let _ = kick.write(1);
            }
            return;
        }
        let mut negotiation = self.negotiation();
        match offset {
            register::DEVICE_FEATURES_SELECT => negotiation.device_feature_select = value,
            register::DRIVER_FEATURES => negotiation.set_driver_features(value),
            register::DRIVER_FEATURES_SELECT => negotiation.driver_feature_select = value,
            register::QUEUE_SELECT => negotiation.queue_select = value.try_into().unwrap_or(u16::MAX),
            register::QUEUE_SIZE => negotiation.set_queue_size(value.try_into().unwrap_or(0)),
            register::QUEUE_READY => negotiation.set_queue_ready(value == 1),
            register::INTERRUPT_ACK => self.interrupt.acknowledge(value),
            register::STATUS => {
                let outcome = negotiation.set_status(value as u8);
                drop(negotiation);
                match outcome {
                    Outcome::Activated => self.catch_kicks(),
                    Outcome::Reset => self.interrupt.acknowledge(u32::MAX),
                    Outcome::Nothing => {}
                }
            }
            register::QUEUE_DESCRIPTORS..register::SHARED_MEMORY => {
                set_address(&mut negotiation, offset, value)
            }
            _ => {}
        }
    }
}

impl BusDevice for VirtioMmio {
    fn read(&self, offset: u64, data: &mut [u8]) {
        if offset >= register::CONFIG {
            return self.device.read_config(offset - register::CONFIG, data);
        }
        // Registers are read and written whole; anything else is not defined.
        match <&mut [u8; 4]>::try_from(&mut *data) {
            Ok(word) if offset.is_multiple_of(4) => *word = self.read_register(offset).to_le_bytes(),
            _ => data.fill(0),
        }
    }

    fn write(&self, offset: u64, data: &[u8]) {
        if offset >= register::CONFIG {
            return self.device.write_config(offset - register::CONFIG, data);
        }
        if let Ok(word) = <[u8; 4]>::try_from(data)
            && offset.is_multiple_of(4)
        {
            self.write_register(offset, u32::from_le_bytes(word));
        }
    }
}

/// Low and high words of three addresses, 16 bytes apart.
fn set_address(negotiation: &mut Negotiation, offset: u64, value: u32) {
    let ring = match offset & !0xf {
        register::QUEUE_DESCRIPTORS => Ring::Descriptors,
        register::QUEUE_DRIVER => Ring::Driver,
        _ => Ring::Device,
    };
    match offset & 0xf {
        0 => negotiation.set_queue_address(ring, false, value),
        4 => negotiation.set_queue_address(ring, true, value),
        _ => {}
    }
}
