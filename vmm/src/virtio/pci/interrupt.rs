//! Which vector each queue and the configuration have.

use std::sync::{
    Arc,
    atomic::{AtomicU8, AtomicU16, Ordering},
};

use vmm_sys_util::eventfd::EventFd;

use super::NO_VECTOR;
use crate::virtio::{Interrupt, negotiation::Shared};

/// ISR bit: a queue.
const ISR_QUEUE: u8 = 1;
/// ISR bit: the configuration.
const ISR_CONFIG: u8 = 2;

/// Interrupts of a function. Lock-free: workers raise while vCPUs change vectors.
pub(super) struct PciInterrupt {
    events: Vec<Arc<EventFd>>,
    config: AtomicU16,
    queues: Vec<AtomicU16>,
    isr: AtomicU8,
    shared: Arc<Shared>,
}

impl PciInterrupt {
    pub fn new(events: Vec<Arc<EventFd>>, queues: usize, shared: Arc<Shared>) -> Self {
        let queues = (0..queues).map(|_| AtomicU16::new(NO_VECTOR)).collect();
        Self { events, config: AtomicU16::new(NO_VECTOR), queues, isr: AtomicU8::new(0), shared }
    }

    pub fn config_vector(&self) -> u16 {
        self.config.load(Ordering::Acquire)
    }

    pub fn set_config_vector(&self, vector: u16) {
        self.config.store(self.checked(vector), Ordering::Release);
    }

    pub fn queue_vector(&self, queue: u16) -> u16 {
        self.queues.get(usize::from(queue)).map_or(NO_VECTOR, |vector| vector.load(Ordering::Acquire))
    }

    pub fn set_queue_vector(&self, queue: u16, vector: u16) {
        if let Some(slot) = self.queues.get(usize::from(queue)) {
            slot.store(self.checked(vector), Ordering::Release);
        }
    }

    /// A vector that does not exist reads back as none: the driver sees that it was refused.
    fn checked(&self, vector: u16) -> u16 {
        if usize::from(vector) < self.events.len() { vector } else { NO_VECTOR }
    }

    /// The ISR register: read and cleared.
    pub fn take_isr(&self) -> u8 {
        self.isr.swap(0, Ordering::AcqRel)
    }

    pub fn reset(&self) {
        self.set_config_vector(NO_VECTOR);
        for queue in &self.queues {
            queue.store(NO_VECTOR, Ordering::Release);
        }
        self.take_isr();
    }

    fn raise(&self, vector: u16, isr: u8) {
        match self.events.get(usize::from(vector)) {
            // The counter cannot overflow by this.
            Some(event) => drop(event.write(1)),
            // Without MSI-X there is no interrupt, but a driver that polls finds the ISR.
            None => drop(self.isr.fetch_or(isr, Ordering::AcqRel)),
        }
    }
}

impl Interrupt for PciInterrupt {
    fn queue(&self, index: u16) {
        self.raise(self.queue_vector(index), ISR_QUEUE);
    }
    fn config(&self) {
        if self.shared.config_changed() {
            self.raise(self.config_vector(), ISR_CONFIG);
        }
    }
    fn needs_reset(&self) {
        if self.shared.needs_reset() {
            self.raise(self.config_vector(), ISR_CONFIG);
        }
    }
    fn queue_event(&self, index: u16) -> Option<Arc<EventFd>> {
        self.events.get(usize::from(self.queue_vector(index))).cloned()
    }
}
