//! Snapshots of domains.

use crate::remote::limits::DOMAIN_SNAPSHOT_LIST_MAX;
use crate::remote::{NonnullDomain, NonnullDomainSnapshot};

wire! {
    DomainSnapshotCreateXmlArgs { dom: NonnullDomain, xml_desc: String, flags: u32 }
    DomainSnapshotCreateXmlRet { snap: NonnullDomainSnapshot }
    DomainSnapshotGetXmlDescArgs { snap: NonnullDomainSnapshot, flags: u32 }
    DomainSnapshotGetXmlDescRet { xml: String }
    DomainSnapshotNumArgs { dom: NonnullDomain, flags: u32 }
    DomainSnapshotNumRet { num: i32 }
    DomainSnapshotListNamesArgs { dom: NonnullDomain, maxnames: i32, flags: u32 }
    DomainSnapshotListNamesRet { names: Vec<String>[DOMAIN_SNAPSHOT_LIST_MAX] }
    DomainListAllSnapshotsArgs { dom: NonnullDomain, need_results: i32, flags: u32 }
    DomainListAllSnapshotsRet { snapshots: Vec<NonnullDomainSnapshot>[DOMAIN_SNAPSHOT_LIST_MAX], ret: i32 }
    DomainSnapshotNumChildrenArgs { snap: NonnullDomainSnapshot, flags: u32 }
    DomainSnapshotNumChildrenRet { num: i32 }
    DomainSnapshotListChildrenNamesArgs { snap: NonnullDomainSnapshot, maxnames: i32, flags: u32 }
    DomainSnapshotListChildrenNamesRet { names: Vec<String>[DOMAIN_SNAPSHOT_LIST_MAX] }
    DomainSnapshotListAllChildrenArgs { snapshot: NonnullDomainSnapshot, need_results: i32, flags: u32 }
    DomainSnapshotListAllChildrenRet {
        snapshots: Vec<NonnullDomainSnapshot>[DOMAIN_SNAPSHOT_LIST_MAX], ret: i32,
    }
    DomainSnapshotLookupByNameArgs { dom: NonnullDomain, name: String, flags: u32 }
    DomainSnapshotLookupByNameRet { snap: NonnullDomainSnapshot }
    DomainHasCurrentSnapshotArgs { dom: NonnullDomain, flags: u32 }
    DomainHasCurrentSnapshotRet { result: i32 }
    DomainSnapshotGetParentArgs { snap: NonnullDomainSnapshot, flags: u32 }
    DomainSnapshotGetParentRet { snap: NonnullDomainSnapshot }
    DomainSnapshotCurrentArgs { dom: NonnullDomain, flags: u32 }
    DomainSnapshotCurrentRet { snap: NonnullDomainSnapshot }
    DomainSnapshotIsCurrentArgs { snap: NonnullDomainSnapshot, flags: u32 }
    DomainSnapshotIsCurrentRet { current: i32 }
    DomainSnapshotHasMetadataArgs { snap: NonnullDomainSnapshot, flags: u32 }
    DomainSnapshotHasMetadataRet { metadata: i32 }
    DomainRevertToSnapshotArgs { snap: NonnullDomainSnapshot, flags: u32 }
    DomainSnapshotDeleteArgs { snap: NonnullDomainSnapshot, flags: u32 }
}
