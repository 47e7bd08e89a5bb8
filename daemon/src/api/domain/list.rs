//! Finding domains.

use uuid::Uuid;
use vireo_protocol::remote::limits::DOMAIN_LIST_MAX;
use vireo_protocol::remote::{
    ConnectListAllDomainsArgs, ConnectListAllDomainsRet, ConnectListDefinedDomainsArgs,
    ConnectListDefinedDomainsRet, ConnectListDomainsArgs, ConnectListDomainsRet,
    ConnectNumOfDefinedDomainsRet, ConnectNumOfDomainsRet, DomainLookupByIdArgs, DomainLookupByIdRet,
    DomainLookupByNameArgs, DomainLookupByNameRet, DomainLookupByUuidArgs, DomainLookupByUuidRet,
};

use super::check_flags;
use crate::api::arguments::{list_room, not_negative};
use crate::domain::registry::{not_found, wire};
use crate::domain::{Snapshot, filter::Filter};
use crate::error::Result;
use crate::rpc::Call;

/// What libvirt calls the bound of a reply's list.
const LIST_LIMIT: &str = "REMOTE_DOMAIN_LIST_MAX";

/// `DOMAIN_LOOKUP_BY_ID`
pub async fn domain_lookup_by_id(call: &Call, args: DomainLookupByIdArgs) -> Result<DomainLookupByIdRet> {
    not_negative(args.id, "virDomainLookupByID", "id")?;
    let found = u32::try_from(args.id).ok().and_then(|id| call.daemon().domains.by_id(id));
    let (domain, snapshot) =
        found.ok_or_else(|| not_found(&format!("no domain with matching id {}", args.id)))?;
    Ok(DomainLookupByIdRet { dom: wire(&domain, &snapshot) })
}

/// `DOMAIN_LOOKUP_BY_UUID`
pub async fn domain_lookup_by_uuid(
    call: &Call,
    args: DomainLookupByUuidArgs,
) -> Result<DomainLookupByUuidRet> {
    let uuid = Uuid::from_bytes(args.uuid);
    let found = call.daemon().domains.by_uuid(uuid);
    let (domain, snapshot) =
        found.ok_or_else(|| not_found(&format!("no domain with matching uuid '{uuid}'")))?;
    Ok(DomainLookupByUuidRet { dom: wire(&domain, &snapshot) })
}

/// `DOMAIN_LOOKUP_BY_NAME`
pub async fn domain_lookup_by_name(
    call: &Call,
    args: DomainLookupByNameArgs,
) -> Result<DomainLookupByNameRet> {
    let found = call.daemon().domains.by_name(&args.name);
    let (domain, snapshot) =
        found.ok_or_else(|| not_found(&format!("no domain with matching name '{}'", args.name)))?;
    Ok(DomainLookupByNameRet { dom: wire(&domain, &snapshot) })
}

/// `CONNECT_NUM_OF_DOMAINS`
pub async fn connect_num_of_domains(call: &Call, (): ()) -> Result<ConnectNumOfDomainsRet> {
    Ok(ConnectNumOfDomainsRet { num: call.daemon().domains.count_active() as i32 })
}

/// `CONNECT_LIST_DOMAINS`
pub async fn connect_list_domains(
    call: &Call,
    args: ConnectListDomainsArgs,
) -> Result<ConnectListDomainsRet> {
    let room = list_room(args.maxids, DOMAIN_LIST_MAX, "maxids", LIST_LIMIT)?;
    let ids = call.daemon().domains.active_ids().into_iter().map(|id| id as i32);
    Ok(ConnectListDomainsRet { ids: ids.take(room).collect() })
}

/// `CONNECT_NUM_OF_DEFINED_DOMAINS`
pub async fn connect_num_of_defined_domains(call: &Call, (): ()) -> Result<ConnectNumOfDefinedDomainsRet> {
    Ok(ConnectNumOfDefinedDomainsRet { num: call.daemon().domains.count(is_defined) as i32 })
}

/// `CONNECT_LIST_DEFINED_DOMAINS`
pub async fn connect_list_defined_domains(
    call: &Call,
    args: ConnectListDefinedDomainsArgs,
) -> Result<ConnectListDefinedDomainsRet> {
    let room = list_room(args.maxnames, DOMAIN_LIST_MAX, "maxnames", LIST_LIMIT)?;
    let domains = call.daemon().domains.list(is_defined).into_iter().take(room);
    Ok(ConnectListDefinedDomainsRet {
        names: domains.map(|(_, snapshot)| (*snapshot.name).to_owned()).collect(),
    })
}

/// `CONNECT_LIST_ALL_DOMAINS`
pub async fn connect_list_all_domains(
    call: &Call,
    args: ConnectListAllDomainsArgs,
) -> Result<ConnectListAllDomainsRet> {
    check_flags(args.flags, Filter::LIST, "qemuConnectListAllDomains")?;
    let filter = Filter::new(args.flags);
    let domains = &call.daemon().domains;
    if args.need_results == 0 {
        let ret = domains.count(|snapshot| filter.takes(snapshot)) as u32;
        return Ok(ConnectListAllDomainsRet { domains: Vec::new(), ret });
    }
    let found = domains.list(|snapshot| filter.takes(snapshot));
    let domains: Vec<_> = found.iter().map(|(domain, snapshot)| wire(domain, snapshot)).collect();
    let ret = domains.len() as u32;
    Ok(ConnectListAllDomainsRet { domains, ret })
}

fn is_defined(snapshot: &Snapshot) -> bool {
    !snapshot.is_active()
}
