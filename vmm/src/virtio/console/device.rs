//! The device and the worker's turns at its queues.
//!
//! Queues come in pairs, to the guest and from it: port 0, control, port 1, port 2, ...

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use vireo_image::copy_from;
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

use super::{
    BUFFER, MAX_REQUESTS, QUEUE_SIZE,
    control::{Conversation, LENGTH},
    port::{Kicks, Port},
};
use crate::{
    log,
    serial::port::{Bell, GuestPort},
    virtio::{
        ActivateError, Activation, Chain, Interrupt, QueueError, VirtQueue, VirtioDevice, read_config_bytes,
        worker::{Handler, Next},
    },
};

/// Virtio id of consoles.
const ID: u16 = 3;
/// Feature: several ports, and the control queues.
pub(super) const MULTIPORT: u32 = 1;
/// The control queues.
const CONTROL_IN: usize = 2;
const CONTROL_OUT: usize = 3;

/// A port as it is asked for.
pub(in crate::virtio) struct PortOptions {
    /// Its number.
    pub number: u16,
    /// Its name in the guest.
    pub name: Option<String>,
    /// The guest makes a console of it.
    pub console: bool,
}

/// A console device.
pub(in crate::virtio) struct Console {
    alias: String,
    /// Highest number of a port, and one.
    ports: u32,
    sizes: Vec<u16>,
    kicks: Vec<Arc<EventFd>>,
    state: Mutex<State>,
}

struct State {
    slots: Vec<Slot>,
    active: Option<Active>,
}

/// A port, and what was said of it.
pub(super) struct Slot {
    pub number: u16,
    pub name: Option<String>,
    pub console: bool,
    pub port: Arc<Port>,
    /// The driver knows it.
    pub ready: bool,
    /// The driver was told that the host's side is open.
    pub told_open: bool,
    /// Bytes of the driver's next request that were taken already.
    taken: u64,
}

struct Active {
    queues: Vec<Option<VirtQueue>>,
    chain: Chain,
    multiport: bool,
    conversation: Conversation,
    interrupt: Arc<dyn Interrupt>,
}

/// The queue to the guest of a port; the one from it is the next.
fn queue_of(port: u16) -> usize {
    match port {
        0 => 0,
        port => 2 * usize::from(port) + 2,
    }
}

impl Console {
    /// `ports` is the highest number of a port, and one, whether there is such a port or not. Returns the ports in the
    /// order they are asked for.
    pub fn new(
        alias: String,
        ports: u16,
        options: Vec<PortOptions>,
        bell: &Bell,
    ) -> io::Result<(Self, Vec<Arc<Port>>)> {
        let count = 2 * usize::from(ports) + 2;
        let event = || EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC).map(Arc::new);
        let kicks = (0..count).map(|_| event()).collect::<io::Result<Vec<_>>>()?;
        let slot = |options: PortOptions| {
            let at = queue_of(options.number);
            let kicks = Kicks {
                receive: kicks[at].clone(),
                transmit: kicks[at + 1].clone(),
                control: kicks[CONTROL_IN].clone(),
            };
            let PortOptions { number, name, console } = options;
            let port = Arc::new(Port::new(bell.clone(), kicks, console));
            Slot { number, name, console, port, ready: false, told_open: false, taken: 0 }
        };
        let slots: Vec<_> = options.into_iter().map(slot).collect();
        let ports_of_slots = slots.iter().map(|slot| slot.port.clone()).collect();
        let state = Mutex::new(State { slots, active: None });
        let sizes = vec![QUEUE_SIZE; count];
        Ok((Self { alias, ports: ports.into(), sizes, kicks, state }, ports_of_slots))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl VirtioDevice for Console {
    fn id(&self) -> u16 {
        ID
    }
    fn alias(&self) -> &str {
        &self.alias
    }
    fn features(&self) -> u64 {
        1 << MULTIPORT
    }
    fn queue_sizes(&self) -> &[u16] {
        &self.sizes
    }
    fn kicks(&self) -> &[Arc<EventFd>] {
        &self.kicks
    }

    /// Columns and rows, which nobody knows, then the number of ports.
    fn read_config(&self, offset: u64, data: &mut [u8]) {
        let mut config = [0; 8];
        config[4..].copy_from_slice(&self.ports.to_le_bytes());
        read_config_bytes(&config, offset, data);
    }
    fn write_config(&self, _: u64, _: &[u8]) {}

    fn activate(&self, activation: Activation) -> Result<(), ActivateError> {
        let multiport = activation.has(MULTIPORT);
        let Activation { queues, interrupt, .. } = activation;
        let chain = queues.iter().flatten().next().ok_or(ActivateError::QueueMissing(0))?.chain();
        if multiport && (queues[CONTROL_IN].is_none() || queues[CONTROL_OUT].is_none()) {
            return Err(ActivateError::QueueMissing(CONTROL_IN));
        }
        let mut state = self.state();
        if !multiport {
            // There is one port, and it is open.
            state
                .slots
                .iter()
                .filter(|slot| slot.number == 0)
                .for_each(|slot| slot.port.set_guest_open(true));
        }
        let conversation = Conversation::default();
        state.active = Some(Active { queues, chain, multiport, conversation, interrupt });
        Ok(())
    }

    fn reset(&self) {
        let mut state = self.state();
        state.active = None;
        for slot in &mut state.slots {
            (slot.ready, slot.told_open, slot.taken) = (false, false, 0);
            slot.port.forget_guest();
        }
    }
}

impl Handler for Console {
    fn handle(&self, token: usize) -> Next {
        // Nonblocking: a second turn comes without a kick.
        let _ = self.kicks[token].read();
        let mut state = self.state();
        let State { slots, active: Some(active) } = &mut *state else { return Next::Wait };
        match active.serve(token, slots) {
            Ok(next) => next,
            Err(error) => {
                log::guest(format_args!("{}: {error}", self.alias));
                active.interrupt.needs_reset();
                state.active = None;
                Next::Wait
            }
        }
    }
}

impl Active {
    fn serve(&mut self, token: usize, slots: &mut [Slot]) -> Result<Next, QueueError> {
        if self.multiport && (token == CONTROL_IN || token == CONTROL_OUT) {
            return self.control(token, slots);
        }
        let Some(slot) = slots.iter_mut().find(|slot| queue_of(slot.number) == token & !1) else {
            return Ok(Next::Wait);
        };
        let Some(queue) = &mut self.queues[token] else { return Ok(Next::Wait) };
        if token & 1 == 0 {
            receive(queue, &mut self.chain, slot)
        } else {
            transmit(queue, &mut self.chain, slot)
        }
    }

    fn control(&mut self, token: usize, slots: &mut [Slot]) -> Result<Next, QueueError> {
        let Self { queues, chain, conversation, .. } = self;
        let mut next = Next::Wait;
        if token == CONTROL_OUT
            && let Some(queue) = &mut queues[CONTROL_OUT]
        {
            next = turn(queue, chain, |chain| {
                if let Some(message) = chain.read_array::<LENGTH>(0) {
                    conversation.hear(message, slots);
                }
                Some(0)
            })?;
        }
        slots.iter_mut().for_each(|slot| conversation.tell_open(slot));
        let Some(queue) = &mut queues[CONTROL_IN] else { return Ok(next) };
        let said = turn(queue, chain, |chain| {
            let message = conversation.next()?;
            let length = message.len().min(usize::try_from(chain.write_len()).unwrap_or(usize::MAX));
            chain.write_at(0, &message[..length]);
            conversation.said();
            Some(length as u32)
        })?;
        Ok(if said == Next::Again { said } else { next })
    }
}

/// Input to the guest, as long as both have some.
fn receive(queue: &mut VirtQueue, chain: &mut Chain, slot: &Slot) -> Result<Next, QueueError> {
    turn(queue, chain, |chain| {
        if !slot.port.is_guest_open() || !slot.port.has_input() {
            return None;
        }
        let data = slot.port.take_input(usize::try_from(chain.write_len()).unwrap_or(BUFFER));
        chain.write_at(0, &data);
        Some(data.len() as u32)
    })
}

/// Output of the guest, as long as there is room for it.
fn transmit(queue: &mut VirtQueue, chain: &mut Chain, slot: &mut Slot) -> Result<Next, QueueError> {
    let (port, taken) = (&slot.port, &mut slot.taken);
    turn(queue, chain, |chain| {
        let length = chain.read_len();
        while *taken < length {
            let room = port.output_room();
            if room == 0 {
                return None;
            }
            let left = usize::try_from(length - *taken).unwrap_or(BUFFER);
            let mut piece = vec![0; left.min(room)];
            let count = copy_from(chain.readable(), *taken, &mut piece);
            port.put_output(&piece[..count]);
            *taken += count as u64;
        }
        *taken = 0;
        Some(0)
    })
}

/// Takes requests until there are none, the turn is over, or `serve` cannot go on with the last one.
fn turn(
    queue: &mut VirtQueue,
    chain: &mut Chain,
    mut serve: impl FnMut(&Chain) -> Option<u32>,
) -> Result<Next, QueueError> {
    let mut left = MAX_REQUESTS;
    loop {
        queue.disable_kicks()?;
        while left > 0 && queue.pop(chain)? {
            let Some(written) = serve(chain) else {
                queue.unpop(1);
                queue.signal()?;
                // Kicked by whoever makes that it can.
                queue.enable_kicks()?;
                return Ok(Next::Wait);
            };
            queue.complete(chain.head(), written)?;
            left -= 1;
        }
        queue.signal()?;
        if left == 0 {
            return Ok(Next::Again);
        }
        if !queue.enable_kicks()? {
            return Ok(Next::Wait);
        }
    }
}
