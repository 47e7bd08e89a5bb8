//! What the host's CPUs spent their time on.

use super::sources::Sources;
use crate::error::{Error, ErrorDomain, Result};

/// The kernel counts in hundredths of a second towards user space, on every x86 kernel (`USER_HZ`).
const NANOSECONDS_PER_TICK: u64 = 10_000_000;

/// How many values there are.
pub const CPU_STATS: usize = 4;

/// `virNodeGetCPUStats`: nanoseconds since the host's start, of all CPUs (`None`) or of one.
pub fn statistics(sources: &Sources, cpu: Option<u32>) -> Result<[(&'static str, u64); CPU_STATS]> {
    let text = sources
        .proc("stat")
        .map_err(|error| Error::system(ErrorDomain::None, "cannot open /proc/stat", &error))?;
    let head = cpu.map_or("cpu".to_owned(), |cpu| format!("cpu{cpu}"));
    for line in text.lines().take_while(|line| line.starts_with("cpu")) {
        let mut words = line.split_ascii_whitespace();
        if words.next() != Some(&head) {
            continue;
        }
        let ticks: Vec<u64> = words.map_while(|word| word.parse().ok()).collect();
        if let [user, nice, system, idle, rest @ ..] = &ticks[..] {
            // Then iowait, irq, softirq; guests' time is counted as the user's already.
            let at = |index| rest.get(index).copied().unwrap_or(0);
            let nanoseconds = |ticks: u64| ticks.wrapping_mul(NANOSECONDS_PER_TICK);
            return Ok([
                ("kernel", nanoseconds(system + at(1) + at(2))),
                ("user", nanoseconds(user + nice)),
                ("idle", nanoseconds(*idle)),
                ("iowait", nanoseconds(at(0))),
            ]);
        }
    }
    let function = "virHostCPUGetStatsLinux";
    Err(Error::invalid_argument(
        ErrorDomain::None,
        function,
        "cpuNum",
        format!("Invalid cpuNum in {function}"),
    ))
}
