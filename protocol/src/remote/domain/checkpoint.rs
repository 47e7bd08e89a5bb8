//! Checkpoints and backups of domains.

use crate::remote::limits::DOMAIN_CHECKPOINT_LIST_MAX;
use crate::remote::{NonnullDomain, NonnullDomainCheckpoint};

wire! {
    DomainCheckpointCreateXmlArgs { dom: NonnullDomain, xml_desc: String, flags: u32 }
    DomainCheckpointCreateXmlRet { checkpoint: NonnullDomainCheckpoint }
    DomainCheckpointGetXmlDescArgs { checkpoint: NonnullDomainCheckpoint, flags: u32 }
    DomainCheckpointGetXmlDescRet { xml: String }
    DomainListAllCheckpointsArgs { dom: NonnullDomain, need_results: i32, flags: u32 }
    DomainListAllCheckpointsRet {
        checkpoints: Vec<NonnullDomainCheckpoint>[DOMAIN_CHECKPOINT_LIST_MAX], ret: i32,
    }
    DomainCheckpointListAllChildrenArgs { checkpoint: NonnullDomainCheckpoint, need_results: i32, flags: u32 }
    DomainCheckpointListAllChildrenRet {
        checkpoints: Vec<NonnullDomainCheckpoint>[DOMAIN_CHECKPOINT_LIST_MAX], ret: i32,
    }
    DomainCheckpointLookupByNameArgs { dom: NonnullDomain, name: String, flags: u32 }
    DomainCheckpointLookupByNameRet { checkpoint: NonnullDomainCheckpoint }
    DomainCheckpointGetParentArgs { checkpoint: NonnullDomainCheckpoint, flags: u32 }
    DomainCheckpointGetParentRet { parent: NonnullDomainCheckpoint }
    DomainCheckpointDeleteArgs { checkpoint: NonnullDomainCheckpoint, flags: u32 }
    DomainBackupBeginArgs {
        dom: NonnullDomain, backup_xml: String, checkpoint_xml: Option<String>, flags: u32,
    }
    DomainBackupGetXmlDescArgs { dom: NonnullDomain, flags: u32 }
    DomainBackupGetXmlDescRet { xml: String }
}
