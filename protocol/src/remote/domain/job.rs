//! What a domain is busy with.

use crate::remote::limits::DOMAIN_JOB_STATS_MAX;
use crate::remote::{NonnullDomain, TypedParam};

wire! {
    DomainGetJobInfoArgs { dom: NonnullDomain }
    DomainGetJobInfoRet {
        r#type: i32, time_elapsed: u64, time_remaining: u64, data_total: u64, data_processed: u64,
        data_remaining: u64, mem_total: u64, mem_processed: u64, mem_remaining: u64, file_total: u64,
        file_processed: u64, file_remaining: u64,
    }
    DomainGetJobStatsArgs { dom: NonnullDomain, flags: u32 }
    DomainGetJobStatsRet { r#type: i32, params: Vec<TypedParam>[DOMAIN_JOB_STATS_MAX] }
    DomainAbortJobArgs { dom: NonnullDomain }
    DomainAbortJobFlagsArgs { dom: NonnullDomain, flags: u32 }
    DomainGetControlInfoArgs { dom: NonnullDomain, flags: u32 }
    DomainGetControlInfoRet { state: u32, details: u32, state_time: u64 }
    DomainStartDirtyRateCalcArgs { dom: NonnullDomain, seconds: i32, flags: u32 }
}
