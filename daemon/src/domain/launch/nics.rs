//! Network interfaces: a tap for each, on its bridge or on its own.

use vireo_control::NicSpec;
use vireo_net::tap::{self, TapConfig};
use vireo_net::{Mac, vhost};

use super::{Fds, alias, pci_place, unsupported};
use crate::domain::def::DomainDef;
use crate::domain::def::devices::Interface;
use crate::domain::def::devices::interface::{InterfaceDriver, InterfaceSource, LinkState, NetBackend};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// Largest MTU a guest can be told: the field has 16 bits.
const MAX_MTU: u32 = 65535;

pub(super) fn open_all(def: &mut DomainDef, fds: &mut Fds) -> Result<Vec<NicSpec>> {
    def.devices.interfaces.iter_mut().map(|interface| open(interface, fds)).collect()
}

fn open(interface: &mut Interface, fds: &mut Fds) -> Result<NicSpec> {
    let mac = interface.mac;
    let driver = interface.driver.as_deref();
    let queues = driver.and_then(|driver| driver.queues).unwrap_or(1);
    if queues == 0 || queues as usize > tap::MAX_QUEUES {
        return Err(unsupported(format!("interface {mac}: queues='{queues}'")));
    }
    let mtu = interface.mtu;
    if let Some(mtu) = mtu.filter(|mtu| *mtu > MAX_MTU) {
        return Err(unsupported(format!("interface {mac}: <mtu size='{mtu}'>")));
    }
    let (backend, queue_size) = (driver.and_then(|driver| driver.name), queue_size(driver, interface)?);
    let config = TapConfig {
        name: interface.target_dev.as_deref(),
        queues: queues as usize,
        vnet_hdr: true,
        guest_mac: Mac(mac.0),
        mtu,
    };
    let tap = match &interface.source {
        InterfaceSource::Bridge { bridge } => tap::on_bridge(&config, bridge, is_isolated(interface))?,
        InterfaceSource::Ethernet => {
            let managed = interface.target_managed.is_none_or(|managed| managed.is_yes());
            tap::ethernet(&config, managed)?
        }
        InterfaceSource::Network { network, .. } => {
            return Err(Error::new(
                ErrorCode::NoNetwork,
                ErrorDomain::Network,
                format!("no network with matching name '{network}'"),
            ));
        }
        InterfaceSource::Other { kind, .. } => {
            return Err(unsupported(format!("interface {mac}: type '{kind}'")));
        }
    };
    let vhosts = match backend {
        Some(NetBackend::Qemu) => None,
        backend => vhost::open_queues(tap.queues.len(), backend.is_some())?,
    };
    interface.target_dev = Some(tap.name.clone());
    Ok(NicSpec {
        alias: alias(&interface.info)?,
        target: tap.name,
        mac: mac.0,
        taps: tap.queues.into_iter().map(|queue| fds.add(queue)).collect(),
        vhosts: vhosts.unwrap_or_default().into_iter().map(|queue| fds.add(queue)).collect(),
        queue_size,
        mtu: mtu.map(|mtu| mtu as u16),
        link_up: interface.link != Some(LinkState::Down),
        offloads: true,
        address: pci_place(&interface.info),
    })
}

/// One size for both directions: a device's rings are alike.
fn queue_size(driver: Option<&InterfaceDriver>, interface: &Interface) -> Result<Option<u16>> {
    let Some(driver) = driver else { return Ok(None) };
    let size = driver.rx_queue_size.max(driver.tx_queue_size);
    let narrow = |size| {
        u16::try_from(size)
            .map_err(|_| unsupported(format!("interface {}: a ring of {size} descriptors", interface.mac)))
    };
    size.map(narrow).transpose()
}

/// `<port isolated='yes'/>`.
fn is_isolated(interface: &Interface) -> bool {
    let port = interface.kept.child("port");
    port.and_then(|port| port.attr("isolated")).is_some_and(|isolated| isolated == "yes")
}
