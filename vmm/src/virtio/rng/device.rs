//! The device and the worker's turn at it.

use std::{
    fs::File,
    io::{self, Read},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

use super::{MAX_BYTES, QUEUE_SIZE, quota::Quota};
use crate::{
    log,
    virtio::{
        ActivateError, Activation, Chain, Interrupt, QueueError, VirtQueue, VirtioDevice,
        worker::{Handler, Next},
    },
};

/// Virtio id of entropy sources.
const ID: u16 = 4;
/// When to look again at a source that had nothing.
const RETRY: Duration = Duration::from_millis(20);
/// Bytes read at once.
const PIECE: usize = 256;

/// An entropy device.
pub(in crate::virtio) struct Rng {
    alias: String,
    source: File,
    kicks: [Arc<EventFd>; 1],
    state: Mutex<State>,
}

struct State {
    quota: Quota,
    active: Option<Active>,
}

struct Active {
    queue: VirtQueue,
    chain: Chain,
    interrupt: Arc<dyn Interrupt>,
}

impl Rng {
    pub fn new(alias: String, source: File, rate: Option<(u32, u32)>) -> io::Result<Self> {
        // Devices like /dev/hwrng may have nothing for a while; the worker has others to serve meanwhile.
        let flags = OFlag::from_bits_retain(fcntl(&source, FcntlArg::F_GETFL)?);
        fcntl(&source, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        let kicks = [Arc::new(EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC)?)];
        let state = State { quota: Quota::new(rate, Instant::now()), active: None };
        Ok(Self { alias, source, kicks, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl VirtioDevice for Rng {
    fn id(&self) -> u16 {
        ID
    }
    fn alias(&self) -> &str {
        &self.alias
    }
    fn features(&self) -> u64 {
        0
    }
    fn queue_sizes(&self) -> &[u16] {
        &[QUEUE_SIZE]
    }
    fn kicks(&self) -> &[Arc<EventFd>] {
        &self.kicks
    }
    fn read_config(&self, _: u64, data: &mut [u8]) {
        data.fill(0);
    }
    fn write_config(&self, _: u64, _: &[u8]) {}

    fn activate(&self, activation: Activation) -> Result<(), ActivateError> {
        let queue = activation.queues.into_iter().next().flatten().ok_or(ActivateError::QueueMissing(0))?;
        let chain = queue.chain();
        self.state().active = Some(Active { queue, chain, interrupt: activation.interrupt });
        Ok(())
    }

    fn reset(&self) {
        self.state().active = None;
    }
}

impl Handler for Rng {
    fn handle(&self, _: usize) -> Next {
        // Nonblocking: a turn at a deadline comes without a kick.
        let _ = self.kicks[0].read();
        let mut state = self.state();
        let State { quota, active: Some(active) } = &mut *state else { return Next::Wait };
        match active.serve(&self.source, quota) {
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
    fn serve(&mut self, source: &File, quota: &mut Quota) -> Result<Next, QueueError> {
        loop {
            self.queue.disable_kicks()?;
            while self.queue.pop(&mut self.chain)? {
                let wanted = usize::try_from(self.chain.write_len()).unwrap_or(MAX_BYTES).min(MAX_BYTES);
                let later = match quota.grant(wanted, Instant::now()) {
                    Ok(granted) => match fill(&self.chain, source, granted) {
                        0 if granted != 0 => Instant::now() + RETRY,
                        given => {
                            quota.take(given);
                            self.queue.complete(self.chain.head(), given as u32)?;
                            continue;
                        }
                    },
                    Err(later) => later,
                };
                self.queue.unpop(1);
                self.queue.signal()?;
                return Ok(Next::At(later));
            }
            self.queue.signal()?;
            if !self.queue.enable_kicks()? {
                return Ok(Next::Wait);
            }
        }
    }
}

/// Fills so many bytes of the request, or as many as the source has now.
fn fill(chain: &Chain, mut source: &File, count: usize) -> usize {
    let mut done = 0;
    let mut piece = [0; PIECE];
    while done < count {
        let wanted = PIECE.min(count - done);
        match source.read(&mut piece[..wanted]) {
            Ok(got) if got != 0 => {
                chain.write_at(done as u64, &piece[..got]);
                done += got;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    done
}
