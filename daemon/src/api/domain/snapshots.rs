//! Snapshots of domains: none can be made yet, so there are none.

use vireo_protocol::remote::limits::DOMAIN_SNAPSHOT_LIST_MAX;
use vireo_protocol::remote::{
    DomainHasCurrentSnapshotArgs, DomainHasCurrentSnapshotRet, DomainListAllSnapshotsArgs,
    DomainListAllSnapshotsRet, DomainSnapshotListNamesArgs, DomainSnapshotListNamesRet,
    DomainSnapshotNumArgs, DomainSnapshotNumRet,
};

use super::{check_flags, snapshot};
use crate::api::arguments::list_room;
use crate::error::Result;
use crate::rpc::Call;

/// `VIR_DOMAIN_SNAPSHOT_LIST_*`: roots, order, and all filters.
const LIST: u32 = (1 << 11) - 1;

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
