//! The addresses a guest goes by.

use vireo_protocol::remote::{
    DomainInterface, DomainInterfaceAddressesArgs, DomainInterfaceAddressesRet, DomainIpAddr,
};

use super::agent::ask_of_guest;
use super::{check_flags, live, snapshot};
use crate::api::blocking::ask_host;
use crate::domain::live::Live;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::host::Neighbour;
use crate::rpc::Call;

/// `VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_*`: who is asked.
mod source {
    pub const LEASE: u32 = 0;
    pub const AGENT: u32 = 1;
    pub const ARP: u32 = 2;
}

/// `VIR_IP_ADDR_TYPE_IPV4`
const IPV4: i32 = 0;

/// `DOMAIN_INTERFACE_ADDRESSES`
pub async fn domain_interface_addresses(
    call: &Call,
    args: DomainInterfaceAddressesArgs,
) -> Result<DomainInterfaceAddressesRet> {
    if args.source == source::AGENT && call.client().read_only() {
        let info = "read only access prevents virDomainInterfaceAddresses";
        return Err(Error::new(ErrorCode::OperationDenied, ErrorDomain::Domain, info));
    }
    check_flags(args.flags, 0, "qemuDomainInterfaceAddresses")?;
    let snapshot = snapshot(call, &args.dom)?;
    let live = live(&snapshot)?;
    let ifaces = match args.source {
        // No network gives leases yet.
        source::LEASE => Vec::new(),
        source::AGENT => return ask_of_guest(call, &args.dom),
        source::ARP => {
            let macs: Vec<_> = live.interfaces.iter().map(|interface| interface.mac.0).collect();
            let neighbours = ask_host(call, move |host| host.neighbours(&macs)).await?;
            of_neighbours(live, &neighbours)
        }
        other => {
            let info = format!("Unknown IP address data source {other}");
            return Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::Qemu, info));
        }
    };
    Ok(DomainInterfaceAddressesRet { ifaces })
}

/// The guest's interfaces that have neighbours' addresses: one entry for each address, as stock has it. How long the
/// network's part of an address is, neighbours do not tell.
fn of_neighbours(live: &Live, neighbours: &[Neighbour]) -> Vec<DomainInterface> {
    let entry = |interface: &crate::domain::live::InterfaceFacts, neighbour: &Neighbour| DomainInterface {
        name: interface.target.to_string(),
        hwaddr: Some(interface.mac.to_string()),
        addrs: vec![DomainIpAddr { r#type: IPV4, addr: neighbour.address.to_string(), prefix: 0 }],
    };
    let entries = live.interfaces.iter().flat_map(|interface| {
        let own = neighbours.iter().filter(move |neighbour| neighbour.mac == interface.mac.0);
        own.map(move |neighbour| entry(interface, neighbour))
    });
    entries.take(vireo_protocol::remote::limits::DOMAIN_INTERFACE_MAX).collect()
}
