//! Domains: finding, defining, starting and stopping them.

use crate::remote::NonnullDomain;
use crate::remote::limits::DOMAIN_LIST_MAX;

wire! {
    ConnectListDomainsArgs { maxids: i32 }
    ConnectListDomainsRet { ids: Vec<i32>[DOMAIN_LIST_MAX] }
    ConnectNumOfDomainsRet { num: i32 }
    DomainCreateXmlArgs { xml_desc: String, flags: u32 }
    DomainCreateXmlRet { dom: NonnullDomain }
    DomainCreateXmlWithFilesArgs { xml_desc: String, flags: u32 }
    DomainCreateXmlWithFilesRet { dom: NonnullDomain }
    DomainLookupByIdArgs { id: i32 }
    DomainLookupByIdRet { dom: NonnullDomain }
    DomainLookupByUuidArgs { uuid: [u8; 16] }
    DomainLookupByUuidRet { dom: NonnullDomain }
    DomainLookupByNameArgs { name: String }
    DomainLookupByNameRet { dom: NonnullDomain }
    DomainSuspendArgs { dom: NonnullDomain }
    DomainResumeArgs { dom: NonnullDomain }
    DomainPmSuspendForDurationArgs { dom: NonnullDomain, target: u32, duration: u64, flags: u32 }
    DomainPmWakeupArgs { dom: NonnullDomain, flags: u32 }
    DomainShutdownArgs { dom: NonnullDomain }
    DomainRebootArgs { dom: NonnullDomain, flags: u32 }
    DomainResetArgs { dom: NonnullDomain, flags: u32 }
    DomainDestroyArgs { dom: NonnullDomain }
    DomainDestroyFlagsArgs { dom: NonnullDomain, flags: u32 }
    ConnectListDefinedDomainsArgs { maxnames: i32 }
    ConnectListDefinedDomainsRet { names: Vec<String>[DOMAIN_LIST_MAX] }
    ConnectNumOfDefinedDomainsRet { num: i32 }
    DomainCreateArgs { dom: NonnullDomain }
    DomainCreateWithFlagsArgs { dom: NonnullDomain, flags: u32 }
    DomainCreateWithFlagsRet { dom: NonnullDomain }
    DomainCreateWithFilesArgs { dom: NonnullDomain, flags: u32 }
    DomainCreateWithFilesRet { dom: NonnullDomain }
    DomainDefineXmlArgs { xml: String }
    DomainDefineXmlRet { dom: NonnullDomain }
    DomainDefineXmlFlagsArgs { xml: String, flags: u32 }
    DomainDefineXmlFlagsRet { dom: NonnullDomain }
    DomainUndefineArgs { dom: NonnullDomain }
    DomainUndefineFlagsArgs { dom: NonnullDomain, flags: u32 }
    DomainInjectNmiArgs { dom: NonnullDomain, flags: u32 }
    DomainSendProcessSignalArgs { dom: NonnullDomain, pid_value: i64, signum: u32, flags: u32 }
    DomainGetAutostartArgs { dom: NonnullDomain }
    DomainGetAutostartRet { autostart: i32 }
    DomainSetAutostartArgs { dom: NonnullDomain, autostart: i32 }
    DomainShutdownFlagsArgs { dom: NonnullDomain, flags: u32 }
    ConnectListAllDomainsArgs { need_results: i32, flags: u32 }
    ConnectListAllDomainsRet { domains: Vec<NonnullDomain>[DOMAIN_LIST_MAX], ret: u32 }
    DomainRenameArgs { dom: NonnullDomain, new_name: Option<String>, flags: u32 }
    DomainRenameRet { retcode: i32 }
    DomainSetLifecycleActionArgs { dom: NonnullDomain, r#type: u32, action: u32, flags: u32 }
    DomainGetAutostartOnceArgs { dom: NonnullDomain }
    DomainGetAutostartOnceRet { autostart: i32 }
    DomainSetAutostartOnceArgs { dom: NonnullDomain, autostart: i32 }
}
