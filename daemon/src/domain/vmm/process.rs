//! A vmm's process: known by a descriptor, so that its number is never mistaken for another's.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, OnceLock};

use nix::unistd::{SysconfVar, sysconf};
use rustix::process::{Pid, PidfdFlags, Signal, WaitIdOptions, pidfd_open, pidfd_send_signal};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// `/proc/PID/stat` is at most a dozen times twenty digits and a name of 16 bytes.
const STAT_BYTES: usize = 1024;

/// A process that was spawned or found.
pub struct Process {
    pid: u32,
    start_time: u64,
    handle: AsyncFd<OwnedFd>,
    times: Arc<ProcessTimes>,
}

/// What `/proc/PID/stat` tells of a process, read through a descriptor that never comes to mean another one.
#[derive(Debug)]
pub struct ProcessTimes {
    stat: File,
}

/// Counters of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// Nanoseconds in user mode (guest time is part of it).
    pub user: u64,
    /// Nanoseconds in kernel mode.
    pub system: u64,
    /// Resident set, KiB.
    pub rss_kib: u64,
    /// Clock ticks from the host's boot to its start.
    pub start_time: u64,
}

impl Process {
    /// The process of this number, which must be alive.
    pub fn open(pid: u32) -> io::Result<Self> {
        let raw = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
        let handle = pidfd_open(raw, PidfdFlags::NONBLOCK)?;
        // Opened after the descriptor above: it is the same process, or reading it fails.
        let times = ProcessTimes { stat: File::open(format!("/proc/{pid}/stat"))? };
        let start_time = times.read()?.start_time;
        // SAFETY: the `AsyncFd` owns the descriptor, which names the same process until it is closed with it.
        let handle = unsafe { AsyncFd::register_with_interest(handle, Interest::READABLE) }?;
        Ok(Self { pid, start_time, handle, times: Arc::new(times) })
    }

    /// The process an earlier daemon started, if it is still that one.
    pub fn find(pid: u32, start_time: u64) -> Option<Self> {
        Self::open(pid).ok().filter(|process| process.start_time == start_time)
    }

    /// Whether a process of this number, started then, is alive; without opening anything for longer.
    pub fn is_alive(pid: u32, start_time: u64) -> bool {
        let Ok(stat) = File::open(format!("/proc/{pid}/stat")) else { return false };
        ProcessTimes { stat }.read().is_ok_and(|times| times.start_time == start_time)
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// With its number, what tells it from every other process of this boot.
    pub fn start_time(&self) -> u64 {
        self.start_time
    }

    /// The descriptor it is known by.
    pub(super) fn handle(&self) -> BorrowedFd<'_> {
        self.handle.get_ref().as_fd()
    }

    /// Its counters, for readers that outlive the process.
    pub fn times(&self) -> Arc<ProcessTimes> {
        self.times.clone()
    }

    /// Waits until it has ended. A child is reaped then. Cancelling it loses nothing.
    pub async fn ended(&self) {
        // An error can only mean that the runtime is going down, and the guest is not the runtime's.
        if self.handle.readable().await.is_err() {
            std::future::pending::<()>().await;
        }
        // Not a child of this daemon: somebody else reaps it.
        let _ = rustix::process::waitid(
            rustix::process::WaitId::PidFd(self.handle()),
            WaitIdOptions::EXITED | WaitIdOptions::NOHANG,
        );
    }

    /// Ends it, whatever it does.
    pub fn kill(&self) {
        // It has ended by itself where this fails.
        let _ = pidfd_send_signal(self.handle.get_ref(), Signal::KILL);
    }
}

impl ProcessTimes {
    /// The counters now. An error means that the process is gone.
    pub fn read(&self) -> io::Result<Times> {
        let mut buffer = [0; STAT_BYTES];
        let count = self.stat.read_at(&mut buffer, 0)?;
        parse_stat(&buffer[..count]).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

/// Fields of `/proc/PID/stat`: behind the name, which is in parentheses and may hold anything.
pub fn parse_stat(line: &[u8]) -> Option<Times> {
    let line = std::str::from_utf8(line.get(line.iter().rposition(|byte| *byte == b')')? + 1..)?).ok()?;
    let mut fields = line.split_ascii_whitespace();
    // Field 3 is the state: a process that has ended and is not yet reaped tells nothing more.
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    let mut fields = fields.skip(10).map(str::parse::<u64>);
    let mut next = || fields.next()?.ok();
    let (user, system) = (next()?, next()?);
    // cutime to itrealvalue; some are negative.
    for _ in 0..6 {
        next();
    }
    let start_time = next()?;
    let _vsize = next()?;
    let rss_pages = next()?;
    let Units { tick, page_kib } = units();
    Some(Times { user: user * tick, system: system * tick, rss_kib: rss_pages * page_kib, start_time })
}

/// Field 39 of the same: the CPU it ran on last.
pub fn parse_stat_cpu(line: &[u8]) -> Option<i32> {
    let line = std::str::from_utf8(line.get(line.iter().rposition(|byte| *byte == b')')? + 1..)?).ok()?;
    line.split_ascii_whitespace().nth(36)?.parse().ok()
}

/// What the kernel counts in.
#[derive(Clone, Copy)]
struct Units {
    /// Nanoseconds of a clock tick.
    tick: u64,
    /// KiB of a page.
    page_kib: u64,
}

fn units() -> Units {
    static UNITS: OnceLock<Units> = OnceLock::new();
    *UNITS.get_or_init(|| {
        let ask = |variable, otherwise| match sysconf(variable) {
            Ok(Some(value)) if value > 0 => value as u64,
            _ => otherwise,
        };
        Units {
            tick: 1_000_000_000 / ask(SysconfVar::CLK_TCK, 100),
            page_kib: ask(SysconfVar::PAGE_SIZE, 4096) / 1024,
        }
    })
}
