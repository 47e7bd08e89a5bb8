//! What driver and device agree on before work begins, the same for all transports.
//!
//! ```text
//! 0 --ACKNOWLEDGE--> --DRIVER--> --feature words--> --FEATURES_OK--> --queues--> --DRIVER_OK--> device activated
//! ^                                                    | refused: the bit stays 0     | refused: NEEDS_RESET
//! +------------------------- 0 written, at any time: device reset <-------------------+
//! ```
//!
//! Bits of the status are only ever added, until 0 is written. Features can be changed until FEATURES_OK, queues until
//! DRIVER_OK. Anything out of order is ignored.

use std::sync::{
    Arc,
    atomic::{AtomicU8, AtomicU32, Ordering},
};

use virtio_bindings::{
    virtio_config::{
        VIRTIO_CONFIG_S_ACKNOWLEDGE, VIRTIO_CONFIG_S_DRIVER, VIRTIO_CONFIG_S_DRIVER_OK,
        VIRTIO_CONFIG_S_FAILED, VIRTIO_CONFIG_S_FEATURES_OK, VIRTIO_CONFIG_S_NEEDS_RESET, VIRTIO_F_VERSION_1,
    },
    virtio_ring::{VIRTIO_RING_F_EVENT_IDX, VIRTIO_RING_F_INDIRECT_DESC},
};
use virtio_queue::QueueState;

use super::{Activation, Interrupt, VirtQueue, VirtioDevice};
use crate::{log, memory::GuestRam};

const ACKNOWLEDGE: u8 = VIRTIO_CONFIG_S_ACKNOWLEDGE as u8;
const DRIVER: u8 = VIRTIO_CONFIG_S_DRIVER as u8;
const DRIVER_OK: u8 = VIRTIO_CONFIG_S_DRIVER_OK as u8;
const FEATURES_OK: u8 = VIRTIO_CONFIG_S_FEATURES_OK as u8;
const NEEDS_RESET: u8 = VIRTIO_CONFIG_S_NEEDS_RESET as u8;
const FAILED: u8 = VIRTIO_CONFIG_S_FAILED as u8;

/// Features that every device has by its transport and rings.
const COMMON_FEATURES: u64 =
    1 << VIRTIO_F_VERSION_1 | 1 << VIRTIO_RING_F_INDIRECT_DESC | 1 << VIRTIO_RING_F_EVENT_IDX;

/// Status and configuration generation, which other threads change too.
#[derive(Debug, Default)]
pub(super) struct Shared {
    status: AtomicU8,
    generation: AtomicU32,
}

impl Shared {
    pub fn generation(&self) -> u32 {
        self.generation.load(Ordering::Acquire)
    }

    /// The configuration changed; says whether a driver is there to be told.
    pub fn config_changed(&self) -> bool {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.status.load(Ordering::Acquire) & DRIVER_OK != 0
    }

    /// The driver broke the device; says whether it is to be told.
    pub fn needs_reset(&self) -> bool {
        self.status.fetch_or(NEEDS_RESET, Ordering::AcqRel) & DRIVER_OK != 0
    }
}

/// What a write of the status did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing beyond the status.
    Nothing,
    /// The device was reset.
    Reset,
    /// The device works.
    Activated,
}

/// A queue as the driver describes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct QueueSetup {
    pub max_size: u16,
    pub size: u16,
    pub ready: bool,
    pub descriptors: u64,
    pub driver: u64,
    pub device: u64,
}

impl QueueSetup {
    fn new(max_size: u16) -> Self {
        Self { max_size, size: max_size, ready: false, descriptors: 0, driver: 0, device: 0 }
    }
}

/// Which address of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ring {
    Descriptors,
    Driver,
    Device,
}

/// One device's negotiation.
pub(super) struct Negotiation {
    device: Arc<dyn VirtioDevice>,
    ram: Arc<GuestRam>,
    interrupt: Arc<dyn Interrupt>,
    shared: Arc<Shared>,
    driver_features: u64,
    queues: Vec<QueueSetup>,
    activated: bool,
    /// Selectors, as the transports' registers have them.
    pub device_feature_select: u32,
    /// See `device_feature_select`.
    pub driver_feature_select: u32,
    /// See `device_feature_select`.
    pub queue_select: u16,
}

impl Negotiation {
    pub fn new(
        device: Arc<dyn VirtioDevice>,
        ram: Arc<GuestRam>,
        interrupt: Arc<dyn Interrupt>,
        shared: Arc<Shared>,
    ) -> Self {
        let queues = device.queue_sizes().iter().map(|size| QueueSetup::new(*size)).collect();
        Self {
            device,
            ram,
            interrupt,
            shared,
            driver_features: 0,
            queues,
            activated: false,
            device_feature_select: 0,
            driver_feature_select: 0,
            queue_select: 0,
        }
    }

    pub fn queue_count(&self) -> u16 {
        self.queues.len() as u16
    }

    pub fn status(&self) -> u8 {
        self.shared.status.load(Ordering::Acquire)
    }

    /// The selected word of what is offered.
    pub fn device_features(&self) -> u32 {
        word(self.offered(), self.device_feature_select)
    }

    /// The selected word of what the driver accepted.
    pub fn driver_features(&self) -> u32 {
        word(self.driver_features, self.driver_feature_select)
    }

    pub fn set_driver_features(&mut self, value: u32) {
        let shift = match self.driver_feature_select {
            0 => 0,
            1 => 32,
            _ => return,
        };
        if self.status() & (DRIVER | FEATURES_OK) == DRIVER {
            self.driver_features =
                self.driver_features & !(u64::from(u32::MAX) << shift) | u64::from(value) << shift;
        }
    }

    /// The selected queue.
    pub fn queue(&self) -> Option<&QueueSetup> {
        self.queues.get(usize::from(self.queue_select))
    }

    /// The selected queue, for changes; only between FEATURES_OK and DRIVER_OK.
    fn queue_mut(&mut self) -> Option<&mut QueueSetup> {
        if self.status() & (FEATURES_OK | DRIVER_OK) != FEATURES_OK {
            return None;
        }
        self.queues.get_mut(usize::from(self.queue_select))
    }

    pub fn set_queue_size(&mut self, size: u16) {
        if let Some(queue) = self.queue_mut()
            && !queue.ready
            && size.is_power_of_two()
            && size <= queue.max_size
        {
            queue.size = size;
        }
    }

    pub fn set_queue_ready(&mut self, ready: bool) {
        if let Some(queue) = self.queue_mut() {
            queue.ready = ready;
        }
    }

    /// Sets the low or high half of an address of the selected queue.
    pub fn set_queue_address(&mut self, ring: Ring, high: bool, value: u32) {
        let Some(queue) = self.queue_mut().filter(|queue| !queue.ready) else { return };
        let address = match ring {
            Ring::Descriptors => &mut queue.descriptors,
            Ring::Driver => &mut queue.driver,
            Ring::Device => &mut queue.device,
        };
        let shift = if high { 32 } else { 0 };
        *address = *address & !(u64::from(u32::MAX) << shift) | u64::from(value) << shift;
    }

    /// The driver writes the status.
    pub fn set_status(&mut self, value: u8) -> Outcome {
        if value == 0 {
            self.reset();
            return Outcome::Reset;
        }
        let before = self.status();
        // What was set stays set; NEEDS_RESET is ours alone.
        let mut added = value & !before & (ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK | FAILED);
        if added & FEATURES_OK != 0 && !self.features_acceptable() {
            added &= !(FEATURES_OK | DRIVER_OK);
        }
        if (before | added) & FEATURES_OK == 0 {
            added &= !DRIVER_OK;
        }
        self.shared.status.fetch_or(added, Ordering::AcqRel);
        if added & DRIVER_OK != 0 { self.activate() } else { Outcome::Nothing }
    }

    /// Before anything was negotiated.
    pub fn reset(&mut self) {
        if std::mem::take(&mut self.activated) {
            self.device.reset();
        }
        self.shared.status.store(0, Ordering::Release);
        self.driver_features = 0;
        for queue in &mut self.queues {
            *queue = QueueSetup::new(queue.max_size);
        }
        (self.device_feature_select, self.driver_feature_select, self.queue_select) = (0, 0, 0);
    }

    fn offered(&self) -> u64 {
        self.device.features() | COMMON_FEATURES
    }

    fn features_acceptable(&self) -> bool {
        self.driver_features & !self.offered() == 0 && self.driver_features & 1 << VIRTIO_F_VERSION_1 != 0
    }

    fn activate(&mut self) -> Outcome {
        let activated = self.queues_at_work().map_err(|error| error.to_string()).and_then(|queues| {
            let interrupt = self.interrupt.clone();
            let activation = Activation { features: self.driver_features, queues, interrupt };
            self.device.activate(activation).map_err(|error| error.to_string())
        });
        match activated {
            Ok(()) => {
                self.activated = true;
                Outcome::Activated
            }
            Err(error) => {
                log::guest(format_args!("{}: {error}", self.device.alias()));
                self.interrupt.needs_reset();
                Outcome::Nothing
            }
        }
    }

    fn queues_at_work(&self) -> Result<Vec<Option<VirtQueue>>, super::QueueError> {
        let event_idx_enabled = self.driver_features & 1 << VIRTIO_RING_F_EVENT_IDX != 0;
        let at_work = (0u16..).zip(&self.queues).map(|(index, setup)| {
            if !setup.ready {
                return Ok(None);
            }
            let state = QueueState {
                max_size: setup.max_size,
                next_avail: 0,
                next_used: 0,
                event_idx_enabled,
                size: setup.size,
                ready: true,
                desc_table: setup.descriptors,
                avail_ring: setup.driver,
                used_ring: setup.device,
            };
            VirtQueue::new(state, index, self.ram.clone(), self.interrupt.clone()).map(Some)
        });
        at_work.collect()
    }
}

fn word(features: u64, select: u32) -> u32 {
    match select {
        0 => features as u32,
        1 => (features >> 32) as u32,
        _ => 0,
    }
}
