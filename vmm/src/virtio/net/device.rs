//! The device: which queue is what, who moves its packets, and the worker's turns.

use std::{
    io,
    os::fd::{AsRawFd, RawFd},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use virtio_bindings::virtio_net::{VIRTIO_NET_F_MQ, VIRTIO_NET_F_MRG_RXBUF};
use virtio_queue::QueueState;
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

use super::{
    HEADER, MAX_PACKET, Tap, Vhost, config,
    control::{Control, Target},
    filter::Filter,
    rx::Rx,
    stats::Direction,
    tap::probe_offloads,
    tx::Tx,
    vhost::Ring,
};
use crate::{
    log,
    memory::GuestRam,
    stats::Stats,
    virtio::{
        ActivateError, Activation, Interrupt, QueueError, VirtQueue, VirtioDevice, read_config_bytes,
        worker::{Handler, Interest, Next, Plan},
    },
};

/// Virtio id of network devices.
const ID: u16 = 1;
/// Descriptors of the control queue, which has one command at a time.
const CONTROL_QUEUE_SIZE: u16 = 64;
/// Ethernet header with VLAN tag.
const ETHERNET: usize = 18;
/// MTU of an interface that was given none.
const DEFAULT_MTU: u16 = 1500;

/// What a specification says of an interface.
#[derive(Debug, Clone)]
pub(in crate::virtio) struct NetOptions {
    pub alias: String,
    pub target: String,
    pub mac: [u8; 6],
    pub queue_size: u16,
    pub mtu: Option<u16>,
    pub link_up: bool,
    pub offloads: bool,
}

/// A network interface.
pub(in crate::virtio) struct Net {
    options: NetOptions,
    taps: Vec<Box<dyn Tap>>,
    /// As many as taps, or none.
    vhosts: Vec<Vhost>,
    ram: Arc<GuestRam>,
    features: u64,
    queue_sizes: Vec<u16>,
    kicks: Vec<Arc<EventFd>>,
    /// Raised by vhost where it cannot raise the interrupt itself.
    calls: Vec<Arc<EventFd>>,
    rx_stats: Direction,
    tx_stats: Direction,
    /// The guest's view of its address.
    mac: Mutex<[u8; 6]>,
    state: Mutex<Option<Active>>,
}

struct Active {
    features: u64,
    interrupt: Arc<dyn Interrupt>,
    work: Work,
    control: Option<Control>,
    /// Index of the control queue, by the features negotiated.
    control_index: usize,
    filter: Filter,
}

/// Who moves the packets.
enum Work {
    /// The worker: receive and transmit queue of each pair.
    Worker(Vec<(Option<Rx>, Option<Tx>)>),
    /// The kernel: where each pair's rings are.
    Vhost(Vec<Option<[QueueState; 2]>>),
}

/// What a token of the worker stands for.
enum Token {
    Kick(usize),
    Tap(usize),
    Call(usize),
}

impl Net {
    pub fn new(
        options: NetOptions,
        taps: Vec<Box<dyn Tap>>,
        vhosts: Vec<Vhost>,
        ram: Arc<GuestRam>,
        stats: &Stats,
    ) -> io::Result<Self> {
        let pairs = taps.len();
        let tap_offloads = match taps.first() {
            Some(tap) if options.offloads => probe_offloads(&**tap),
            _ => 0,
        };
        let mut queue_sizes = vec![options.queue_size; 2 * pairs];
        queue_sizes.push(CONTROL_QUEUE_SIZE);
        let eventfds = |count| -> io::Result<Vec<Arc<EventFd>>> {
            (0..count).map(|_| Ok(Arc::new(EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC)?))).collect()
        };
        let net = Self {
            features: config::features(pairs, options.mtu.is_some(), tap_offloads),
            kicks: eventfds(queue_sizes.len())?,
            calls: eventfds(if vhosts.is_empty() { 0 } else { 2 * pairs })?,
            queue_sizes,
            rx_stats: Direction::new(stats, &options.target, "rx"),
            tx_stats: Direction::new(stats, &options.target, "tx"),
            mac: Mutex::new(options.mac),
            state: Mutex::new(None),
            options,
            taps,
            vhosts,
            ram,
        };
        net.set_pairs(1)?;
        Ok(net)
    }

    /// Registers what the worker serves: all kicks and taps, or with vhost only the control queue's kick.
    pub fn register(self: &Arc<Self>, plan: &mut Plan) {
        let mut add = |descriptor: Arc<dyn AsRawFd + Send + Sync>, interest, token: Token| {
            plan.add(descriptor, interest, self.clone(), self.encode(token));
        };
        for (index, kick) in self.kicks.iter().enumerate() {
            // Without MQ the control queue is the third one, whatever the device has.
            if self.vhosts.is_empty() || index == 2 || index == 2 * self.taps.len() {
                add(kick.clone(), Interest::Readable, Token::Kick(index));
            }
        }
        for (index, call) in self.calls.iter().enumerate() {
            add(call.clone(), Interest::Readable, Token::Call(index));
        }
        if self.vhosts.is_empty() {
            for (pair, tap) in self.taps.iter().enumerate() {
                add(Arc::new(RawTap(tap.as_raw_fd())), Interest::Edges, Token::Tap(pair));
            }
        }
    }

    fn encode(&self, token: Token) -> usize {
        match token {
            Token::Kick(index) => index,
            Token::Tap(pair) => self.kicks.len() + pair,
            Token::Call(index) => self.kicks.len() + self.taps.len() + index,
        }
    }

    fn decode(&self, token: usize) -> Token {
        match token.checked_sub(self.kicks.len()) {
            None => Token::Kick(token),
            Some(pair) if pair < self.taps.len() => Token::Tap(pair),
            Some(call) => Token::Call(call - self.taps.len()),
        }
    }

    fn state(&self) -> MutexGuard<'_, Option<Active>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mac(&self) -> MutexGuard<'_, [u8; 6]> {
        self.mac.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the first taps take part; the kernel spreads packets over those that do.
    fn set_pairs(&self, pairs: usize) -> io::Result<()> {
        if self.taps.len() > 1 {
            for (n, tap) in self.taps.iter().enumerate() {
                // Asking for what already is so is an error; there is no way to look.
                match tap.set_attached(n < pairs) {
                    Err(error) if error.kind() != io::ErrorKind::InvalidInput => return Err(error),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn set_offload(&self, features: u64) -> io::Result<()> {
        self.taps.first().map_or(Ok(()), |tap| tap.set_offload(config::tap_offloads(features)))
    }

    /// Starts one pair in the kernel.
    fn start_vhost(
        &self,
        pair: usize,
        states: &[QueueState; 2],
        active: (&dyn Interrupt, u64),
    ) -> io::Result<()> {
        let (interrupt, features) = active;
        let call =
            |index: usize| interrupt.queue_event(index as u16).unwrap_or_else(|| self.calls[index].clone());
        let calls = [call(2 * pair), call(2 * pair + 1)];
        let ring = |n: usize| Ring { state: states[n], kick: &self.kicks[2 * pair + n], call: &calls[n] };
        self.vhosts[pair].start(features, [ring(0), ring(1)], &self.ram, self.taps[pair].as_raw_fd())
    }

    fn largest_packet(&self, features: u64) -> usize {
        if config::large_packets(features) {
            MAX_PACKET
        } else {
            HEADER + ETHERNET + usize::from(self.options.mtu.unwrap_or(DEFAULT_MTU))
        }
    }

    /// The queues of each pair, as the worker serves them.
    fn worker(&self, queues: &mut [Option<VirtQueue>], features: u64) -> Work {
        let mergeable = features & 1 << VIRTIO_NET_F_MRG_RXBUF != 0;
        let largest = self.largest_packet(features);
        let pairs = queues.chunks_mut(2).map(|pair| {
            let rx = pair[0].take().map(|queue| Rx::new(queue, mergeable, largest));
            (rx, pair[1].take().map(Tx::new))
        });
        Work::Worker(pairs.collect())
    }

    /// The pairs running in the kernel.
    fn kernel(
        &self,
        queues: &mut [Option<VirtQueue>],
        interrupt: &dyn Interrupt,
        features: u64,
    ) -> io::Result<Work> {
        let mut pairs = vec![];
        for (n, pair) in queues.chunks(2).enumerate() {
            let states = match pair {
                [Some(rx), Some(tx)] => Some([rx.state(), tx.state()]),
                _ => None,
            };
            if let Some(states) = &states
                && let Err(error) = self.start_vhost(n, states, (interrupt, features))
            {
                self.vhosts.iter().for_each(Vhost::stop);
                return Err(error);
            }
            pairs.push(states);
        }
        Ok(Work::Vhost(pairs))
    }
}

/// The taps' descriptors, which live as long as the device.
struct RawTap(RawFd);

impl AsRawFd for RawTap {
    fn as_raw_fd(&self) -> RawFd {
        self.0
    }
}

impl VirtioDevice for Net {
    fn id(&self) -> u16 {
        ID
    }
    fn alias(&self) -> &str {
        &self.options.alias
    }
    fn features(&self) -> u64 {
        self.features
    }
    fn queue_sizes(&self) -> &[u16] {
        &self.queue_sizes
    }
    fn kicks(&self) -> &[Arc<EventFd>] {
        &self.kicks
    }

    fn read_config(&self, offset: u64, data: &mut [u8]) {
        let (link_up, mtu) = (self.options.link_up, self.options.mtu.unwrap_or(0));
        let space = config::space(*self.mac(), link_up, self.taps.len(), mtu);
        read_config_bytes(&space, offset, data);
    }

    fn write_config(&self, _: u64, _: &[u8]) {}

    fn activate(&self, activation: Activation) -> Result<(), ActivateError> {
        let failed = |doing| move |source| ActivateError::System { doing, source };
        let (features, interrupt) = (activation.features, activation.interrupt);
        let multi = features & 1 << VIRTIO_NET_F_MQ != 0;
        let control_index = if multi { 2 * self.taps.len() } else { 2 };
        let mut queues = activation.queues;
        let control = queues.get_mut(control_index).and_then(Option::take);
        let control = control.map(|queue| Control::new(queue, features));
        queues.truncate(control_index);
        self.set_offload(features).map_err(failed("set the tap's offloads"))?;
        let work = if self.vhosts.is_empty() {
            self.worker(&mut queues, features)
        } else {
            self.kernel(&mut queues, &*interrupt, features).map_err(failed("start vhost-net"))?
        };
        let filter = Filter::new(*self.mac());
        *self.state() = Some(Active { features, interrupt, work, control, control_index, filter });
        Ok(())
    }

    fn reset(&self) {
        let active = self.state().take();
        if let Some(Active { work: Work::Vhost(_), .. }) = active {
            self.vhosts.iter().for_each(Vhost::stop);
        }
        *self.mac() = self.options.mac;
        // The tap keeps working with what it has; a failure shows when the driver comes back.
        let _ = self.set_offload(0);
        let _ = self.set_pairs(1);
    }

    fn pause(&self) {
        if let Some(Active { work: Work::Vhost(pairs), .. }) = &mut *self.state() {
            for (vhost, states) in self.vhosts.iter().zip(pairs) {
                vhost.stop();
                for (index, state) in (0..).zip(states.iter_mut().flatten()) {
                    if let Ok(position) = vhost.position(index) {
                        state.next_avail = position;
                    }
                }
            }
        }
    }

    fn resume(&self) {
        let mut state = self.state();
        let Some(active) = &mut *state else { return };
        let Work::Vhost(pairs) = &active.work else { return };
        for (pair, states) in pairs.iter().enumerate() {
            if let Some(states) = states
                && let Err(error) = self.start_vhost(pair, states, (&*active.interrupt, active.features))
            {
                log::line(format_args!("{}: cannot restart vhost-net: {error}", self.options.alias));
                active.interrupt.needs_reset();
            }
        }
    }
}

impl Handler for Net {
    fn handle(&self, token: usize) -> Next {
        let token = self.decode(token);
        match token {
            // Nonblocking: a turn that was left over comes without a kick.
            Token::Kick(index) => drop(self.kicks[index].read()),
            Token::Call(index) => drop(self.calls[index].read()),
            Token::Tap(_) => {}
        }
        let mut state = self.state();
        let Some(active) = &mut *state else { return Next::Wait };
        match self.serve(active, token) {
            Ok(next) => next,
            Err(error) => {
                log::guest(format_args!("{}: {error}", self.options.alias));
                active.interrupt.needs_reset();
                if let Some(Active { work: Work::Vhost(_), .. }) = state.take() {
                    self.vhosts.iter().for_each(Vhost::stop);
                }
                Next::Wait
            }
        }
    }
}

impl Net {
    fn serve(&self, active: &mut Active, token: Token) -> Result<Next, QueueError> {
        let link_up = self.options.link_up;
        match (token, &mut active.work) {
            (Token::Call(index), _) => active.interrupt.queue(index as u16),
            (Token::Kick(index), _) if index == active.control_index => return self.serve_control(active),
            (Token::Kick(index), Work::Worker(pairs)) => {
                let (Some(pair), tap) = (pairs.get_mut(index / 2), index / 2) else { return Ok(Next::Wait) };
                let tap = self.taps[tap].as_raw_fd();
                match (index % 2, pair) {
                    (0, (Some(rx), _)) if link_up => return rx.serve(tap, &active.filter, &self.rx_stats),
                    (1, (_, Some(tx))) => return tx.serve(tap, link_up, &self.tx_stats),
                    _ => {}
                }
            }
            (Token::Tap(index), Work::Worker(pairs)) => {
                let Some((rx, tx)) = pairs.get_mut(index) else { return Ok(Next::Wait) };
                let tap = self.taps[index].as_raw_fd();
                let mut next = Next::Wait;
                if let Some(tx) = tx.as_mut().filter(|tx| tx.is_blocked()) {
                    next = tx.serve(tap, link_up, &self.tx_stats)?;
                }
                if let Some(rx) = rx.as_mut().filter(|_| link_up)
                    && rx.serve(tap, &active.filter, &self.rx_stats)? == Next::Again
                {
                    next = Next::Again;
                }
                return Ok(next);
            }
            _ => {}
        }
        Ok(Next::Wait)
    }

    fn serve_control(&self, active: &mut Active) -> Result<Next, QueueError> {
        let Some(mut control) = active.control.take() else { return Ok(Next::Wait) };
        let served = control.serve(&mut Commands { net: self, active });
        active.control = Some(control);
        served
    }
}

/// What the control queue changes.
struct Commands<'a> {
    net: &'a Net,
    active: &'a mut Active,
}

impl Target for Commands<'_> {
    fn filter(&mut self) -> &mut Filter {
        &mut self.active.filter
    }

    fn set_mac(&mut self, mac: [u8; 6]) {
        *self.net.mac() = mac;
        self.active.filter.set_mac(mac);
    }

    fn set_pairs(&mut self, pairs: u16) -> bool {
        let pairs = usize::from(pairs);
        (1..=self.net.taps.len()).contains(&pairs) && self.net.set_pairs(pairs).is_ok()
    }

    fn set_offloads(&mut self, offloads: u64) -> bool {
        let allowed = config::switchable(self.active.features);
        offloads & !allowed == 0 && self.net.set_offload(offloads).is_ok()
    }
}
