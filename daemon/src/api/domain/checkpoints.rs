//! Checkpoints of domains: none can be made yet, so there are none.

use vireo_protocol::remote::{
    DomainCheckpointGetParentArgs, DomainCheckpointGetParentRet, DomainCheckpointGetXmlDescArgs,
    DomainCheckpointGetXmlDescRet, DomainCheckpointListAllChildrenArgs, DomainCheckpointListAllChildrenRet,
    DomainCheckpointLookupByNameArgs, DomainCheckpointLookupByNameRet, DomainListAllCheckpointsArgs,
    DomainListAllCheckpointsRet, NonnullDomain, NonnullDomainCheckpoint,
};

use super::{check_flags, snapshot};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_CHECKPOINT_LIST_*`: roots or descendants, order, leaves or not.
const LIST: u32 = (1 << 4) - 1;

/// `VIR_DOMAIN_CHECKPOINT_XML_*`: with secrets, without the domain, with sizes.
const XML: u32 = (1 << 3) - 1;

/// `DOMAIN_LIST_ALL_CHECKPOINTS`
pub async fn domain_list_all_checkpoints(
    call: &Call,
    args: DomainListAllCheckpointsArgs,
) -> Result<DomainListAllCheckpointsRet> {
    check_flags(args.flags, LIST, "qemuDomainListAllCheckpoints")?;
    snapshot(call, &args.dom)?;
    Ok(DomainListAllCheckpointsRet { checkpoints: Vec::new(), ret: 0 })
}

/// `DOMAIN_CHECKPOINT_LOOKUP_BY_NAME`
pub async fn domain_checkpoint_lookup_by_name(
    call: &Call,
    args: DomainCheckpointLookupByNameArgs,
) -> Result<DomainCheckpointLookupByNameRet> {
    check_flags(args.flags, 0, "qemuDomainCheckpointLookupByName")?;
    none(call, &args.dom, &args.name)
}

/// `DOMAIN_CHECKPOINT_GET_XML_DESC`
pub async fn domain_checkpoint_get_xml_desc(
    call: &Call,
    args: DomainCheckpointGetXmlDescArgs,
) -> Result<DomainCheckpointGetXmlDescRet> {
    snapshot(call, &args.checkpoint.dom)?;
    check_flags(args.flags, XML, "qemuCheckpointGetXMLDesc")?;
    none_like(call, &args.checkpoint)
}

/// `DOMAIN_CHECKPOINT_LIST_ALL_CHILDREN`
pub async fn domain_checkpoint_list_all_children(
    call: &Call,
    args: DomainCheckpointListAllChildrenArgs,
) -> Result<DomainCheckpointListAllChildrenRet> {
    check_flags(args.flags, LIST, "qemuDomainCheckpointListAllChildren")?;
    none_like(call, &args.checkpoint)
}

/// `DOMAIN_CHECKPOINT_GET_PARENT`
pub async fn domain_checkpoint_get_parent(
    call: &Call,
    args: DomainCheckpointGetParentArgs,
) -> Result<DomainCheckpointGetParentRet> {
    check_flags(args.flags, 0, "qemuDomainCheckpointGetParent")?;
    none_like(call, &args.checkpoint)
}

fn none_like<T>(call: &Call, checkpoint: &NonnullDomainCheckpoint) -> Result<T> {
    none(call, &checkpoint.dom, &checkpoint.name)
}

fn none<T>(call: &Call, dom: &NonnullDomain, name: &str) -> Result<T> {
    snapshot(call, dom)?;
    let info = format!("no domain checkpoint with matching name '{name}'");
    Err(Error::new(ErrorCode::NoDomainCheckpoint, ErrorDomain::Qemu, info))
}
