//! What is known of a domain.

use crate::remote::limits::{CONNECT_GET_ALL_DOMAIN_STATS_MAX, DOMAIN_LIST_MAX, DOMAIN_MESSAGES_MAX};
use crate::remote::{NonnullDomain, TypedParam};

wire! {
    DomainGetOsTypeArgs { dom: NonnullDomain }
    DomainGetOsTypeRet { r#type: String }
    DomainGetInfoArgs { dom: NonnullDomain }
    DomainGetInfoRet { state: u8, max_mem: u64, memory: u64, nr_virt_cpu: u16, cpu_time: u64 }
    DomainGetXmlDescArgs { dom: NonnullDomain, flags: u32 }
    DomainGetXmlDescRet { xml: String }
    DomainSetMetadataArgs {
        dom: NonnullDomain, r#type: i32, metadata: Option<String>, key: Option<String>, uri: Option<String>,
        flags: u32,
    }
    DomainGetMetadataArgs { dom: NonnullDomain, r#type: i32, uri: Option<String>, flags: u32 }
    DomainGetMetadataRet { metadata: String }
    ConnectDomainXmlFromNativeArgs { native_format: String, native_config: String, flags: u32 }
    ConnectDomainXmlFromNativeRet { domain_xml: String }
    ConnectDomainXmlToNativeArgs { native_format: String, domain_xml: String, flags: u32 }
    ConnectDomainXmlToNativeRet { native_config: String }
    DomainIsActiveArgs { dom: NonnullDomain }
    DomainIsActiveRet { active: i32 }
    DomainIsPersistentArgs { dom: NonnullDomain }
    DomainIsPersistentRet { persistent: i32 }
    DomainIsUpdatedArgs { dom: NonnullDomain }
    DomainIsUpdatedRet { updated: i32 }
    DomainGetStateArgs { dom: NonnullDomain, flags: u32 }
    DomainGetStateRet { state: i32, reason: i32 }
    DomainStatsRecord { dom: NonnullDomain, params: Vec<TypedParam>[CONNECT_GET_ALL_DOMAIN_STATS_MAX] }
    ConnectGetAllDomainStatsArgs { doms: Vec<NonnullDomain>[DOMAIN_LIST_MAX], stats: u32, flags: u32 }
    ConnectGetAllDomainStatsRet { ret_stats: Vec<DomainStatsRecord>[DOMAIN_LIST_MAX] }
    DomainGetMessagesArgs { dom: NonnullDomain, flags: u32 }
    DomainGetMessagesRet { msgs: Vec<String>[DOMAIN_MESSAGES_MAX] }
}
