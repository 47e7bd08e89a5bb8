//! What the process gives up before the guest runs, so that a guest that takes it over has taken over nothing.
//!
//! ```text
//! launch received -> enter(): namespaces, empty root, user, no new privileges, landlock -> machine is built
//!                                                                                              |
//!                guest runs <- each thread: Filters::apply(its role), as its last preparation <+
//! ```
//!
//! From [`enter`] on the process opens nothing: all it needs came as descriptors. It must be entered before the first
//! thread starts: user, namespaces and landlock belong to threads.

mod calls;
mod root;
mod trap;

use std::{io, sync::Arc};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetError,
    RulesetStatus, Scope,
};
use nix::{
    errno::Errno,
    sys::{
        prctl,
        resource::{RLIM_INFINITY, Resource, setrlimit},
    },
    unistd::{Gid, Uid, setgroups, setresgid, setresuid},
};
use seccompiler::BpfProgram;
use vireo_control::{SandboxSpec, VmSpec};

use crate::{platform::rtc, virtio::WorkerRole};
use calls::ROLES;

/// The newest landlock whose rules are known here; an older kernel is held to what it knows.
const LANDLOCK: ABI = ABI::V6;

/// Why the process cannot be fenced in.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing}: {source}")]
pub struct SandboxError {
    doing: &'static str,
    source: io::Error,
}

fn failed<E: Into<io::Error>>(doing: &'static str) -> impl FnOnce(E) -> SandboxError {
    move |source| SandboxError { doing, source: source.into() }
}

/// What a thread does, and so which system calls it may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Control socket, consoles, clock, resets.
    Main,
    /// Runs a vCPU.
    Vcpu,
    /// Serves the disks.
    Block,
    /// Serves networks, entropy, balloon and consoles.
    Net,
}

impl From<WorkerRole> for Role {
    fn from(role: WorkerRole) -> Self {
        match role {
            WorkerRole::Block => Self::Block,
            WorkerRole::Net => Self::Net,
        }
    }
}

/// Gives up everything but system calls. Returns what the kernel could not do, which is for the log and the daemon.
///
/// Namespaces need a privilege that a daemon in a container may lack, and landlock a kernel that has it: both are best
/// effort. A user that was asked for is not.
pub fn enter(spec: &VmSpec) -> Result<Vec<String>, SandboxError> {
    let SandboxSpec { uid_gid, namespaces, landlock, seccomp } = spec.sandbox;
    let mut notes = Vec::new();
    if spec.clock.localtime {
        rtc::load_time_zone();
    }
    if namespaces && let Err(error) = root::leave() {
        notes.push(format!("the guest's process stays in the host's namespaces: {error}"));
    }
    if let Some((uid, gid)) = uid_gid {
        if spec.memory.locked {
            // Root may lock any amount, the user to come may not. Fails only where locking will fail, and be told.
            let _ = setrlimit(Resource::RLIMIT_MEMLOCK, RLIM_INFINITY, RLIM_INFINITY);
        }
        become_user(Uid::from_raw(uid), Gid::from_raw(gid)).map_err(failed("become the guests' user"))?;
    }
    if uid_gid.is_some() || landlock || seccomp {
        prctl::set_no_new_privs().map_err(failed("give up new privileges"))?;
    }
    if landlock {
        match without_paths() {
            Ok(RulesetStatus::NotEnforced) => notes.push("this kernel has no landlock".to_owned()),
            Ok(_) => {}
            Err(error) => notes.push(format!("landlock does not hold the guest's process: {error}")),
        }
    }
    Ok(notes)
}

/// Supplementary groups first: afterwards it is not allowed any more.
fn become_user(uid: Uid, gid: Gid) -> Result<(), Errno> {
    setgroups(&[])?;
    setresgid(gid, gid, gid)?;
    setresuid(uid, uid, uid)
}

/// No path, no TCP port, no signal and no abstract socket outside of this process.
fn without_paths() -> Result<RulesetStatus, RulesetError> {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LANDLOCK))?
        .handle_access(AccessNet::from_all(LANDLOCK))?
        .scope(Scope::from_all(LANDLOCK))?
        .create()?;
    Ok(ruleset.restrict_self()?.ruleset)
}

/// The filters of all roles, made before there are threads. None where the specification asks for none.
#[derive(Clone, Default)]
pub struct Filters(Option<Arc<[BpfProgram; ROLES.len()]>>);

impl Filters {
    /// Compiles the lists. A call that is on none of them ends the process, with a record that names it.
    pub fn new(spec: &SandboxSpec) -> Result<Self, SandboxError> {
        if !spec.seccomp {
            return Ok(Self(None));
        }
        trap::prepare().map_err(failed("watch for forbidden system calls"))?;
        let programs = ROLES.map(calls::program);
        Ok(Self(Some(Arc::new(programs))))
    }

    /// Holds the calling thread to its role, for ever.
    pub fn apply(&self, role: Role) -> Result<(), SandboxError> {
        let Some(programs) = &self.0 else { return Ok(()) };
        seccompiler::apply_filter(&programs[role as usize]).map_err(|error| SandboxError {
            doing: "filter system calls",
            source: match error {
                seccompiler::Error::Prctl(source) | seccompiler::Error::Seccomp(source) => source,
                other => io::Error::other(other),
            },
        })
    }
}

#[cfg(test)]
mod tests;
