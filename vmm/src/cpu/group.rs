//! All vCPUs of a machine, as the main thread commands them.
//!
//! ```text
//!            start                run                    exit that ends the guest's turn,
//! (no thread) ----> Standing -----------------> Running  stop() or Mailbox::post
//!                   ^  |  ^ reset: registers      |
//!                   |  +--+ back to the start     |
//!                   +-----------------------------+
//! ```
//!
//! Each vCPU is made, changed and run by its own thread; the main thread only says what it wants and waits until all
//! have done it. A vCPU that stands has no exit half done: KVM finishes the last one before it returns.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use kvm_ioctls::{VcpuFd, VmFd};

use super::{
    CpuError,
    boot_state::{BootState, ResetState, wire_lapic},
    cpuid::CpuModel,
    kick::{self, ImmediateExit},
    msr::MsrPlan,
    vcpu::{Exits, Next},
};
use crate::{
    kvm::{KvmError, failed},
    sandbox::{Filters, Role},
};

/// Stack of a vCPU thread: bus, device and queue handling need a tenth. Pages that are not touched cost nothing.
const STACK: usize = 256 << 10;
/// Longest wait for a vCPU: it comes out of the guest within microseconds, and out of a device within a write to a
/// file. Beyond this the host is in trouble.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a vCPU that does not come is kicked again.
const KICK_AGAIN: Duration = Duration::from_millis(20);

/// What the threads share.
struct Shared {
    /// vCPUs may enter the guest. Checked before each entry.
    run: Arc<AtomicBool>,
    state: Mutex<State>,
    /// For the vCPUs: the state changed.
    orders: Condvar,
    /// For the main thread: a vCPU stands, or has failed.
    reports: Condvar,
}

#[derive(Default)]
struct State {
    /// vCPUs shall leave their stand and run.
    go: bool,
    /// Counts resets; a vCPU that is behind has one to do.
    generation: u32,
    /// Where the boot CPU starts after the last reset.
    boot: Option<BootState>,
    /// vCPUs that stand.
    standing: u16,
    /// vCPUs that have done the last reset.
    reset: u16,
    /// vCPUs whose thread has an id and a kick.
    started: Vec<Option<(i32, ImmediateExit)>>,
    /// Registers that KVM did not take.
    refused: Vec<u32>,
    /// What went wrong first.
    error: Option<CpuError>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A thread that panicked with the lock has changed whole fields only.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How vCPUs are made.
pub struct Blueprint {
    /// The machine.
    pub vm: Arc<VmFd>,
    /// CPUID.
    pub model: CpuModel,
    /// MSRs.
    pub msrs: MsrPlan,
    /// Where exits go.
    pub exits: Exits,
    /// What the threads are held to.
    pub filters: Filters,
}

/// The vCPUs.
pub struct VcpuGroup {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    tids: Vec<i32>,
    kicks: Vec<ImmediateExit>,
}

impl VcpuGroup {
    /// Starts `count` threads, which make their vCPUs and stand. `run` is the flag that [`Mailbox`] clears.
    ///
    /// [`Mailbox`]: crate::mailbox::Mailbox
    pub fn start(count: u16, blueprint: Blueprint, run: Arc<AtomicBool>) -> Result<Self, CpuError> {
        kick::prepare().map_err(|source| CpuError::Thread { index: 0, source })?;
        let state = State { started: vec![None; usize::from(count)], ..State::default() };
        let shared = Arc::new(Shared {
            run,
            state: Mutex::new(state),
            orders: Condvar::new(),
            reports: Condvar::new(),
        });
        let blueprint = Arc::new(blueprint);
        let mut threads = Vec::with_capacity(usize::from(count));
        for index in 0..count {
            let (shared, blueprint) = (shared.clone(), blueprint.clone());
            let thread = thread::Builder::new()
                .name(format!("CPU {index}/KVM"))
                .stack_size(STACK)
                .spawn(move || work(index, &shared, blueprint))
                .map_err(|source| CpuError::Thread { index, source })?;
            threads.push(thread);
        }
        Ok(Self { shared, threads, tids: Vec::new(), kicks: Vec::new() })
    }

    /// Waits until every vCPU of [`VcpuGroup::start`] stands. Returns the MSRs that KVM refused.
    pub fn wait_started(&mut self) -> Result<Vec<u32>, CpuError> {
        let state = self.wait(|state| state.started.iter().position(Option::is_none))?;
        let started: Vec<_> = state.started.iter().copied().flatten().collect();
        let mut refused = state.refused.clone();
        drop(state);
        (self.tids, self.kicks) = started.into_iter().unzip();
        refused.sort_unstable();
        refused.dedup();
        Ok(refused)
    }

    /// Thread ids, in the order of the vCPUs.
    pub fn tids(&self) -> &[i32] {
        &self.tids
    }

    /// Lets the vCPUs run.
    pub fn run(&self) {
        let mut state = self.shared.state();
        state.go = true;
        self.shared.run.store(true, Ordering::SeqCst);
        drop(state);
        self.shared.orders.notify_all();
    }

    /// Stops the vCPUs and waits until all stand.
    pub fn stop(&self) -> Result<(), CpuError> {
        let mut state = self.shared.state();
        state.go = false;
        self.shared.run.store(false, Ordering::SeqCst);
        drop(state);
        self.kick();
        let count = self.threads.len() as u16;
        self.wait(|state| (state.standing < count).then_some(usize::from(state.standing))).map(drop)
    }

    /// Resets the vCPUs, which must stand; the boot CPU then is at `boot`.
    pub fn reset(&self, boot: BootState) -> Result<(), CpuError> {
        let mut state = self.shared.state();
        state.generation = state.generation.wrapping_add(1);
        state.boot = Some(boot);
        state.reset = 0;
        drop(state);
        self.shared.orders.notify_all();
        let count = self.threads.len() as u16;
        self.wait(|state| (state.reset < count).then_some(usize::from(state.reset))).map(drop)
    }

    fn kick(&self) {
        for (kick, thread) in self.kicks.iter().zip(&self.threads) {
            kick.set(true);
            kick::send(thread);
        }
    }

    /// Waits until `missing` names no vCPU any more.
    fn wait(&self, missing: impl Fn(&State) -> Option<usize>) -> Result<MutexGuard<'_, State>, CpuError> {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.shared.state();
        loop {
            if let Some(error) = state.error.take() {
                return Err(error);
            }
            let Some(index) = missing(&state) else { return Ok(state) };
            if Instant::now() >= deadline {
                return Err(CpuError::Stuck(index as u16));
            }
            let (again, timeout) =
                self.shared.reports.wait_timeout(state, KICK_AGAIN).unwrap_or_else(PoisonError::into_inner);
            state = again;
            if timeout.timed_out() && !state.go {
                drop(state);
                self.kick();
                state = self.shared.state();
            }
        }
    }
}

/// A vCPU's thread. It never returns while the process lives, unless its vCPU cannot be made.
fn work(index: u16, shared: &Shared, blueprint: Arc<Blueprint>) {
    let made =
        make(index, &blueprint).and_then(|made| Ok(blueprint.filters.apply(Role::Vcpu).map(|()| made)?));
    let exits = blueprint.exits.clone();
    drop(blueprint);
    let (vcpu, kick, reset, refused) = match made {
        Ok(made) => made,
        Err(error) => return report(shared, error),
    };
    let mut state = shared.state();
    state.started[usize::from(index)] = Some((nix::unistd::gettid().as_raw(), kick));
    state.refused.extend(refused);
    state.standing += 1;
    shared.reports.notify_all();
    let mut generation = 0;
    let mut fresh = true;
    loop {
        if state.generation != generation {
            generation = state.generation;
            let boot = state.boot;
            drop(state);
            let done = put_at_start(index, vcpu, &reset, boot, fresh);
            state = shared.state();
            match done {
                Ok(()) if generation == state.generation => state.reset += 1,
                Ok(()) => {}
                Err(error) => state.error = Some(error.into()),
            }
            shared.reports.notify_all();
        } else if state.go {
            state.standing -= 1;
            drop(state);
            fresh = false;
            run(index, vcpu, kick, shared, &exits);
            state = shared.state();
            state.standing += 1;
            // Stand until the main thread has seen why, even if it has not said stop.
            shared.reports.notify_all();
            while state.go && !shared.run.load(Ordering::SeqCst) {
                state = shared.orders.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        } else {
            state = shared.orders.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn report(shared: &Shared, error: CpuError) {
    shared.state().error.get_or_insert(error);
    shared.reports.notify_all();
}

/// Runs the guest until somebody wants it to stop.
fn run(index: u16, vcpu: &mut VcpuFd, kick: ImmediateExit, shared: &Shared, exits: &Exits) {
    // A guest that knows kvmclock is told that time passed without it.
    let _ = vcpu.kvmclock_ctrl();
    kick.set(false);
    while shared.run.load(Ordering::SeqCst) {
        match exits.run(index, vcpu) {
            Next::Again => {}
            // First the flag, then the question: a kick that comes in between is seen in one of the two.
            Next::Kicked => kick.set(false),
            Next::Stand => return,
        }
    }
}

type Made = (&'static mut VcpuFd, ImmediateExit, ResetState, Vec<u32>);

fn make(index: u16, blueprint: &Blueprint) -> Result<Made, CpuError> {
    let id = blueprint.model.topology().apic_id(index);
    let vcpu = blueprint.vm.create_vcpu(u64::from(id)).map_err(failed("create a vCPU"))?;
    // Never dropped: the main thread keeps a pointer into the run page, and the process ends before the vCPU does.
    let (kick, vcpu) = ImmediateExit::of(Box::leak(Box::new(vcpu)));
    vcpu.set_cpuid2(&blueprint.model.for_vcpu(index)?).map_err(failed("set the CPUID leaves"))?;
    let refused = blueprint.msrs.set_initial(vcpu);
    wire_lapic(vcpu)?;
    let reset = ResetState::save(vcpu, &blueprint.msrs, index == 0)?;
    Ok((vcpu, kick, reset, refused))
}

fn put_at_start(
    index: u16,
    vcpu: &VcpuFd,
    reset: &ResetState,
    boot: Option<BootState>,
    fresh: bool,
) -> Result<(), KvmError> {
    if !fresh {
        reset.apply(vcpu)?;
    }
    match boot {
        Some(boot) if index == 0 => boot.apply(vcpu, reset.sregs()),
        _ => Ok(()),
    }
}
