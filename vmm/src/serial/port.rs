//! The guest's side: a 16550A on the port bus.

use std::{
    io::{self, Write},
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use vm_superio::{
    Serial, Trigger,
    serial::{SerialEvents, SerialState},
};
use vmm_sys_util::eventfd::EventFd;

use super::PENDING_BYTES;
use crate::bus::BusDevice;

/// Wakes the main thread: one for all ports.
pub type Bell = Arc<EventFd>;

/// The guest's side of a port, as the host's side uses it.
pub trait GuestPort: Send + Sync {
    /// What the guest has written since the last call, so many bytes of it at most.
    fn take_output(&self, most: usize) -> Vec<u8>;
    /// Bytes of input that fit now. Where none do, the bell rings when the guest has read.
    fn room(&self) -> usize;
    /// Gives input to the guest, no more than there is [`GuestPort::room`] for.
    fn input(&self, data: &[u8]);
    /// The machine is reset. Output that waits is still shown.
    fn reset(&self);
    /// Somebody is there on the host's side, or nobody is.
    fn set_host_open(&self, _open: bool) {}
    /// Whether the guest has its side open, where that can be told.
    fn is_guest_open(&self) -> bool {
        false
    }
    /// The guest has opened or closed its side since the last call.
    fn take_guest_open(&self) -> Option<bool> {
        None
    }
}

type Uart = Serial<Line, Arc<Shared>, Output>;

/// The port.
pub struct SerialPort {
    uart: Mutex<Uart>,
    line: Arc<EventFd>,
    shared: Arc<Shared>,
}

/// What the vCPUs leave for the main thread.
struct Shared {
    pending: Mutex<Vec<u8>>,
    /// The main thread has input that did not fit.
    starved: AtomicBool,
    bell: Bell,
}

impl Shared {
    fn ring(&self) {
        // The counter of an eventfd cannot overflow by this.
        let _ = self.bell.write(1);
    }

    fn pending(&self) -> MutexGuard<'_, Vec<u8>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The interrupt line; the UART pulls it only when it was low.
struct Line(Arc<EventFd>);

impl Trigger for Line {
    type E = io::Error;

    fn trigger(&self) -> io::Result<()> {
        self.0.write(1)
    }
}

struct Output(Arc<Shared>);

impl Write for Output {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let mut pending = self.0.pending();
        let first = pending.is_empty();
        if pending.len() < PENDING_BYTES {
            pending.extend_from_slice(data);
        }
        drop(pending);
        if first {
            self.0.ring();
        }
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SerialEvents for Shared {
    fn buffer_read(&self) {}
    fn out_byte(&self) {}
    fn tx_lost_byte(&self) {}
    fn in_buffer_empty(&self) {
        if self.starved.swap(false, Ordering::AcqRel) {
            self.ring();
        }
    }
}

impl SerialPort {
    /// A port whose interrupt is an edge on `line`.
    pub fn new(line: EventFd, bell: Bell) -> Self {
        let line = Arc::new(line);
        let shared = Arc::new(Shared { pending: Mutex::default(), starved: AtomicBool::new(false), bell });
        let uart = Serial::with_events(Line(line.clone()), shared.clone(), Output(shared.clone()));
        Self { uart: Mutex::new(uart), line, shared }
    }

    fn uart(&self) -> MutexGuard<'_, Uart> {
        self.uart.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GuestPort for SerialPort {
    fn take_output(&self, most: usize) -> Vec<u8> {
        let mut pending = self.shared.pending();
        if most >= pending.len() {
            return mem::take(&mut *pending);
        }
        pending.drain(..most).collect()
    }

    fn room(&self) -> usize {
        let uart = self.uart();
        let room = uart.fifo_capacity();
        if room == 0 {
            self.shared.starved.store(true, Ordering::Release);
        }
        room
    }

    /// What comes while the guest tests the port in loopback is lost, as on a real one.
    fn input(&self, data: &[u8]) {
        // Errors: no room, which the caller has asked for, or an interrupt line that is gone with the machine.
        let _ = self.uart().enqueue_raw_bytes(data);
    }

    fn reset(&self) {
        let state = SerialState::default();
        let parts = (Line(self.line.clone()), self.shared.clone(), Output(self.shared.clone()));
        if let Ok(uart) = Serial::from_state(&state, parts.0, parts.1, parts.2) {
            *self.uart() = uart;
        }
    }
}

impl BusDevice for SerialPort {
    fn read(&self, offset: u64, data: &mut [u8]) {
        let mut uart = self.uart();
        for (register, byte) in (offset as u8..).zip(data) {
            *byte = uart.read(register);
        }
    }

    fn write(&self, offset: u64, data: &[u8]) {
        let mut uart = self.uart();
        for (register, byte) in (offset as u8..).zip(data) {
            // Output is taken always, and an interrupt line that is gone goes with the machine.
            let _ = uart.write(register, *byte);
        }
    }
}
