//! Snapshots of domains: none can be made yet, so there are none.

use vireo_protocol::remote::limits::DOMAIN_SNAPSHOT_LIST_MAX;
use vireo_protocol::remote::{
    DomainHasCurrentSnapshotArgs, DomainHasCurrentSnapshotRet, DomainListAllSnapshotsArgs,
    DomainListAllSnapshotsRet, DomainSnapshotCurrentArgs, DomainSnapshotCurrentRet,
    DomainSnapshotGetParentArgs, DomainSnapshotGetParentRet, DomainSnapshotGetXmlDescArgs,
    DomainSnapshotGetXmlDescRet, DomainSnapshotHasMetadataArgs, DomainSnapshotHasMetadataRet,
    DomainSnapshotIsCurrentArgs, DomainSnapshotIsCurrentRet, DomainSnapshotListAllChildrenArgs,
    DomainSnapshotListAllChildrenRet, DomainSnapshotListChildrenNamesArgs,
    DomainSnapshotListChildrenNamesRet, DomainSnapshotListNamesArgs, DomainSnapshotListNamesRet,
    DomainSnapshotLookupByNameArgs, DomainSnapshotLookupByNameRet, DomainSnapshotNumArgs,
    DomainSnapshotNumChildrenArgs, DomainSnapshotNumChildrenRet, DomainSnapshotNumRet, NonnullDomain,
    NonnullDomainSnapshot,
};

use super::{check_flags, snapshot};
use crate::api::arguments::list_room;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_SNAPSHOT_LIST_*`: roots, order, and all filters.
const LIST: u32 = (1 << 11) - 1;

/// `VIR_DOMAIN_SNAPSHOT_XML_SECURE`
const XML_SECURE: u32 = 1;

/// `DOMAIN_SNAPSHOT_NUM`
pub async fn domain_snapshot_num(call: &Call, args: DomainSnapshotNumArgs) -> Result<DomainSnapshotNumRet> {
    check_flags(args.flags, LIST, "qemuDomainSnapshotNum")?;
    snapshot(call, &args.dom)?;
    Ok(DomainSnapshotNumRet { num: 0 })
}

/// `DOMAIN_SNAPSHOT_LIST_NAMES`
pub async fn domain_snapshot_list_names(
    call: &Call,
    args: DomainSnapshotListNamesArgs,
) -> Result<DomainSnapshotListNamesRet> {
    list_room(args.maxnames, DOMAIN_SNAPSHOT_LIST_MAX, "maxnames", "REMOTE_DOMAIN_SNAPSHOT_LIST_MAX")?;
    check_flags(args.flags, LIST, "qemuDomainSnapshotListNames")?;
    snapshot(call, &args.dom)?;
    Ok(DomainSnapshotListNamesRet { names: Vec::new() })
}

/// `DOMAIN_LIST_ALL_SNAPSHOTS`
pub async fn domain_list_all_snapshots(
    call: &Call,
    args: DomainListAllSnapshotsArgs,
) -> Result<DomainListAllSnapshotsRet> {
    check_flags(args.flags, LIST, "qemuDomainListAllSnapshots")?;
    snapshot(call, &args.dom)?;
    Ok(DomainListAllSnapshotsRet { snapshots: Vec::new(), ret: 0 })
}

/// `DOMAIN_HAS_CURRENT_SNAPSHOT`
pub async fn domain_has_current_snapshot(
    call: &Call,
    args: DomainHasCurrentSnapshotArgs,
) -> Result<DomainHasCurrentSnapshotRet> {
    check_flags(args.flags, 0, "qemuDomainHasCurrentSnapshot")?;
    snapshot(call, &args.dom)?;
    Ok(DomainHasCurrentSnapshotRet { result: 0 })
}

/// `DOMAIN_SNAPSHOT_CURRENT`
pub async fn domain_snapshot_current(
    call: &Call,
    args: DomainSnapshotCurrentArgs,
) -> Result<DomainSnapshotCurrentRet> {
    check_flags(args.flags, 0, "qemuDomainSnapshotCurrent")?;
    snapshot(call, &args.dom)?;
    Err(not_found("the domain does not have a current snapshot"))
}

/// `DOMAIN_SNAPSHOT_LOOKUP_BY_NAME`
pub async fn domain_snapshot_lookup_by_name(
    call: &Call,
    args: DomainSnapshotLookupByNameArgs,
) -> Result<DomainSnapshotLookupByNameRet> {
    check_flags(args.flags, 0, "qemuDomainSnapshotLookupByName")?;
    none(call, &args.dom, &args.name)
}

/// `DOMAIN_SNAPSHOT_GET_XML_DESC`
pub async fn domain_snapshot_get_xml_desc(
    call: &Call,
    args: DomainSnapshotGetXmlDescArgs,
) -> Result<DomainSnapshotGetXmlDescRet> {
    check_flags(args.flags, XML_SECURE, "qemuDomainSnapshotGetXMLDesc")?;
    none_like(call, &args.snap)
}

/// `DOMAIN_SNAPSHOT_NUM_CHILDREN`
pub async fn domain_snapshot_num_children(
    call: &Call,
    args: DomainSnapshotNumChildrenArgs,
) -> Result<DomainSnapshotNumChildrenRet> {
    check_flags(args.flags, LIST, "qemuDomainSnapshotNumChildren")?;
    none_like(call, &args.snap)
}

/// `DOMAIN_SNAPSHOT_LIST_CHILDREN_NAMES`
pub async fn domain_snapshot_list_children_names(
    call: &Call,
    args: DomainSnapshotListChildrenNamesArgs,
) -> Result<DomainSnapshotListChildrenNamesRet> {
    list_room(args.maxnames, DOMAIN_SNAPSHOT_LIST_MAX, "maxnames", "REMOTE_DOMAIN_SNAPSHOT_LIST_MAX")?;
    check_flags(args.flags, LIST, "qemuDomainSnapshotListChildrenNames")?;
    none_like(call, &args.snap)
}

/// `DOMAIN_SNAPSHOT_LIST_ALL_CHILDREN`
pub async fn domain_snapshot_list_all_children(
    call: &Call,
    args: DomainSnapshotListAllChildrenArgs,
) -> Result<DomainSnapshotListAllChildrenRet> {
    check_flags(args.flags, LIST, "qemuDomainSnapshotListAllChildren")?;
    none_like(call, &args.snapshot)
}

/// `DOMAIN_SNAPSHOT_GET_PARENT`
pub async fn domain_snapshot_get_parent(
    call: &Call,
    args: DomainSnapshotGetParentArgs,
) -> Result<DomainSnapshotGetParentRet> {
    check_flags(args.flags, 0, "qemuDomainSnapshotGetParent")?;
    none_like(call, &args.snap)
}

/// `DOMAIN_SNAPSHOT_IS_CURRENT`
pub async fn domain_snapshot_is_current(
    call: &Call,
    args: DomainSnapshotIsCurrentArgs,
) -> Result<DomainSnapshotIsCurrentRet> {
    check_flags(args.flags, 0, "qemuDomainSnapshotIsCurrent")?;
    none_like(call, &args.snap)
}

/// `DOMAIN_SNAPSHOT_HAS_METADATA`
pub async fn domain_snapshot_has_metadata(
    call: &Call,
    args: DomainSnapshotHasMetadataArgs,
) -> Result<DomainSnapshotHasMetadataRet> {
    check_flags(args.flags, 0, "qemuDomainSnapshotHasMetadata")?;
    none_like(call, &args.snap)
}

fn none_like<T>(call: &Call, snap: &NonnullDomainSnapshot) -> Result<T> {
    none(call, &snap.dom, &snap.name)
}

fn none<T>(call: &Call, dom: &NonnullDomain, name: &str) -> Result<T> {
    snapshot(call, dom)?;
    Err(not_found(&format!("no domain snapshot with matching name '{name}'")))
}

fn not_found(info: &str) -> Error {
    Error::new(ErrorCode::NoDomainSnapshot, ErrorDomain::Qemu, info)
}
