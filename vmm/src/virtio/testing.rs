//! A driver for tests: RAM of its own, rings built by hand, interrupts that are counted.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use virtio_bindings::{virtio_config::VIRTIO_F_VERSION_1, virtio_ring::VIRTIO_RING_F_EVENT_IDX};
use virtio_queue::QueueState;
use vm_memory::{Bytes, GuestAddress};
use vmm_sys_util::eventfd::EventFd;

use super::{
    Activation, Interrupt, VirtQueue, VirtioDevice,
    worker::{Handler, Next},
};
use crate::memory::GuestRam;

/// RAM of a test.
pub(super) const RAM_BYTES: usize = 16 << 20;
/// Where the rings of the first queue begin; each queue has [`RINGS`] bytes.
const RINGS_START: u64 = 0x1_0000;
const RINGS: u64 = 0x8000;
/// Where buffers begin.
const BUFFERS: u64 = 0x40_0000;

const NEXT: u16 = 1;
const WRITE: u16 = 2;
const INDIRECT: u16 = 4;

/// Interrupts, counted.
#[derive(Default)]
pub(super) struct FakeInterrupt {
    pub queues: Mutex<Vec<u16>>,
    pub configs: AtomicU32,
    pub broken: AtomicBool,
}

impl Interrupt for FakeInterrupt {
    fn queue(&self, index: u16) {
        self.queues.lock().unwrap().push(index);
    }
    fn config(&self) {
        self.configs.fetch_add(1, Ordering::SeqCst);
    }
    fn needs_reset(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }
    fn queue_event(&self, _: u16) -> Option<Arc<EventFd>> {
        None
    }
}

/// A buffer of a request.
#[derive(Debug, Clone)]
pub(super) enum Buffer {
    /// The device reads these bytes.
    Out(Vec<u8>),
    /// The device writes so many bytes.
    In(u32),
    /// Anything: address, length, flags.
    Raw(u64, u32, u16),
}

/// Test RAM.
pub(super) fn ram() -> Arc<GuestRam> {
    Arc::new(GuestRam::from_ranges(&[(GuestAddress(0), RAM_BYTES)]).unwrap())
}

/// A driver and its device.
pub(super) struct Driver<D> {
    pub ram: Arc<GuestRam>,
    pub device: Arc<D>,
    pub interrupt: Arc<FakeInterrupt>,
    size: u16,
    next_buffer: u64,
    queues: Vec<Ring>,
}

#[derive(Default, Clone)]
struct Ring {
    next_descriptor: u16,
    available: u16,
    seen: u16,
}

impl<D: VirtioDevice + Handler> Driver<D> {
    /// Sets up all queues with so many descriptors, and features beside VERSION_1.
    pub fn start(device: Arc<D>, ram: Arc<GuestRam>, size: u16, features: u64) -> Self {
        let queues = vec![Ring::default(); device.queue_sizes().len()];
        let interrupt = Arc::new(FakeInterrupt::default());
        let driver = Self { ram, device, interrupt, size, next_buffer: BUFFERS, queues };
        driver.activate(features);
        driver
    }

    fn activate(&self, features: u64) {
        let features = features | 1 << VIRTIO_F_VERSION_1;
        let queues = (0..self.queues.len() as u16).map(|index| {
            let state = QueueState {
                max_size: self.size,
                next_avail: 0,
                next_used: 0,
                event_idx_enabled: features & 1 << VIRTIO_RING_F_EVENT_IDX != 0,
                size: self.size,
                ready: true,
                desc_table: self.descriptors(index),
                avail_ring: self.driver_area(index),
                used_ring: self.device_area(index),
            };
            Some(VirtQueue::new(state, index, self.ram.clone(), self.interrupt.clone()).unwrap())
        });
        let activation = Activation { features, queues: queues.collect(), interrupt: self.interrupt.clone() };
        self.device.activate(activation).unwrap();
    }

    pub fn descriptors(&self, queue: u16) -> u64 {
        RINGS_START + u64::from(queue) * RINGS
    }
    pub fn driver_area(&self, queue: u16) -> u64 {
        self.descriptors(queue) + 0x4000
    }
    pub fn device_area(&self, queue: u16) -> u64 {
        self.descriptors(queue) + 0x5000
    }

    fn put<T: vm_memory::ByteValued>(&self, address: u64, value: T) {
        self.ram.write_obj(value, GuestAddress(address)).unwrap();
    }

    pub fn read(&self, address: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.ram.read_slice(&mut bytes, GuestAddress(address)).unwrap();
        bytes
    }

    fn place(&mut self, length: u32) -> u64 {
        let at = self.next_buffer;
        self.next_buffer += u64::from(length).next_multiple_of(16);
        at
    }

    /// Writes a descriptor into a table.
    pub fn descriptor(&self, table: u64, index: u16, (address, length, flags, next): (u64, u32, u16, u16)) {
        let at = table + 16 * u64::from(index);
        self.put(at, address);
        self.put(at + 8, length);
        self.put(at + 12, flags);
        self.put(at + 14, next);
    }

    fn chain(&mut self, table: u64, first: u16, buffers: &[Buffer]) -> Vec<u64> {
        let mut places = vec![];
        for (n, buffer) in (0..).zip(buffers) {
            let (address, length, mut flags) = match buffer {
                Buffer::Out(bytes) => {
                    let at = self.place(bytes.len() as u32);
                    self.ram.write_slice(bytes, GuestAddress(at)).unwrap();
                    (at, bytes.len() as u32, 0)
                }
                Buffer::In(length) => (self.place(*length), *length, WRITE),
                Buffer::Raw(address, length, flags) => (*address, *length, *flags),
            };
            if usize::from(n) + 1 < buffers.len() {
                flags |= NEXT;
            }
            self.descriptor(table, first + n, (address, length, flags, first + n + 1));
            places.push(address);
        }
        places
    }

    /// Makes a request available; says where its buffers are.
    pub fn add(&mut self, queue: u16, buffers: &[Buffer]) -> Vec<u64> {
        let first = self.queues[usize::from(queue)].next_descriptor;
        assert!(
            usize::from(first) + buffers.len() <= usize::from(self.size),
            "a test ran out of descriptors"
        );
        let places = self.chain(self.descriptors(queue), first, buffers);
        self.queues[usize::from(queue)].next_descriptor += buffers.len() as u16;
        self.offer(queue, first);
        places
    }

    /// The same by an indirect table.
    pub fn add_indirect(&mut self, queue: u16, buffers: &[Buffer]) -> Vec<u64> {
        let length = 16 * buffers.len() as u32;
        let table = self.place(length);
        let places = self.chain(table, 0, buffers);
        let first = self.queues[usize::from(queue)].next_descriptor;
        self.descriptor(self.descriptors(queue), first, (table, length, INDIRECT, 0));
        self.queues[usize::from(queue)].next_descriptor += 1;
        self.offer(queue, first);
        places
    }

    /// Makes the chain at a descriptor available.
    pub fn offer(&mut self, queue: u16, head: u16) {
        let available = self.queues[usize::from(queue)].available;
        let slot = u64::from(available % self.size);
        self.put(self.driver_area(queue) + 4 + 2 * slot, head);
        self.queues[usize::from(queue)].available = available.wrapping_add(1);
        self.put(self.driver_area(queue) + 2, available.wrapping_add(1));
    }

    /// Forgets descriptors that are done, to use them again.
    pub fn reuse(&mut self, queue: u16) {
        self.queues[usize::from(queue)].next_descriptor = 0;
        self.next_buffer = BUFFERS;
    }

    /// Gives the device a turn at a queue.
    pub fn kick(&self, queue: u16) -> Next {
        self.device.kicks()[usize::from(queue)].write(1).unwrap();
        self.device.handle(usize::from(queue))
    }

    /// What was used since the last look: heads and lengths.
    pub fn used(&mut self, queue: u16) -> Vec<(u32, u32)> {
        let now: u16 = self.ram.read_obj(GuestAddress(self.device_area(queue) + 2)).unwrap();
        let mut used = vec![];
        while self.queues[usize::from(queue)].seen != now {
            let seen = self.queues[usize::from(queue)].seen;
            let at = self.device_area(queue) + 4 + 8 * u64::from(seen % self.size);
            let element: [u32; 2] = [0, 4].map(|n| self.ram.read_obj(GuestAddress(at + n)).unwrap());
            used.push((element[0], element[1]));
            self.queues[usize::from(queue)].seen = seen.wrapping_add(1);
        }
        used
    }

    /// Whether the device asked to be reset.
    pub fn broken(&self) -> bool {
        self.interrupt.broken.load(Ordering::SeqCst)
    }
}

/// A device that only remembers what became of it.
pub(super) struct Dummy {
    pub kicks: Vec<Arc<EventFd>>,
    pub activated: Mutex<Option<Activation>>,
    pub resets: AtomicU32,
    pub config: Mutex<Vec<u8>>,
}

impl Dummy {
    pub fn new() -> Arc<Self> {
        let kick = || Arc::new(EventFd::new(vmm_sys_util::eventfd::EFD_NONBLOCK).unwrap());
        Arc::new(Self {
            kicks: vec![kick(), kick()],
            activated: Mutex::new(None),
            resets: AtomicU32::new(0),
            config: Mutex::new(b"some config".to_vec()),
        })
    }

    /// Bit 5 and bit 40.
    pub const FEATURES: u64 = 1 << 5 | 1 << 40;
}

impl VirtioDevice for Dummy {
    fn id(&self) -> u16 {
        2
    }
    fn alias(&self) -> &str {
        "dummy"
    }
    fn features(&self) -> u64 {
        Self::FEATURES
    }
    fn queue_sizes(&self) -> &[u16] {
        &[64, 16]
    }
    fn kicks(&self) -> &[Arc<EventFd>] {
        &self.kicks
    }
    fn read_config(&self, offset: u64, data: &mut [u8]) {
        super::read_config_bytes(&self.config.lock().unwrap(), offset, data);
    }
    fn write_config(&self, offset: u64, data: &[u8]) {
        let mut config = self.config.lock().unwrap();
        for (at, byte) in (offset as usize..).zip(data) {
            if let Some(place) = config.get_mut(at) {
                *place = *byte;
            }
        }
    }
    fn activate(&self, activation: Activation) -> Result<(), super::ActivateError> {
        *self.activated.lock().unwrap() = Some(activation);
        Ok(())
    }
    fn reset(&self) {
        self.resets.fetch_add(1, Ordering::SeqCst);
        *self.activated.lock().unwrap() = None;
    }
}

/// Kick registrations, remembered: address and value.
#[derive(Default)]
pub(super) struct FakeNotify(pub Mutex<Vec<(u64, Option<u32>)>>);

impl super::notify::NotifyBackend for FakeNotify {
    fn attach(&self, _: &EventFd, address: u64, value: Option<u32>) -> std::io::Result<()> {
        self.0.lock().unwrap().push((address, value));
        Ok(())
    }
    fn detach(&self, _: &EventFd, address: u64, value: Option<u32>) -> std::io::Result<()> {
        self.0.lock().unwrap().retain(|entry| *entry != (address, value));
        Ok(())
    }
}
