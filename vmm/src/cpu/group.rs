//! All vCPUs of a machine, as the main thread commands them.
//!
//! ```text
//!            start                run                    exit that ends the guest's turn,
//! (no thread) ----> Standing -----------------> Running  stop() or Mailbox::post
//!                   ^  |  ^ reset: registers      |  |
//!                   |  +--+ back to the start     |  |
//!                   +-----------------------------+  |
//!            start                plug               | withdraw(): registers back to the start
//! (no thread) ----> Absent ---> (vCPU is made once) -+-> Absent
//! ```
//!
//! A vCPU that is absent never enters the guest; its thread waits. Threads are all there from the start, because later
//! none may be made; the vCPU of one that was never plugged is not.
//!
//! Each vCPU is made, changed and run by its own thread; the main thread only says what it wants and waits until all
//! have done it. A vCPU that stands has no exit half done: KVM finishes the last one before it returns.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use kvm_ioctls::{VcpuFd, VmFd};

use super::{
    CpuError,
    boot_state::{BootState, ResetState, accepts_nmi, wire_lapic},
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
    /// vCPUs that are to leave the machine. Looked at when they are kicked.
    withdrawn: Box<[AtomicBool]>,
    /// Counts NMIs; a vCPU that is behind has one to take. Looked at when they are kicked.
    nmis: AtomicU32,
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
    /// Each of them.
    vcpus: Vec<Member>,
    /// Registers that KVM did not take.
    refused: Vec<u32>,
    /// What went wrong first.
    error: Option<CpuError>,
}

/// One vCPU.
#[derive(Clone, Default)]
struct Member {
    /// It belongs to the machine.
    present: bool,
    /// Its thread's id, once that is there.
    tid: Option<i32>,
    /// How to get it out of the guest, once it is made.
    kick: Option<ImmediateExit>,
    /// It has not come back since it was last let run.
    running: bool,
    /// It is to be as it was made: it left the machine.
    leaving: bool,
    /// The last reset it has done.
    generation: u32,
}

impl Member {
    /// It is made, or not to be made.
    fn is_settled(&self) -> bool {
        self.tid.is_some() && (self.kick.is_some() || !self.present)
    }
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
}

impl VcpuGroup {
    /// Starts a thread for each, which make those vCPUs that are `present` and stand. `run` is the flag that [`Mailbox`]
    /// clears.
    ///
    /// [`Mailbox`]: crate::mailbox::Mailbox
    pub fn start(present: &[bool], blueprint: Blueprint, run: Arc<AtomicBool>) -> Result<Self, CpuError> {
        kick::prepare().map_err(|source| CpuError::Thread { index: 0, source })?;
        let member = |present: &bool| Member { present: *present, ..Member::default() };
        let state = State { vcpus: present.iter().map(member).collect(), ..State::default() };
        let count = present.len();
        let shared = Arc::new(Shared {
            run,
            withdrawn: present.iter().map(|_| AtomicBool::new(false)).collect(),
            nmis: AtomicU32::new(0),
            state: Mutex::new(state),
            orders: Condvar::new(),
            reports: Condvar::new(),
        });
        let blueprint = Arc::new(blueprint);
        let mut threads = Vec::with_capacity(count);
        for index in 0..count as u16 {
            let (shared, blueprint) = (shared.clone(), blueprint.clone());
            let thread = thread::Builder::new()
                .name(format!("CPU {index}/KVM"))
                .stack_size(STACK)
                .spawn(move || work(index, &shared, blueprint))
                .map_err(|source| CpuError::Thread { index, source })?;
            threads.push(thread);
        }
        Ok(Self { shared, threads, tids: Vec::new() })
    }

    /// Waits until every vCPU of [`VcpuGroup::start`] stands. Returns the MSRs that KVM refused.
    pub fn wait_started(&mut self) -> Result<Vec<u32>, CpuError> {
        let state = self.wait(|state| state.vcpus.iter().position(|vcpu| !vcpu.is_settled()))?;
        let tids = state.vcpus.iter().filter_map(|vcpu| vcpu.tid).collect();
        let mut refused = state.refused.clone();
        drop(state);
        self.tids = tids;
        refused.sort_unstable();
        refused.dedup();
        Ok(refused)
    }

    /// Thread ids, in the order of the vCPUs, of absent ones too.
    pub fn tids(&self) -> &[i32] {
        &self.tids
    }

    /// Which vCPUs belong to the machine.
    pub fn present(&self) -> Vec<bool> {
        self.shared.state().vcpus.iter().map(|vcpu| vcpu.present).collect()
    }

    /// Adds a vCPU that is absent; it waits for the guest to start it. What cannot be made stays absent.
    pub fn plug(&self, index: u16) -> Result<(), CpuError> {
        let at = usize::from(index);
        let mut state = self.shared.state();
        self.shared.withdrawn[at].store(false, Ordering::SeqCst);
        state.vcpus[at].present = true;
        drop(state);
        self.shared.orders.notify_all();
        let made = self.wait(|state| (!state.vcpus[at].is_settled()).then_some(at)).map(drop);
        if made.is_err() {
            self.shared.state().vcpus[at].present = false;
        }
        made
    }

    /// Takes a vCPU out of the machine, and waits until it has left the guest.
    pub fn withdraw(&self, index: u16) -> Result<(), CpuError> {
        let at = usize::from(index);
        let mut state = self.shared.state();
        self.shared.withdrawn[at].store(true, Ordering::SeqCst);
        (state.vcpus[at].present, state.vcpus[at].leaving) = (false, true);
        drop(state);
        self.shared.orders.notify_all();
        self.kick();
        self.wait(|state| state.vcpus[at].leaving.then_some(at)).map(drop)
    }

    /// Gives every vCPU an NMI, where its local APIC lets one through: now, or when it runs again.
    pub fn inject_nmi(&self) {
        self.shared.nmis.fetch_add(1, Ordering::SeqCst);
        self.kick();
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
        self.wait(|state| state.vcpus.iter().position(|vcpu| vcpu.running)).map(drop)
    }

    /// Resets the vCPUs, which must stand; the boot CPU then is at `boot`.
    pub fn reset(&self, boot: BootState) -> Result<(), CpuError> {
        let mut state = self.shared.state();
        state.generation = state.generation.wrapping_add(1);
        state.boot = Some(boot);
        drop(state);
        self.shared.orders.notify_all();
        let behind = |state: &State, vcpu: &Member| vcpu.present && vcpu.generation != state.generation;
        self.wait(|state| state.vcpus.iter().position(|vcpu| behind(state, vcpu))).map(drop)
    }

    fn kick(&self) {
        let state = self.shared.state();
        for (vcpu, thread) in state.vcpus.iter().zip(&self.threads) {
            if let Some(kick) = vcpu.kick {
                kick.set(true);
                kick::send(thread);
            }
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
    let at = usize::from(index);
    let held = || blueprint.filters.apply(Role::Vcpu);
    let exits = blueprint.exits.clone();
    let mut state = shared.state();
    let early = state.vcpus[at].present;
    if !early {
        drop(state);
        if let Err(error) = held() {
            return report(shared, error.into());
        }
        state = shared.state();
        state.vcpus[at].tid = Some(nix::unistd::gettid().as_raw());
        shared.reports.notify_all();
    }
    let (vcpu, kick, reset, refused) = loop {
        while !state.vcpus[at].present {
            state = shared.orders.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        let made = make(index, &blueprint)
            .and_then(|made| if early { Ok(held().map(|()| made)?) } else { Ok(made) });
        match made {
            Ok(made) => break made,
            Err(error) if early => return report(shared, error),
            Err(error) => {
                report(shared, error);
                state = shared.state();
                state.vcpus[at].present = false;
            }
        }
    };
    drop(blueprint);
    state = shared.state();
    state.vcpus[at].tid = Some(nix::unistd::gettid().as_raw());
    state.vcpus[at].kick = Some(kick);
    state.refused.extend(refused);
    let mut nmis = shared.nmis.load(Ordering::SeqCst);
    // One that comes later has no reset behind it to do: it is as after one.
    let mut generation = if early { 0 } else { state.generation };
    state.vcpus[at].generation = generation;
    shared.reports.notify_all();
    let mut fresh = true;
    loop {
        if state.vcpus[at].leaving {
            drop(state);
            let done = put_at_start(index, vcpu, &reset, None, false);
            state = shared.state();
            match done {
                Ok(()) => state.vcpus[at].leaving = false,
                Err(error) => state.error = Some(error.into()),
            }
            shared.reports.notify_all();
        } else if state.generation != generation && state.vcpus[at].present {
            generation = state.generation;
            let boot = state.boot;
            drop(state);
            let done = put_at_start(index, vcpu, &reset, boot, fresh);
            nmis = shared.nmis.load(Ordering::SeqCst);
            state = shared.state();
            match done {
                Ok(()) => state.vcpus[at].generation = generation,
                Err(error) => state.error = Some(error.into()),
            }
            shared.reports.notify_all();
        } else if state.go && state.vcpus[at].present {
            state.vcpus[at].running = true;
            drop(state);
            fresh = false;
            run(index, vcpu, kick, shared, &exits, &mut nmis);
            state = shared.state();
            state.vcpus[at].running = false;
            // Stand until the main thread has seen why, even if it has not said stop.
            shared.reports.notify_all();
            while state.go && !shared.run.load(Ordering::SeqCst) && !state.vcpus[at].leaving {
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
fn run(index: u16, vcpu: &mut VcpuFd, kick: ImmediateExit, shared: &Shared, exits: &Exits, nmis: &mut u32) {
    // A guest that knows kvmclock is told that time passed without it.
    let _ = vcpu.kvmclock_ctrl();
    let mut kicked = true;
    while shared.run.load(Ordering::SeqCst) {
        if std::mem::take(&mut kicked) {
            // First the flag, then the questions: a kick that comes in between is seen in one of the two.
            kick.set(false);
            if shared.withdrawn[usize::from(index)].load(Ordering::SeqCst) {
                return;
            }
            let wanted = shared.nmis.load(Ordering::SeqCst);
            if std::mem::replace(nmis, wanted) != wanted {
                nmi(vcpu);
            }
            if !shared.run.load(Ordering::SeqCst) {
                return;
            }
        }
        match exits.run(index, vcpu) {
            Next::Again => {}
            Next::Kicked => kicked = true,
            Next::Stand => return,
        }
    }
}

/// Pulls the NMI pin of a local APIC, which lets it through or not. Refused by KVM, it is lost, as by a CPU in shutdown.
fn nmi(vcpu: &VcpuFd) {
    if accepts_nmi(vcpu) {
        let _ = vcpu.nmi();
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
