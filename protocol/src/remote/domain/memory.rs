//! Memory of domains.

use crate::remote::limits::{
    DOMAIN_MEMORY_PARAMETERS_MAX, DOMAIN_MEMORY_PEEK_BUFFER_MAX, DOMAIN_MEMORY_STATS_MAX,
};
use crate::remote::{NonnullDomain, TypedParam};

wire! {
    DomainSetMemoryParametersArgs {
        dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_MEMORY_PARAMETERS_MAX], flags: u32,
    }
    DomainGetMemoryParametersArgs { dom: NonnullDomain, nparams: i32, flags: u32 }
    DomainGetMemoryParametersRet { params: Vec<TypedParam>[DOMAIN_MEMORY_PARAMETERS_MAX], nparams: i32 }
    DomainMemoryStatsArgs { dom: NonnullDomain, max_stats: u32, flags: u32 }
    DomainMemoryStat { tag: i32, val: u64 }
    DomainMemoryStatsRet { stats: Vec<DomainMemoryStat>[DOMAIN_MEMORY_STATS_MAX] }
    DomainMemoryPeekArgs { dom: NonnullDomain, offset: u64, size: u32, flags: u32 }
    DomainMemoryPeekRet { buffer: Vec<u8>[DOMAIN_MEMORY_PEEK_BUFFER_MAX] }
    DomainGetMaxMemoryArgs { dom: NonnullDomain }
    DomainGetMaxMemoryRet { memory: u64 }
    DomainSetMaxMemoryArgs { dom: NonnullDomain, memory: u64 }
    DomainSetMemoryArgs { dom: NonnullDomain, memory: u64 }
    DomainSetMemoryFlagsArgs { dom: NonnullDomain, memory: u64, flags: u32 }
    DomainSetMemoryStatsPeriodArgs { dom: NonnullDomain, period: i32, flags: u32 }
}
