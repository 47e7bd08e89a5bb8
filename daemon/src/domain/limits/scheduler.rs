//! The policy by which the kernel schedules a thread.

use std::io;

use crate::domain::def::tune::{Policy, Scheduler};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// Gives a thread its policy and priority.
pub fn set(tid: i32, scheduler: Scheduler) -> Result<()> {
    let policy = match scheduler.policy {
        Policy::Batch => libc::SCHED_BATCH,
        Policy::Idle => libc::SCHED_IDLE,
        Policy::Fifo => libc::SCHED_FIFO,
        Policy::Rr => libc::SCHED_RR,
    };
    let priority = scheduler.priority.unwrap_or(0);
    // Those with a priority take 1 to 99, on every Linux.
    if let Some(priority) = scheduler.priority.filter(|priority| !(1..=99).contains(priority)) {
        let info = format!("Scheduler priority {priority} out of range [1, 99]");
        return Err(Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::None, info));
    }
    let param = libc::sched_param { sched_priority: priority };
    // SAFETY: the call reads `param`, which outlives it, and changes nothing of this process's memory.
    if unsafe { libc::sched_setscheduler(tid, policy, &param) } != 0 {
        let what = format!("Cannot set scheduler parameters for pid {tid}");
        return Err(Error::system(ErrorDomain::None, what, &io::Error::last_os_error()));
    }
    Ok(())
}
