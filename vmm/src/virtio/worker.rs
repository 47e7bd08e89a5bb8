//! The threads that serve the devices: one for disks, one for networks, entropy, balloon and consoles, each
//! only where there is such a device.
//!
//! ```text
//!            +--------------------------------- go ---------------------------------+
//!            v                                                                      |
//! start -> wait (epoll; until the nearest deadline) -> serve what is ready -> asked to stand? -> standing
//!            ^                                                  |
//!            +------------------- nothing left -----------------+
//! ```
//!
//! A handler does a bounded piece of work and says how it goes on; those with more to do take turns. A handler must
//! never wait for anything but its back end.

use std::{
    collections::VecDeque,
    io,
    os::fd::{AsRawFd, RawFd},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use vmm_sys_util::{
    epoll::{ControlOperation, Epoll, EpollEvent, EventSet},
    eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd},
};

/// Stack of a worker. Handlers keep buffers elsewhere and do not recurse; what is never touched costs nothing.
const STACK: usize = 128 << 10;
/// Events taken from the kernel at once.
const EVENTS: usize = 32;
/// Stands for the bell in the epoll set.
const BELL: u64 = u64::MAX;

/// Which worker a thread is, for its name and its system call filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkerRole {
    /// Disks.
    Block,
    /// Networks, entropy, balloon, consoles.
    Net,
}

impl WorkerRole {
    /// Name of the thread.
    pub fn name(self) -> &'static str {
        match self {
            Self::Block => "vmm-block",
            Self::Net => "vmm-net",
        }
    }
}

/// How a handler goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// When its descriptor is ready again.
    Wait,
    /// As soon as others had their turn.
    Again,
    /// At this time, or when its descriptor is ready.
    At(Instant),
}

/// Serves one descriptor of a device.
pub(crate) trait Handler: Send + Sync {
    /// The descriptor registered under `token` is ready, or a deadline has come.
    fn handle(&self, token: usize) -> Next;
}

/// When a descriptor is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interest {
    /// While it can be read: for eventfds, which handlers read.
    Readable,
    /// When it begins to be readable or writable: for taps, which are read only while there is room.
    Edges,
}

struct Source {
    descriptor: Arc<dyn AsRawFd + Send + Sync>,
    interest: Interest,
    handler: Arc<dyn Handler>,
    token: usize,
}

/// What a worker will serve.
pub(crate) struct Plan {
    role: WorkerRole,
    sources: Vec<Source>,
}

impl Plan {
    pub fn new(role: WorkerRole) -> Self {
        Self { role, sources: vec![] }
    }

    /// Registers a descriptor.
    pub fn add(
        &mut self,
        descriptor: Arc<dyn AsRawFd + Send + Sync>,
        interest: Interest,
        handler: Arc<dyn Handler>,
        token: usize,
    ) {
        self.sources.push(Source { descriptor, interest, handler, token });
    }

    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Starts the thread; `prepare` runs on it first.
    pub fn start(self, prepare: impl FnOnce(WorkerRole) + Send + 'static) -> io::Result<Worker> {
        let epoll = Epoll::new()?;
        let gate = Arc::new(Gate::new()?);
        let watch =
            |fd: RawFd, events, data| epoll.ctl(ControlOperation::Add, fd, EpollEvent::new(events, data));
        watch(gate.bell.as_raw_fd(), EventSet::IN, BELL)?;
        for (n, source) in self.sources.iter().enumerate() {
            let events = match source.interest {
                Interest::Readable => EventSet::IN,
                Interest::Edges => EventSet::IN | EventSet::OUT | EventSet::EDGE_TRIGGERED,
            };
            watch(source.descriptor.as_raw_fd(), events, n as u64)?;
        }
        let (role, sources, theirs) = (self.role, self.sources, gate.clone());
        let thread = std::thread::Builder::new().name(role.name().to_owned()).stack_size(STACK);
        let thread = thread.spawn(move || {
            prepare(role);
            Loop::new(epoll, sources, theirs).run();
        })?;
        Ok(Worker { gate, thread: Some(thread) })
    }
}

/// A running worker. It ends when this is dropped.
pub(crate) struct Worker {
    gate: Arc<Gate>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Returns when the worker stands: no handler runs, what was begun is done.
    pub fn stand(&self) {
        let mut state = self.gate.state();
        state.wanted = Wanted::Stand;
        self.gate.ring();
        while !state.standing && !state.ended {
            state = self.gate.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets it go on.
    pub fn go(&self) {
        self.gate.want(Wanted::Go);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.gate.want(Wanted::End);
        if let Some(thread) = self.thread.take() {
            // An error is a panic on it, which has been reported.
            let _ = thread.join();
        }
    }
}

/// Where the worker meets those who stop it.
struct Gate {
    bell: EventFd,
    state: Mutex<GateState>,
    changed: Condvar,
}

struct GateState {
    wanted: Wanted,
    standing: bool,
    ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Go,
    Stand,
    End,
}

impl Gate {
    fn new() -> io::Result<Self> {
        let state = GateState { wanted: Wanted::Go, standing: false, ended: false };
        let bell = EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC)?;
        Ok(Self { bell, state: Mutex::new(state), changed: Condvar::new() })
    }

    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn want(&self, wanted: Wanted) {
        self.state().wanted = wanted;
        self.changed.notify_all();
        self.ring();
    }

    fn ring(&self) {
        // The counter cannot overflow by this.
        let _ = self.bell.write(1);
    }

    /// On the worker: stands as long as it is to. Says whether it goes on.
    fn pass(&self) -> bool {
        let mut state = self.state();
        while state.wanted == Wanted::Stand {
            state.standing = true;
            self.changed.notify_all();
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.standing = false;
        state.wanted == Wanted::Go
    }
}

/// Tells those who wait that the worker is gone, however it went.
struct Ending(Arc<Gate>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.state().ended = true;
        self.0.changed.notify_all();
    }
}

struct Loop {
    epoll: Epoll,
    sources: Vec<Source>,
    gate: Arc<Gate>,
    /// To be served now, each at most once.
    ready: VecDeque<usize>,
    queued: Vec<bool>,
    deadlines: Vec<Option<Instant>>,
}

impl Loop {
    fn new(epoll: Epoll, sources: Vec<Source>, gate: Arc<Gate>) -> Self {
        let (queued, deadlines) = (vec![false; sources.len()], vec![None; sources.len()]);
        Self { epoll, sources, gate, ready: VecDeque::new(), queued, deadlines }
    }

    fn run(mut self) {
        let _ending = Ending(self.gate.clone());
        let mut events = [EpollEvent::default(); EVENTS];
        loop {
            let count = match self.epoll.wait(self.timeout(), &mut events) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                // Nothing but a bad descriptor of our own making leads here.
                Err(error) => return crate::log::line(format_args!("epoll: {error}")),
            };
            for event in &events[..count] {
                match event.data() {
                    // Nonblocking; only the ringing matters.
                    BELL => drop(self.gate.bell.read()),
                    source => self.enqueue(source as usize),
                }
            }
            self.enqueue_due();
            if !self.gate.pass() {
                return;
            }
            for _ in 0..self.ready.len() {
                self.serve();
            }
        }
    }

    fn enqueue(&mut self, source: usize) {
        if !std::mem::replace(&mut self.queued[source], true) {
            self.ready.push_back(source);
        }
    }

    fn serve(&mut self) {
        let Some(at) = self.ready.pop_front() else { return };
        self.queued[at] = false;
        self.deadlines[at] = None;
        let source = &self.sources[at];
        match source.handler.handle(source.token) {
            Next::Wait => {}
            Next::Again => self.enqueue(at),
            Next::At(time) => self.deadlines[at] = Some(time),
        }
    }

    fn enqueue_due(&mut self) {
        if self.deadlines.iter().any(Option::is_some) {
            let now = Instant::now();
            for at in 0..self.deadlines.len() {
                if self.deadlines[at].is_some_and(|time| time <= now) {
                    self.enqueue(at);
                }
            }
        }
    }

    /// Milliseconds to wait at most, -1 for ever.
    fn timeout(&self) -> i32 {
        if !self.ready.is_empty() {
            return 0;
        }
        let Some(next) = self.deadlines.iter().flatten().min() else { return -1 };
        let left = next.saturating_duration_since(Instant::now());
        // Rounded up, so that it does not wake too early and spin.
        (left + Duration::from_micros(999)).as_millis().min(60_000) as i32
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    };

    use super::*;

    struct Counter {
        event: Arc<EventFd>,
        calls: AtomicU32,
        next: Box<dyn Fn(u32) -> Next + Send + Sync>,
        told: Mutex<mpsc::Sender<u32>>,
    }

    impl Handler for Counter {
        fn handle(&self, _: usize) -> Next {
            let _ = self.event.read();
            let calls = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
            self.told.lock().unwrap().send(calls).unwrap();
            (self.next)(calls)
        }
    }

    fn start(
        next: impl Fn(u32) -> Next + Send + Sync + 'static,
    ) -> (Worker, Arc<Counter>, mpsc::Receiver<u32>) {
        let event = Arc::new(EventFd::new(EFD_NONBLOCK).unwrap());
        let (told, heard) = mpsc::channel();
        let counter =
            Counter { event, calls: AtomicU32::new(0), next: Box::new(next), told: Mutex::new(told) };
        let counter = Arc::new(counter);
        let mut plan = Plan::new(WorkerRole::Block);
        plan.add(counter.event.clone(), Interest::Readable, counter.clone(), 0);
        (plan.start(|_| {}).unwrap(), counter, heard)
    }

    #[test]
    fn a_kick_is_served_once() {
        let (_worker, counter, heard) = start(|_| Next::Wait);
        counter.event.write(1).unwrap();
        assert_eq!(heard.recv().unwrap(), 1);
        counter.event.write(1).unwrap();
        assert_eq!(heard.recv().unwrap(), 2);
        assert!(heard.try_recv().is_err());
    }

    #[test]
    fn a_handler_goes_on_as_it_says() {
        let (_worker, counter, heard) = start(|calls| match calls {
            1 => Next::Again,
            2 => Next::At(Instant::now() + Duration::from_millis(5)),
            _ => Next::Wait,
        });
        let start = Instant::now();
        counter.event.write(1).unwrap();
        assert_eq!([heard.recv().unwrap(), heard.recv().unwrap(), heard.recv().unwrap()], [1, 2, 3]);
        assert!(start.elapsed() >= Duration::from_millis(5));
    }

    #[test]
    fn a_standing_worker_serves_nothing() {
        let (worker, counter, heard) = start(|_| Next::Wait);
        worker.stand();
        counter.event.write(1).unwrap();
        assert!(heard.recv_timeout(Duration::from_millis(20)).is_err());
        worker.go();
        assert_eq!(heard.recv().unwrap(), 1);
        worker.stand();
        worker.stand();
        drop(worker);
    }
}
