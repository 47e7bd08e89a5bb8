//! One port: where the worker and the main thread meet.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use vmm_sys_util::eventfd::EventFd;

use super::BUFFER;
use crate::serial::port::{Bell, GuestPort};

/// A port.
pub struct Port {
    /// Wakes the main thread.
    bell: Bell,
    /// Wake the worker: for the receive queue, the transmit queue, the control queue.
    receive: Arc<EventFd>,
    transmit: Arc<EventFd>,
    control: Arc<EventFd>,
    buffers: Mutex<Buffers>,
    host_open: AtomicBool,
    guest_open: AtomicBool,
    /// [`Port::guest_open`] has changed since the main thread looked.
    guest_changed: AtomicBool,
}

#[derive(Default)]
struct Buffers {
    output: VecDeque<u8>,
    input: VecDeque<u8>,
    /// The guest has output that found no room.
    output_waits: bool,
    /// The main thread has input that found no room.
    input_waits: bool,
}

/// The worker's eventfds of a port.
pub(super) struct Kicks {
    pub receive: Arc<EventFd>,
    pub transmit: Arc<EventFd>,
    pub control: Arc<EventFd>,
}

fn ring(event: &EventFd) {
    // The counter cannot overflow by this.
    let _ = event.write(1);
}

impl Port {
    pub(super) fn new(bell: Bell, kicks: Kicks, host_open: bool) -> Self {
        let Kicks { receive, transmit, control } = kicks;
        Self {
            bell,
            receive,
            transmit,
            control,
            buffers: Mutex::default(),
            host_open: AtomicBool::new(host_open),
            guest_open: AtomicBool::new(false),
            guest_changed: AtomicBool::new(false),
        }
    }

    fn buffers(&self) -> MutexGuard<'_, Buffers> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the worker: bytes of output that fit now. Where none do, it is kicked when there is room.
    pub(super) fn output_room(&self) -> usize {
        let mut buffers = self.buffers();
        let room = BUFFER.saturating_sub(buffers.output.len());
        buffers.output_waits = room == 0;
        room
    }

    /// For the worker: the guest's output, no more than there is room for.
    pub(super) fn put_output(&self, data: &[u8]) {
        let mut buffers = self.buffers();
        let first = buffers.output.is_empty();
        buffers.output.extend(data);
        drop(buffers);
        if first {
            ring(&self.bell);
        }
    }

    /// For the worker: whether there is input.
    pub(super) fn has_input(&self) -> bool {
        !self.buffers().input.is_empty()
    }

    /// For the worker: input for the guest, so much at most.
    pub(super) fn take_input(&self, most: usize) -> Vec<u8> {
        let mut buffers = self.buffers();
        let count = most.min(buffers.input.len());
        let data = buffers.input.drain(..count).collect();
        if count != 0 && std::mem::take(&mut buffers.input_waits) {
            ring(&self.bell);
        }
        data
    }

    /// Whether somebody is there on the host's side.
    pub(super) fn is_host_open(&self) -> bool {
        self.host_open.load(Ordering::Acquire)
    }

    /// The guest opens or closes it.
    pub(super) fn set_guest_open(&self, open: bool) {
        if self.guest_open.swap(open, Ordering::AcqRel) != open {
            self.guest_changed.store(true, Ordering::Release);
            ring(&self.bell);
            ring(&self.receive);
        }
    }

    /// The guest is no more: what was typed for it goes with it.
    pub(super) fn forget_guest(&self) {
        self.buffers().input.clear();
        self.set_guest_open(false);
    }
}

impl GuestPort for Port {
    fn take_output(&self, most: usize) -> Vec<u8> {
        let mut buffers = self.buffers();
        let count = most.min(buffers.output.len());
        let output = buffers.output.drain(..count).collect();
        if count != 0 && std::mem::take(&mut buffers.output_waits) {
            ring(&self.transmit);
        }
        output
    }

    fn room(&self) -> usize {
        let mut buffers = self.buffers();
        let room = BUFFER.saturating_sub(buffers.input.len());
        buffers.input_waits = room == 0;
        room
    }

    fn input(&self, data: &[u8]) {
        self.buffers().input.extend(data);
        ring(&self.receive);
    }

    fn set_host_open(&self, open: bool) {
        if self.host_open.swap(open, Ordering::AcqRel) != open {
            ring(&self.control);
        }
    }

    fn is_guest_open(&self) -> bool {
        self.guest_open.load(Ordering::Acquire)
    }

    fn take_guest_open(&self) -> Option<bool> {
        self.guest_changed.swap(false, Ordering::AcqRel).then(|| self.is_guest_open())
    }

    /// The device is reset with its machine.
    fn reset(&self) {}
}
