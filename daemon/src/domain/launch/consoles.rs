//! Virtio consoles: the ports of the virtio-serial controllers, each a console or a channel.

use std::fs::File;
use std::path::PathBuf;

use uuid::Uuid;
use vireo_control::{ConsoleSpec, PortSpec};

use super::chardevs::{open_backend, open_log};
use super::sockets::Sockets;
use super::{Fds, alias, pci_place, unsupported};
use crate::domain::def::devices::chardev::{ChannelTarget, ChardevBackend, ConsoleTargetType, UnixMode};
use crate::domain::def::devices::{Channel, Console, ControllerKind};
use crate::domain::def::{Address, DeviceInfo, DomainDef, fates};
use crate::domain::files::Files;
use crate::error::Result;

/// Where things go that are opened.
pub(super) struct Outlets<'a> {
    /// What goes to a standard output ends here.
    pub domain_log: &'a File,
    pub fds: &'a mut Fds,
    pub sockets: &'a mut Sockets,
    pub files: &'a Files,
}

pub(super) fn open_all(def: &mut DomainDef, outlets: &mut Outlets<'_>) -> Result<Vec<ConsoleSpec>> {
    let uuid = def.uuid;
    let devices = &mut def.devices;
    let mut specs = Vec::new();
    let mut ports: Vec<(u32, PortSpec)> = Vec::new();
    for channel in &mut devices.channels {
        if let Some(place) = place(&channel.info).filter(|_| fates::is_served_channel(channel)) {
            ports.push((place.0, open_channel(channel, place.1, uuid, outlets)?));
        }
    }
    for console in &mut devices.consoles {
        if console.target_type == ConsoleTargetType::Virtio {
            let (controller, number) = place(&console.info).unwrap_or_else(|| (0, free_number(&ports)));
            ports.push((controller, open_console(console, number, outlets)?));
        }
    }
    for controller in &devices.controllers {
        if controller.kind != ControllerKind::VirtioSerial {
            continue;
        }
        let number = controller.index;
        let (own, others) = ports.into_iter().partition::<Vec<_>, _>(|(controller, _)| *controller == number);
        ports = others;
        let max_ports = controller.ports.map(|ports| count(ports, "ports")).transpose()?;
        specs.push(ConsoleSpec {
            alias: alias(&controller.info)?,
            ports: own.into_iter().map(|(_, port)| port).collect(),
            max_ports,
            address: pci_place(&controller.info),
        });
    }
    match ports.first() {
        None => Ok(specs),
        Some((number, port)) => {
            Err(unsupported(format!("{}: virtio-serial controller {number} is missing", port.alias)))
        }
    }
}

/// Controller and port.
fn place(info: &DeviceInfo) -> Option<(u32, u32)> {
    match info.address {
        Some(Address::VirtioSerial(address)) => Some((address.controller, address.port)),
        _ => None,
    }
}

/// Consoles that ask for no port take the first that nobody has; port 0 is for them alone.
fn free_number(ports: &[(u32, PortSpec)]) -> u32 {
    let taken =
        |number| ports.iter().any(|(controller, port)| (*controller, u32::from(port.number)) == (0, number));
    (0..).find(|number| !taken(*number)).unwrap_or(u32::MAX)
}

fn count(number: u32, what: &str) -> Result<u16> {
    u16::try_from(number).map_err(|_| unsupported(format!("virtio-serial: {what} '{number}'")))
}

fn open_channel(
    channel: &mut Channel,
    number: u32,
    uuid: Uuid,
    outlets: &mut Outlets<'_>,
) -> Result<PortSpec> {
    let alias = alias(&channel.info)?;
    let ChannelTarget::Virtio { name, .. } = &channel.target else {
        return Err(unsupported(format!("{alias}: a channel of another type")));
    };
    if let ChardevBackend::Unix { path: path @ None, mode, .. } = &mut channel.backend {
        *path = Some(outlets.channel_path(uuid, &alias).to_string_lossy().into_owned());
        *mode = UnixMode::Bind;
    }
    let log = channel.log.as_ref().map(|log| open_log(log, outlets.fds)).transpose()?;
    Ok(PortSpec {
        number: count(number, "port")?,
        name: name.clone(),
        console: false,
        backend: open_backend(&mut channel.backend, outlets.domain_log, outlets.fds, outlets.sockets)?,
        alias,
        log,
    })
}

fn open_console(console: &mut Console, number: u32, outlets: &mut Outlets<'_>) -> Result<PortSpec> {
    let log = console.log.as_ref().map(|log| open_log(log, outlets.fds)).transpose()?;
    Ok(PortSpec {
        alias: alias(&console.info)?,
        number: count(number, "port")?,
        name: None,
        console: true,
        backend: open_backend(&mut console.backend, outlets.domain_log, outlets.fds, outlets.sockets)?,
        log,
    })
}

impl Outlets<'_> {
    /// The socket of a channel that names none: beside the guest's own, short enough for a socket's address.
    fn channel_path(&self, uuid: Uuid, alias: &str) -> PathBuf {
        self.files.control_path(uuid).with_extension(alias)
    }
}
