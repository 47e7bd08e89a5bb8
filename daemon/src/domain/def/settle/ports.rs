//! Ports of USB hubs and of virtio-serial controllers.

use std::collections::BTreeSet;

use crate::domain::def::{
    Devices,
    address::{Address, DeviceInfo, UsbAddress, VirtioSerialAddress},
    devices::{chardev::ChannelTarget, disk::DiskBus, input::InputBus},
};

/// Gives devices on these buses a port where they have none.
pub(super) fn assign(devices: &mut Devices) {
    assign_usb(devices);
    assign_virtio_serial(devices);
}

fn assign_usb(devices: &mut Devices) {
    let used: BTreeSet<String> = devices
        .infos()
        .filter_map(|info| match &info.address {
            Some(Address::Usb(UsbAddress { port: Some(port), .. })) => Some(port.clone()),
            _ => None,
        })
        .collect();
    let mut free = (1u32..).map(|port| port.to_string()).filter(|port| !used.contains(port));
    let mut give = |info: &mut DeviceInfo| {
        if info.address.is_none() {
            info.address = Some(Address::Usb(UsbAddress { bus: 0, port: free.next() }));
        }
    };
    for device in devices.others.iter_mut().filter(|device| device.family() == "hub") {
        give(&mut device.info);
    }
    for hostdev in devices.hostdevs.iter_mut().filter(|hostdev| hostdev.kind == "usb") {
        give(&mut hostdev.info);
    }
    for disk in devices.disks.iter_mut().filter(|disk| disk.target.bus == DiskBus::Usb) {
        give(&mut disk.info);
    }
    for input in devices.inputs.iter_mut().filter(|input| input.bus == InputBus::Usb) {
        give(&mut input.info);
    }
}

fn assign_virtio_serial(devices: &mut Devices) {
    let mut used: BTreeSet<(u32, u32)> = devices
        .infos()
        .filter_map(|info| match info.address {
            Some(Address::VirtioSerial(address)) => Some((address.controller, address.port)),
            _ => None,
        })
        .collect();
    for channel in &mut devices.channels {
        if matches!(channel.target, ChannelTarget::Virtio { .. }) && channel.info.address.is_none() {
            // Port 0 is the console's.
            let port = (1..).find(|port| !used.contains(&(0, *port))).unwrap_or(u32::MAX);
            used.insert((0, port));
            let address = VirtioSerialAddress { controller: 0, bus: 0, port };
            channel.info.address = Some(Address::VirtioSerial(address));
        }
    }
}
