//! What a domain is busy with. Nothing takes so long yet that it would be a job: there is none to tell of or to end.

use vireo_protocol::remote::{
    DomainAbortJobArgs, DomainAbortJobFlagsArgs, DomainGetJobInfoArgs, DomainGetJobInfoRet,
    DomainGetJobStatsArgs, DomainGetJobStatsRet, NonnullDomain,
};

use super::{check_flags, live, snapshot};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_JOB_NONE`
const NONE: i32 = 0;

/// `VIR_DOMAIN_JOB_STATS_*`
mod stats {
    pub const COMPLETED: u32 = 1;
    pub const KEEP_COMPLETED: u32 = 1 << 1;
}

/// `VIR_DOMAIN_ABORT_JOB_POSTCOPY`
const ABORT_POSTCOPY: u32 = 1;

/// `DOMAIN_GET_JOB_INFO`
pub async fn domain_get_job_info(call: &Call, args: DomainGetJobInfoArgs) -> Result<DomainGetJobInfoRet> {
    live(&*snapshot(call, &args.dom)?)?;
    Ok(DomainGetJobInfoRet {
        r#type: NONE,
        time_elapsed: 0,
        time_remaining: 0,
        data_total: 0,
        data_processed: 0,
        data_remaining: 0,
        mem_total: 0,
        mem_processed: 0,
        mem_remaining: 0,
        file_total: 0,
        file_processed: 0,
        file_remaining: 0,
    })
}

/// `DOMAIN_GET_JOB_STATS`: of the job there is, or of the last one, which a domain that is shut off has, too.
pub async fn domain_get_job_stats(call: &Call, args: DomainGetJobStatsArgs) -> Result<DomainGetJobStatsRet> {
    if args.flags & stats::KEEP_COMPLETED != 0 && args.flags & stats::COMPLETED == 0 {
        let message = "Flag 'VIR_DOMAIN_JOB_STATS_COMPLETED' is required by flag \
                       'VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED'";
        let function = "virDomainGetJobStats";
        return Err(Error::invalid_argument(ErrorDomain::Domain, function, "ctl", message));
    }
    check_flags(args.flags, stats::COMPLETED | stats::KEEP_COMPLETED, "qemuDomainGetJobStats")?;
    let snapshot = snapshot(call, &args.dom)?;
    if args.flags & stats::COMPLETED == 0 {
        live(&snapshot)?;
    }
    Ok(DomainGetJobStatsRet { r#type: NONE, params: Vec::new() })
}

/// `DOMAIN_ABORT_JOB`
pub async fn domain_abort_job(call: &Call, args: DomainAbortJobArgs) -> Result<()> {
    abort(call, &args.dom, 0)
}

/// `DOMAIN_ABORT_JOB_FLAGS`
pub async fn domain_abort_job_flags(call: &Call, args: DomainAbortJobFlagsArgs) -> Result<()> {
    check_flags(args.flags, ABORT_POSTCOPY, "qemuDomainAbortJobFlags")?;
    abort(call, &args.dom, args.flags)
}

fn abort(call: &Call, dom: &NonnullDomain, flags: u32) -> Result<()> {
    live(&*snapshot(call, dom)?)?;
    let info = if flags & ABORT_POSTCOPY != 0 {
        "current job is not outgoing migration in post-copy mode"
    } else {
        "no job is active on the domain"
    };
    Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info))
}
