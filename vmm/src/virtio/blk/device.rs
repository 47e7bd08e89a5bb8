//! The device: its queues, and the worker's turn at them.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use vireo_control::{CacheMode, DetectZeroes};
use vireo_image::Disk;
use virtio_bindings::virtio_blk::{VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_F_FLUSH};
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

use super::{SERIAL_LEN, config, request::Target, stats::BlkStats};
use crate::{
    log,
    stats::Stats,
    virtio::{
        ActivateError, Activation, Chain, Interrupt, QueueError, VirtQueue, VirtioDevice, read_config_bytes,
        worker::{Handler, Next},
    },
};

/// Virtio id of block devices.
const ID: u16 = 2;
/// Requests done in one turn, so that no queue starves another.
const TURN: u32 = 64;
/// The driver hears of completed requests at latest after this time, while more are being done: long enough to save
/// interrupts with fast requests, short against a slow one.
const TELL_AFTER: Duration = Duration::from_micros(100);

/// What a specification says of a disk.
#[derive(Debug, Clone)]
pub(in crate::virtio) struct BlkOptions {
    pub alias: String,
    pub target: String,
    pub queues: u16,
    pub queue_size: u16,
    pub cache: CacheMode,
    pub discard: bool,
    pub detect_zeroes: DetectZeroes,
    pub serial: String,
    pub logical_block: u32,
    pub physical_block: Option<u32>,
}

/// A disk.
pub(in crate::virtio) struct Blk {
    options: BlkOptions,
    disk: Box<dyn Disk>,
    features: u64,
    space: Vec<u8>,
    serial: [u8; SERIAL_LEN],
    queue_sizes: Vec<u16>,
    kicks: Vec<Arc<EventFd>>,
    stats: BlkStats,
    /// The cache is volatile: the driver flushes.
    writeback: AtomicBool,
    state: Mutex<State>,
}

enum State {
    Inactive,
    Activated(Vec<Option<Lane>>, Arc<dyn Interrupt>),
}

/// A queue with its buffers.
struct Lane {
    queue: VirtQueue,
    chain: Chain,
}

impl Blk {
    pub fn new(options: BlkOptions, disk: Box<dyn Disk>, stats: &Stats) -> io::Result<Self> {
        let mut serial = [0; SERIAL_LEN];
        for (place, byte) in serial.iter_mut().zip(options.serial.bytes()) {
            *place = byte;
        }
        let mut kicks = vec![];
        for _ in 0..options.queues {
            kicks.push(Arc::new(EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC)?));
        }
        Ok(Self {
            features: config::features(&options, disk.read_only()),
            space: config::space(&options, &*disk).to_vec(),
            serial,
            queue_sizes: vec![options.queue_size; usize::from(options.queues)],
            kicks,
            stats: BlkStats::new(stats, &options.target),
            writeback: AtomicBool::new(volatile_cache(options.cache)),
            state: Mutex::new(State::Inactive),
            disk,
            options,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn target(&self) -> Target<'_> {
        Target {
            alias: &self.options.alias,
            disk: &*self.disk,
            stats: &self.stats,
            logical_block: self.options.logical_block,
            serial: &self.serial,
            write_through: !self.writeback.load(Ordering::Acquire),
            ignore_flush: self.options.cache == CacheMode::Unsafe,
            unmap: self.options.discard,
            discard: self.options.discard && !self.disk.read_only(),
            detect_zeroes: match self.options.detect_zeroes {
                DetectZeroes::Off => None,
                DetectZeroes::On => Some(false),
                DetectZeroes::Unmap => Some(true),
            },
        }
    }
}

fn volatile_cache(cache: CacheMode) -> bool {
    !matches!(cache, CacheMode::Writethrough | CacheMode::Directsync)
}

impl VirtioDevice for Blk {
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
        read_config_bytes(&self.space, offset, data);
        if let Some(at) = config::WRITEBACK.checked_sub(offset).and_then(|at| usize::try_from(at).ok())
            && let Some(byte) = data.get_mut(at)
        {
            *byte = u8::from(self.writeback.load(Ordering::Acquire));
        }
    }

    fn write_config(&self, offset: u64, data: &[u8]) {
        if let (config::WRITEBACK, &[value @ 0..=1]) = (offset, data) {
            self.writeback.store(value == 1, Ordering::Release);
        }
    }

    fn activate(&self, activation: Activation) -> Result<(), ActivateError> {
        // A driver that cannot flush must find its writes durable. One that can, but not switch, has the cache of the
        // specification.
        if !activation.has(VIRTIO_BLK_F_FLUSH) {
            self.writeback.store(false, Ordering::Release);
        } else if !activation.has(VIRTIO_BLK_F_CONFIG_WCE) {
            self.writeback.store(volatile_cache(self.options.cache), Ordering::Release);
        }
        let lane = |queue: VirtQueue| Lane { chain: queue.chain(), queue };
        let lanes = activation.queues.into_iter().map(|queue| queue.map(lane)).collect();
        *self.state() = State::Activated(lanes, activation.interrupt);
        Ok(())
    }

    fn reset(&self) {
        *self.state() = State::Inactive;
        self.writeback.store(volatile_cache(self.options.cache), Ordering::Release);
    }
}

impl Handler for Blk {
    fn handle(&self, token: usize) -> Next {
        // Nonblocking: a turn that was left over comes without a kick.
        let _ = self.kicks[token].read();
        let mut state = self.state();
        let State::Activated(lanes, interrupt) = &mut *state else { return Next::Wait };
        let Some(Some(lane)) = lanes.get_mut(token) else { return Next::Wait };
        match lane.serve(&self.target()) {
            Ok(next) => next,
            Err(error) => {
                log::guest(format_args!("{}: queue {token}: {error}", self.options.alias));
                interrupt.needs_reset();
                *state = State::Inactive;
                Next::Wait
            }
        }
    }
}

impl Lane {
    fn serve(&mut self, target: &Target<'_>) -> Result<Next, QueueError> {
        let mut done = 0;
        let mut told = Instant::now();
        loop {
            self.queue.disable_kicks()?;
            while self.queue.pop(&mut self.chain)? {
                let written = target.serve(&self.chain)?;
                self.queue.complete(self.chain.head(), written)?;
                done += 1;
                if done == TURN {
                    self.queue.signal()?;
                    return Ok(Next::Again);
                }
                if told.elapsed() >= TELL_AFTER {
                    self.queue.signal()?;
                    told = Instant::now();
                }
            }
            self.queue.signal()?;
            if !self.queue.enable_kicks()? {
                return Ok(Next::Wait);
            }
        }
    }
}
