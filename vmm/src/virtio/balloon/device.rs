//! The device and the worker's turns at its queues.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

use super::{MAX_REQUESTS, PAGE, QUEUE_SIZES, pages::Lender, stats::GuestStats};
use crate::{
    log,
    memory::{GuestRam, Lending},
    stats::Stats,
    virtio::{
        ActivateError, Activation, Chain, Interrupt, QueueError, VirtQueue, VirtioDevice, read_config_bytes,
        worker::{Handler, Next},
    },
};

/// Virtio id of balloons.
const ID: u16 = 5;
/// Features: a queue for statistics; memory is taken back in need; a queue for pages that are not used.
pub(super) const STATS_VQ: u32 = 1;
pub(super) const DEFLATE_ON_OOM: u32 = 2;
pub(super) const REPORTING: u32 = 5;
/// Numbers of the queues that are always there.
const INFLATE: usize = 0;
const DEFLATE: usize = 1;
/// Where `actual` stands in the configuration, behind the target.
const ACTUAL: u64 = 4;

/// What a balloon is made of.
pub(in crate::virtio) struct BalloonOptions {
    /// libvirt's alias.
    pub alias: String,
    /// Bytes of RAM.
    pub ram_bytes: u64,
    /// What can be done with pages that are lent.
    pub lending: Lending,
    /// Bytes that the guest is to keep at first.
    pub keep_bytes: u64,
    /// Seconds between statistics; 0 for none.
    pub period: u32,
    /// The guest may take memory back in need.
    pub deflate_on_oom: bool,
    /// The guest tells of pages it does not use.
    pub reporting: bool,
}

/// A balloon.
pub struct Balloon {
    alias: String,
    features: u64,
    pages: u32,
    lender: Lender,
    kicks: Vec<Arc<EventFd>>,
    stats: GuestStats,
    /// Pages that the guest is to lend.
    target: AtomicU32,
    /// Pages that it says it lends.
    actual: AtomicU32,
    /// Rings when `actual` has changed.
    bell: EventFd,
    state: Mutex<State>,
}

struct State {
    period: Option<Duration>,
    active: Option<Active>,
}

struct Active {
    inflate: VirtQueue,
    deflate: VirtQueue,
    statistics: Option<Statistics>,
    reporting: Option<VirtQueue>,
    chain: Chain,
    interrupt: Arc<dyn Interrupt>,
}

/// The statistics' queue, and the buffer that waits for the next time.
struct Statistics {
    queue: VirtQueue,
    held: Option<u16>,
    due: Instant,
}

impl Balloon {
    pub(in crate::virtio) fn new(
        options: BalloonOptions,
        ram: Arc<GuestRam>,
        stats: &Stats,
    ) -> io::Result<Self> {
        let features = 1 << STATS_VQ
            | u64::from(options.deflate_on_oom) << DEFLATE_ON_OOM
            | u64::from(options.reporting) << REPORTING;
        let queues = QUEUE_SIZES.len() - usize::from(!options.reporting);
        let event = || EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC);
        let kicks = (0..queues).map(|_| event().map(Arc::new)).collect::<io::Result<_>>()?;
        // A guest of 16 TiB and more lends no more than these numbers say.
        let pages = u32::try_from(options.ram_bytes / PAGE).unwrap_or(u32::MAX);
        let balloon = Self {
            alias: options.alias,
            features,
            pages,
            lender: Lender { ram, lending: options.lending },
            kicks,
            stats: GuestStats::new(stats, u64::from(pages) * PAGE),
            target: AtomicU32::new(0),
            actual: AtomicU32::new(0),
            bell: event()?,
            state: Mutex::new(State { period: None, active: None }),
        };
        balloon.set_target(options.keep_bytes);
        balloon.set_period(options.period);
        Ok(balloon)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The guest is to keep so many bytes for itself.
    pub fn set_target(&self, keep_bytes: u64) {
        let keep = u32::try_from(keep_bytes.div_ceil(PAGE)).unwrap_or(u32::MAX);
        self.target.store(self.pages.saturating_sub(keep), Ordering::Release);
        if let Some(active) = &self.state().active {
            active.interrupt.config();
        }
    }

    /// Statistics are to come so often, and now.
    pub fn set_period(&self, seconds: u32) {
        let mut state = self.state();
        state.period = (seconds != 0).then(|| Duration::from_secs(seconds.into()));
        if let Some(statistics) = state.active.as_mut().and_then(|active| active.statistics.as_mut()) {
            statistics.due = Instant::now();
            // The worker's turn. The counter cannot overflow by this.
            let _ = self.kicks[usize::from(statistics.queue.index())].write(1);
        }
    }

    /// Bytes that the guest says it keeps.
    pub fn kept_bytes(&self) -> u64 {
        u64::from(self.pages.saturating_sub(self.actual.load(Ordering::Acquire))) * PAGE
    }

    /// Rings when [`Balloon::kept_bytes`] has changed.
    pub fn bell(&self) -> &EventFd {
        &self.bell
    }

    fn set_actual(&self, pages: u32) {
        if self.actual.swap(pages, Ordering::AcqRel) != pages {
            self.stats.set_actual(self.kept_bytes());
            // The counter cannot overflow by this.
            let _ = self.bell.write(1);
        }
    }

    fn config(&self) -> [u8; 8] {
        let words = [&self.target, &self.actual].map(|word| word.load(Ordering::Acquire).to_le_bytes());
        [words[0], words[1]].concat().try_into().unwrap_or_default()
    }
}

impl VirtioDevice for Balloon {
    fn id(&self) -> u16 {
        ID
    }
    fn alias(&self) -> &str {
        &self.alias
    }
    fn features(&self) -> u64 {
        self.features
    }
    fn queue_sizes(&self) -> &[u16] {
        &QUEUE_SIZES[..self.kicks.len()]
    }
    fn kicks(&self) -> &[Arc<EventFd>] {
        &self.kicks
    }
    fn read_config(&self, offset: u64, data: &mut [u8]) {
        read_config_bytes(&self.config(), offset, data);
    }

    fn write_config(&self, offset: u64, data: &[u8]) {
        let mut actual = self.actual.load(Ordering::Acquire).to_le_bytes();
        for (at, byte) in (offset..offset.saturating_add(data.len() as u64)).zip(data) {
            let place = at.checked_sub(ACTUAL).and_then(|at| actual.get_mut(usize::try_from(at).ok()?));
            if let Some(place) = place {
                *place = *byte;
            }
        }
        self.set_actual(u32::from_le_bytes(actual));
    }

    fn activate(&self, activation: Activation) -> Result<(), ActivateError> {
        let (with_statistics, with_reporting) = (activation.has(STATS_VQ), activation.has(REPORTING));
        let mut queues = activation.queues;
        let mut queue = |number: usize| {
            queues.get_mut(number).and_then(Option::take).ok_or(ActivateError::QueueMissing(number))
        };
        let (inflate, deflate) = (queue(INFLATE)?, queue(DEFLATE)?);
        // What is not negotiated has no number: the next takes it.
        let statistics = with_statistics.then(|| queue(2)).transpose()?;
        let reporting = with_reporting.then(|| queue(2 + usize::from(with_statistics))).transpose()?;
        let statistics = statistics.map(|queue| Statistics { queue, held: None, due: Instant::now() });
        let chain = inflate.chain();
        let interrupt = activation.interrupt;
        if let Some(statistics) = &statistics {
            // Linux offers its first buffer, and kicks, before it says that it is ready.
            let _ = self.kicks[usize::from(statistics.queue.index())].write(1);
        }
        self.state().active = Some(Active { inflate, deflate, statistics, reporting, chain, interrupt });
        Ok(())
    }

    /// Whoever resets the device has its memory back, or is about to have none.
    fn reset(&self) {
        self.state().active = None;
        self.set_actual(0);
        self.stats.forget();
    }
}

impl Handler for Balloon {
    fn handle(&self, token: usize) -> Next {
        // Nonblocking: a turn at a deadline comes without a kick.
        let _ = self.kicks[token].read();
        let mut state = self.state();
        let State { period, active: Some(active) } = &mut *state else { return Next::Wait };
        match active.serve(token, &self.lender, &self.stats, *period) {
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
    fn serve(
        &mut self,
        token: usize,
        lender: &Lender,
        stats: &GuestStats,
        period: Option<Duration>,
    ) -> Result<Next, QueueError> {
        let Self { inflate, deflate, statistics, reporting, chain, .. } = self;
        let here = |queue: &VirtQueue| usize::from(queue.index()) == token;
        if let Some(statistics) = statistics.as_mut().filter(|statistics| here(&statistics.queue)) {
            return statistics.serve(chain, stats, period);
        }
        if here(inflate) {
            serve(inflate, chain, |request| lender.lend_numbered(request))
        } else if here(deflate) {
            // The pages come back by themselves when they are touched.
            serve(deflate, chain, |_| {})
        } else if let Some(queue) = reporting.as_mut().filter(|queue| here(queue)) {
            serve(queue, chain, |request| lender.lend_buffers(request))
        } else {
            Ok(Next::Wait)
        }
    }
}

/// Takes a turn's worth of requests.
fn serve(queue: &mut VirtQueue, chain: &mut Chain, mut take: impl FnMut(&Chain)) -> Result<Next, QueueError> {
    let mut left = MAX_REQUESTS;
    loop {
        queue.disable_kicks()?;
        while left > 0 && queue.pop(chain)? {
            take(chain);
            queue.complete(chain.head(), 0)?;
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

impl Statistics {
    fn serve(
        &mut self,
        chain: &mut Chain,
        stats: &GuestStats,
        period: Option<Duration>,
    ) -> Result<Next, QueueError> {
        let now = Instant::now();
        for _ in 0..MAX_REQUESTS {
            if !self.queue.pop(chain)? {
                break;
            }
            stats.take(chain);
            // A driver has one buffer; one that offers more gets the older ones back.
            if let Some(older) = self.held.replace(chain.head()) {
                self.queue.complete(older, 0)?;
            }
            self.due = period.map_or(now, |period| now + period);
        }
        // What has come since kicks for itself.
        if self.queue.enable_kicks()? {
            return Ok(Next::Again);
        }
        let Some(period) = period else { return self.queue.signal().map(|()| Next::Wait) };
        if now >= self.due {
            if let Some(head) = self.held.take() {
                self.queue.complete(head, 0)?;
            }
            self.due = now + period;
        }
        self.queue.signal()?;
        Ok(if self.held.is_some() { Next::At(self.due) } else { Next::Wait })
    }
}
