//! vCPUs: what their threads have used, and where they last ran.

use std::fs;

use nix::sched::sched_getaffinity;
use nix::unistd::Pid;

use crate::domain::vmm::process::{parse_stat, parse_stat_cpu};

/// Nanoseconds of a millisecond: `sched` counts waits in those, with a fraction.
const MILLISECOND: f64 = 1e6;

/// A vCPU's thread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Thread {
    /// Nanoseconds run.
    pub time: u64,
    /// Nanoseconds waited for I/O.
    pub wait: u64,
    /// Nanoseconds it could have run and did not.
    pub delay: u64,
    /// The host's CPU it ran on last.
    pub cpu: i32,
}

impl Thread {
    /// Reads a thread's counters; those that the kernel does not keep, or no longer, are 0.
    pub fn read(pid: u32, tid: i32) -> Self {
        let folder = format!("/proc/{pid}/task/{tid}");
        let stat = fs::read(format!("{folder}/stat")).unwrap_or_default();
        let time = parse_stat(&stat).map_or(0, |times| times.user + times.system);
        let schedstat = fs::read_to_string(format!("{folder}/schedstat")).unwrap_or_default();
        let delay =
            schedstat.split_ascii_whitespace().nth(1).and_then(|delay| delay.parse().ok()).unwrap_or(0);
        let sched = fs::read_to_string(format!("{folder}/sched")).unwrap_or_default();
        Self { time, wait: wait(&sched), delay, cpu: parse_stat_cpu(&stat).unwrap_or(0) }
    }
}

/// The sum of waits in a thread's `sched` file.
fn wait(sched: &str) -> u64 {
    let line =
        sched.lines().find(|line| line.starts_with("se.statistics.wait_sum") || line.starts_with("wait_sum"));
    let value = line.and_then(|line| line.rsplit(':').next()?.trim().parse::<f64>().ok());
    value.map_or(0, |milliseconds| (milliseconds * MILLISECOND) as u64)
}

/// Which of the host's CPUs a thread may run on, `length` bytes of bits.
pub fn affinity(tid: i32, length: usize) -> Vec<u8> {
    let mut bits = vec![0; length];
    let Ok(set) = sched_getaffinity(Pid::from_raw(tid)) else { return bits };
    for cpu in (0..length * 8).filter(|cpu| set.is_set(*cpu).unwrap_or(false)) {
        bits[cpu / 8] |= 1 << (cpu % 8);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_read_in_every_spelling() {
        assert_eq!(
            wait("x\nse.statistics.wait_sum                       :            12.500000\n"),
            12_500_000
        );
        assert_eq!(wait("wait_sum                                     :             0.000001\n"), 1);
        assert_eq!(wait(""), 0);
    }

    #[test]
    fn this_thread_runs_somewhere() {
        let pid = std::process::id();
        let thread = Thread::read(pid, pid as i32);
        assert!(affinity(pid as i32, 128)[thread.cpu as usize / 8] != 0);
        assert_eq!(Thread::read(pid, i32::MAX), Thread::default());
    }
}
