//! Disks of domains: statistics, limits, jobs.

use crate::remote::limits::{
    DOMAIN_BLKIO_PARAMETERS_MAX, DOMAIN_BLOCK_COPY_PARAMETERS_MAX, DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX,
    DOMAIN_BLOCK_PEEK_BUFFER_MAX, DOMAIN_BLOCK_STATS_PARAMETERS_MAX, DOMAIN_DISK_ERRORS_MAX,
};
use crate::remote::{NonnullDomain, TypedParam};

wire! {
    DomainDiskError { disk: String, error: i32 }
    DomainSetBlkioParametersArgs {
        dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_BLKIO_PARAMETERS_MAX], flags: u32,
    }
    DomainGetBlkioParametersArgs { dom: NonnullDomain, nparams: i32, flags: u32 }
    DomainGetBlkioParametersRet { params: Vec<TypedParam>[DOMAIN_BLKIO_PARAMETERS_MAX], nparams: i32 }
    DomainBlockResizeArgs { dom: NonnullDomain, disk: String, size: u64, flags: u32 }
    DomainBlockStatsArgs { dom: NonnullDomain, path: String }
    DomainBlockStatsRet { rd_req: i64, rd_bytes: i64, wr_req: i64, wr_bytes: i64, errs: i64 }
    DomainBlockStatsFlagsArgs { dom: NonnullDomain, path: String, nparams: i32, flags: u32 }
    DomainBlockStatsFlagsRet { params: Vec<TypedParam>[DOMAIN_BLOCK_STATS_PARAMETERS_MAX], nparams: i32 }
    DomainBlockPeekArgs { dom: NonnullDomain, path: String, offset: u64, size: u32, flags: u32 }
    DomainBlockPeekRet { buffer: Vec<u8>[DOMAIN_BLOCK_PEEK_BUFFER_MAX] }
    DomainGetBlockInfoArgs { dom: NonnullDomain, path: String, flags: u32 }
    DomainGetBlockInfoRet { allocation: u64, capacity: u64, physical: u64 }
    DomainBlockJobAbortArgs { dom: NonnullDomain, path: String, flags: u32 }
    DomainGetBlockJobInfoArgs { dom: NonnullDomain, path: String, flags: u32 }
    DomainGetBlockJobInfoRet { found: i32, r#type: i32, bandwidth: u64, cur: u64, end: u64 }
    DomainBlockJobSetSpeedArgs { dom: NonnullDomain, path: String, bandwidth: u64, flags: u32 }
    DomainBlockPullArgs { dom: NonnullDomain, path: String, bandwidth: u64, flags: u32 }
    DomainBlockRebaseArgs {
        dom: NonnullDomain, path: String, base: Option<String>, bandwidth: u64, flags: u32,
    }
    DomainBlockCopyArgs {
        dom: NonnullDomain, path: String, destxml: String,
        params: Vec<TypedParam>[DOMAIN_BLOCK_COPY_PARAMETERS_MAX], flags: u32,
    }
    DomainBlockCommitArgs {
        dom: NonnullDomain, disk: String, base: Option<String>, top: Option<String>, bandwidth: u64,
        flags: u32,
    }
    DomainSetBlockIoTuneArgs {
        dom: NonnullDomain, disk: String, params: Vec<TypedParam>[DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX],
        flags: u32,
    }
    DomainGetBlockIoTuneArgs { dom: NonnullDomain, disk: Option<String>, nparams: i32, flags: u32 }
    DomainGetBlockIoTuneRet { params: Vec<TypedParam>[DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX], nparams: i32 }
    DomainSetThrottleGroupArgs {
        dom: NonnullDomain, group: String, params: Vec<TypedParam>[DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX],
        flags: u32,
    }
    DomainDelThrottleGroupArgs { dom: NonnullDomain, group: Option<String>, flags: u32 }
    DomainGetDiskErrorsArgs { dom: NonnullDomain, maxerrors: u32, flags: u32 }
    DomainGetDiskErrorsRet { errors: Vec<DomainDiskError>[DOMAIN_DISK_ERRORS_MAX], nerrors: i32 }
    DomainSetBlockThresholdArgs { dom: NonnullDomain, dev: String, threshold: u64, flags: u32 }
}
