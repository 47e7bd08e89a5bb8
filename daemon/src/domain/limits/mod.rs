//! What a running guest may use of the host, made so: its control group, where its threads run and how they are
//! scheduled, where its memory comes from.
//!
//! ```text
//! DomainDef -> plan (what stands in which file) ---- what differs from before ---> control group   (groups)
//!          \-> pins, policies ------------------------------------------------> threads         (threads)
//!          \-> nodes ---------------------------------------------------------> the new process (nodes)
//! ```
//!
//! What is to be follows from the definition alone, so that a start and a change while the guest runs cannot differ,
//! and a daemon that finds the guest later knows what stands. It waits for the kernel: not for the runtime's threads.

pub mod groups;
pub mod nodes;
pub mod plan;
mod scheduler;
pub mod shown;
#[cfg(test)]
mod tests;
mod threads;

use std::collections::BTreeSet;

use uuid::Uuid;

pub use groups::{Controller, Group, Groups};
pub use plan::{Knob, Plan};
pub use threads::{Threads, cpus};

use crate::domain::def::DomainDef;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// A guest as it is held by the host.
#[derive(Debug, Clone)]
pub struct Held {
    /// The groups of this host.
    pub groups: Groups,
    /// The domain.
    pub uuid: Uuid,
    /// Its threads.
    pub threads: Threads,
}

/// Whether a definition asks for anything that its guest's process must have before it builds the guest.
pub fn limits_group(def: &DomainDef) -> bool {
    let unlimited = Plan::default();
    Plan::of(def).map_or(true, |plan| plan.changes(&unlimited).next().is_some())
}

/// Whether a definition asks for anything of its guest's threads.
pub fn limits_threads(def: &DomainDef) -> bool {
    let tune = &def.tune.cpu;
    let pinned = def.vcpus.cpuset.is_some() || tune.emulator_pin.is_some() || !tune.vcpu_pins.is_empty();
    let scheduled = tune.emulator_sched.is_some() || !tune.vcpu_scheds.is_empty();
    pinned || scheduled || !tune.vcpu.is_unset() || !tune.emulator.is_unset()
}

/// Puts a process into its guest's group, and gives the group what the definition says.
pub fn admit(groups: &Groups, def: &DomainDef, pid: u32) -> Result<()> {
    let plan = Plan::of(def)?;
    let wanted: BTreeSet<_> = plan.changes(&Plan::default()).map(|(knob, _)| knob.controller()).collect();
    let group = groups.guest(&def.uuid);
    let entered = group.as_ref().map(|group| group.enter(pid));
    let there = match (&group, entered) {
        (Some(_), Some(Ok(()))) => groups.controllers(),
        (_, error) => {
            tracing::debug!("process {pid} stays in the daemon's control group: {error:?}");
            BTreeSet::new()
        }
    };
    if let Some(missing) = wanted.difference(&there).find(|controller| controller.is_needed()) {
        return Err(not_on_this_host(*missing, def));
    }
    let Some(group) = group.filter(|_| !there.is_empty()) else { return Ok(()) };
    for (knob, value) in plan.changes(&Plan::default()).filter(|(knob, _)| knob.thread().is_none()) {
        if there.contains(&knob.controller()) {
            group.turn(knob, value)?;
        }
    }
    Ok(())
}

/// Gives the threads of a guest that has been built what the definition says.
pub fn settle(held: &Held, def: &DomainDef) -> Result<()> {
    let plan = Plan::of(def)?;
    let unlimited = Plan::default();
    let knobs: Vec<_> = plan.changes(&unlimited).filter(|(knob, _)| knob.thread().is_some()).collect();
    held.turn(&knobs)?;
    held.threads.pin(def, None)?;
    held.threads.schedule(def)
}

/// Makes a running guest's limits those of another definition.
pub fn change(held: &Held, before: &DomainDef, after: &DomainDef) -> Result<()> {
    let (old, new) = (Plan::of(before)?, Plan::of(after)?);
    held.turn(&new.changes(&old).collect::<Vec<_>>())?;
    held.threads.pin(after, Some(before))
}

impl Held {
    /// The guest's group, with its process in it.
    pub fn group(&self) -> Option<Group> {
        let group = self.groups.guest(&self.uuid)?;
        // A guest that was started without limits may not have got there.
        (group.exists() || group.enter(self.threads.pid).is_ok()).then_some(group)
    }

    fn turn(&self, knobs: &[(&Knob, &str)]) -> Result<()> {
        if knobs.is_empty() {
            return Ok(());
        }
        let there = self.groups.controllers();
        let group = self.group();
        for (knob, value) in knobs {
            let controller = knob.controller();
            let Some(group) = group.as_ref().filter(|_| there.contains(&controller)) else {
                if controller.is_needed() {
                    return Err(controller.not_mounted());
                }
                continue;
            };
            match knob.thread() {
                Some(thread) => {
                    let tids = self.threads.of(thread);
                    group.of_threads(thread, &tids)?.turn(knob, value)?;
                }
                None => group.turn(knob, value)?,
            }
        }
        Ok(())
    }
}

/// Why a guest cannot be started where a controller is missing.
fn not_on_this_host(controller: Controller, def: &DomainDef) -> Error {
    let (domain, info) = match controller {
        Controller::Io => (ErrorDomain::Domain, "Block I/O tuning is not available on this host"),
        Controller::Memory => (ErrorDomain::Domain, "Memory cgroup is not available on this host"),
        Controller::Cpu if def.tune.cpu.shares.is_some() => {
            (ErrorDomain::Domain, "CPU tuning is not available on this host")
        }
        Controller::Cpu | Controller::Cpuset => {
            (ErrorDomain::Qemu, "cgroup cpu is required for scheduler tuning")
        }
    };
    Error::new(ErrorCode::ConfigUnsupported, domain, info)
}
