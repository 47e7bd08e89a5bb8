//! The first frame: the specification, its descriptors, and the machine made of them.

use std::{
    os::{
        fd::{FromRawFd, OwnedFd, RawFd},
        unix::net::{UnixListener, UnixStream},
    },
    process,
};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use vireo_control::{
    ExitReason, FromVmm, Hello, PROTOCOL, ProtocolRange, Request, RunState, ToVmm, VmSpec, VmmError,
    VmmErrorKind,
};

use super::exit;
use crate::{
    control::connection::{Connection, ConnectionError, Frame, message},
    fds::{Descriptors, FdError},
    log,
    machine::{self, Machine},
    sandbox::{self, Filters, SandboxError},
    stats::Stats,
};

/// The descriptor that the daemon leaves open for us.
pub const INHERITED: RawFd = 3;

/// Longest domain name, as the specification says.
const MAX_NAME: usize = 255;

/// A guest that stands ready, and who asked for it.
pub struct Launched {
    /// The guest.
    pub guest: Guest,
    /// The socket for later daemons.
    pub listener: UnixListener,
    /// What the main thread will be held to.
    pub filters: Filters,
    /// The daemon that launched it, not answered yet, the id of its request and what it speaks.
    pub daemon: (Connection, u64, ProtocolRange),
}

/// A guest.
pub struct Guest {
    /// Its machine.
    pub machine: Machine,
    /// Its specification.
    pub spec: VmSpec,
    /// The statistics, and the file behind them.
    pub stats: (Stats, OwnedFd),
}

impl Guest {
    /// What a daemon is told of it.
    pub fn hello(&self, state: RunState) -> Hello {
        let vcpus = self.machine.vcpus();
        Hello {
            uuid: self.spec.uuid,
            protocol: PROTOCOL,
            build: format!("vireo-vmm {}", env!("CARGO_PKG_VERSION")),
            spec_hash: self.spec.fingerprint(),
            state,
            stats: self.stats.0.names(),
            vcpu_tids: vcpus.iter().filter(|vcpu| vcpu.online).map(|vcpu| vcpu.tid).collect(),
            vcpus,
            open_ports: self.machine.open_ports(),
            notes: self.machine.notes().to_vec(),
        }
    }
}

/// Takes the inherited socket, waits for the launch and obeys it. Does not return where it cannot be obeyed: the
/// daemon has been told why, and so has the exit record.
pub fn launch() -> Launched {
    // SAFETY: the daemon's contract; nothing in this process has opened or taken a descriptor before. What is not a
    // socket fails at its first use.
    let socket = unsafe { UnixStream::from_raw_fd(INHERITED) };
    let mut connection = Connection::new(socket).unwrap_or_else(|error| {
        log::line(format_args!("there is no socket at descriptor {INHERITED}: {error}"));
        process::exit(2)
    });
    let (body, fds) = wait(&mut connection).unwrap_or_else(|error| {
        log::line(format_args!("no launch: {error}"));
        process::exit(2)
    });
    let ToVmm { id, request } = message(&body).unwrap_or_else(|error| {
        log::line(format_args!("no launch: {error}"));
        process::exit(2)
    });
    drop(body);
    match obey(request, fds) {
        Ok(Obeyed { guest, listener, filters, protocol }) => {
            Launched { guest, listener, filters, daemon: (connection, id, protocol) }
        }
        Err(error) => {
            exit::record(ExitReason::Failed, &error.message);
            let answer = FromVmm::Reply { id, result: Err(error) };
            if let Err(error) = connection.send(&answer, Vec::new()) {
                log::line(format_args!("cannot tell the daemon: {error}"));
            }
            process::exit(1)
        }
    }
}

fn wait(connection: &mut Connection) -> Result<Frame, ConnectionError> {
    loop {
        if let Some(frame) = connection.receive()? {
            return Ok(frame);
        }
        let mut fds = [PollFd::new(connection.as_fd(), PollFlags::POLLIN)];
        poll(&mut fds, PollTimeout::NONE)?;
    }
}

/// What came of the launch.
struct Obeyed {
    guest: Guest,
    listener: UnixListener,
    filters: Filters,
    protocol: ProtocolRange,
}

fn obey(request: Request, fds: Vec<OwnedFd>) -> Result<Obeyed, VmmError> {
    let Request::Launch { spec, protocol } = request else {
        return Err(error(VmmErrorKind::State, "the first request must be a launch"));
    };
    check_protocol(protocol)?;
    let spec = *spec;
    if spec.name.len() > MAX_NAME {
        return Err(error(
            VmmErrorKind::Invalid,
            format!("the domain's name is longer than {MAX_NAME} bytes"),
        ));
    }
    let mut fds = Descriptors::from(fds);
    let missing = |missing: FdError| error(VmmErrorKind::Invalid, missing.to_string());
    if let Some(index) = spec.log {
        log::open(fds.take_file(index, "the log").map_err(missing)?);
    }
    exit::open(fds.take_file(spec.exit_file, "the exit file").map_err(missing)?);
    log::line(format_args!("vireo-vmm {}: {} {}", env!("CARGO_PKG_VERSION"), spec.name, spec.uuid));
    name_thread(&spec.name);
    let listener = UnixListener::from(fds.take(spec.control, "the control socket").map_err(missing)?);
    let file = fds.take_file(spec.stats, "the statistics").map_err(missing)?;
    let stats = Stats::map(&file)
        .map_err(|why| error(VmmErrorKind::System, format!("cannot map the statistics: {why}")))?;
    let fenced = |why: SandboxError| error(VmmErrorKind::System, why.to_string());
    let notes = sandbox::enter(&spec).map_err(fenced)?;
    let filters = Filters::new(&spec.sandbox).map_err(fenced)?;
    let machine = machine::build(&spec, &mut fds, &stats, &filters, notes)
        .map_err(|why| error(why.kind(), why.to_string()))?;
    let guest = Guest { machine, spec, stats: (stats, file.into()) };
    Ok(Obeyed { guest, listener, filters, protocol })
}

/// Both sides must have a version in common.
pub fn check_protocol(theirs: ProtocolRange) -> Result<(), VmmError> {
    match PROTOCOL.common(theirs) {
        Some(_) => Ok(()),
        None => {
            let message = format!(
                "no protocol version in common: here {} to {}, there {} to {}",
                PROTOCOL.oldest, PROTOCOL.newest, theirs.oldest, theirs.newest
            );
            Err(error(VmmErrorKind::Unsupported, message))
        }
    }
}

fn error(kind: VmmErrorKind, message: impl Into<String>) -> VmmError {
    VmmError { kind, message: message.into() }
}

/// Shows the domain's name in process lists.
fn name_thread(name: &str) {
    let title = std::ffi::CString::new(format!("vmm:{name}"));
    if let Ok(title) = title {
        // Cut to 15 bytes by the kernel. Without it the name is the program's.
        let _ = nix::sys::prctl::set_name(&title);
    }
}
