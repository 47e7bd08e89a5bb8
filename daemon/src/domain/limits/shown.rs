//! What stands in a running guest's control group, as clients are shown it.

use super::groups::Group;
use super::plan::{PERIOD, Thread};
use crate::domain::def::tune::cpu::QUOTAS;
use crate::domain::def::tune::memory::UNLIMITED;
use crate::domain::def::tune::{Bandwidth, MemTune};
use crate::error::{Error, ErrorDomain, Result};

/// The weight of processor time.
pub fn shares(group: &Group) -> Result<u64> {
    number(&group.read("cpu.weight")?)
}

/// The limit of processor time of the whole guest, or of some of its threads: one that was never set is none.
pub fn bandwidth(group: &Group, thread: Option<Thread>) -> Result<Bandwidth> {
    let group = match thread {
        None => Some(group.clone()),
        Some(thread) => group.if_limited(thread),
    };
    let Some(group) = group else { return Ok(Bandwidth { period: PERIOD, quota: *QUOTAS.end() }) };
    let text = group.read("cpu.max")?;
    let (quota, period) = text.split_once(' ').ok_or_else(|| not_understood(&text))?;
    let quota = if quota == "max" { *QUOTAS.end() } else { number::<i64>(quota)? };
    Ok(Bandwidth { period: number(period)?, quota })
}

/// The limits of memory, all of them said.
pub fn memory(group: &Group) -> Result<MemTune> {
    let size = |file: &str| -> Result<Option<u64>> {
        let text = group.read(file)?;
        Ok(Some(if text == "max" { UNLIMITED } else { (number::<u64>(&text)? >> 10).min(UNLIMITED) }))
    };
    Ok(MemTune {
        hard_limit: size("memory.max")?,
        soft_limit: size("memory.high")?,
        min_guarantee: None,
        // Kernels that do not count swap have no such file.
        swap_hard_limit: size("memory.swap.max").unwrap_or(Some(UNLIMITED)),
    })
}

/// The weight of transfers.
pub fn io_weight(group: &Group) -> Result<u32> {
    let text = group.read(group.io_weight_file()?)?;
    let line = text.lines().next().unwrap_or_default();
    number(line.strip_prefix("default ").unwrap_or(line))
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N> {
    text.trim().parse().map_err(|_| not_understood(text))
}

fn not_understood(text: &str) -> Error {
    Error::internal(ErrorDomain::Cgroup, format!("Unable to parse '{text}' as an integer"))
}
