//! DSDT: the devices that a guest cannot find by itself.

use acpi_tables::{
    Aml,
    aml::{
        AddressSpace, AddressSpaceCacheable, Arg, Device, EISAName, Equal, IO, If, Interrupt, Memory32Fixed,
        Method, Name, Notify, Package, Path, ResourceTemplate, Scope,
    },
};

use super::{PciWindows, Platform, cpus};
use crate::{platform::ports, virtio::MmioSlot};

/// The sleep state that means off: guests write it to the sleep register.
pub const S5: u8 = 5;

/// Notification of a pressed button.
const PRESSED: u8 = 0x80;

/// The table's body.
pub fn body(platform: &Platform) -> Vec<u8> {
    let mut aml = Vec::new();
    Name::new("_S5_".into(), &Package::new(vec![&S5, &S5, &0u8, &0u8])).to_aml_bytes(&mut aml);
    for port in &platform.serial_ports {
        serial_port(&mut aml, *port);
    }
    if platform.rtc {
        clock(&mut aml);
    }
    for (number, device) in platform.mmio_devices.iter().enumerate() {
        virtio_mmio(&mut aml, number, device);
    }
    if platform.hardware_reduced() {
        power_button(&mut aml);
    }
    if platform.hotplug {
        cpus::changing(&mut aml, platform);
    } else if !platform.hardware_reduced() {
        cpus::fixed(&mut aml, platform);
    }
    if platform.has_pci() {
        pci_root(&mut aml, platform);
    }
    aml
}

/// A device in the system bus's scope.
pub(super) fn add_device(aml: &mut Vec<u8>, name: &str, objects: &[&dyn Aml]) {
    let device = Device::new(name.into(), objects.to_vec());
    Scope::new("_SB_".into(), vec![&device]).to_aml_bytes(aml);
}

/// The device's kind.
pub(super) fn hid(id: &dyn Aml) -> Name {
    Name::new("_HID".into(), id)
}

/// The device's number among those of its kind.
pub(super) fn uid(number: u32) -> Name {
    Name::new("_UID".into(), &number)
}

/// What the device uses.
pub(super) fn resources(list: &[&dyn Aml]) -> Name {
    Name::new("_CRS".into(), &ResourceTemplate::new(list.to_vec()))
}

/// An edge-triggered, active-high interrupt line.
pub(super) fn line(gsi: u32, shared: bool) -> Interrupt {
    Interrupt::new(true, true, false, shared, gsi)
}

fn serial_port(aml: &mut Vec<u8>, port: u8) {
    let (base, irq) = ports::serial(port);
    let resources = resources(&[&IO::new(base, base, 1, 8), &line(irq, true)]);
    let name = format!("COM{}", port + 1);
    add_device(aml, &name, &[&hid(&EISAName::new("PNP0501")), &uid(u32::from(port) + 1), &resources]);
}

fn clock(aml: &mut Vec<u8>) {
    let resources = resources(&[&IO::new(ports::RTC, ports::RTC, 1, 2), &line(ports::RTC_IRQ, false)]);
    add_device(aml, "RTC_", &[&hid(&EISAName::new("PNP0B00")), &resources]);
}

fn virtio_mmio(aml: &mut Vec<u8>, number: usize, device: &MmioSlot) {
    let address = u32::try_from(device.address).unwrap_or(u32::MAX);
    let resources =
        resources(&[&Memory32Fixed::new(true, address, device.size as u32), &line(device.gsi, false)]);
    add_device(aml, &format!("VR{number:02X}"), &[&hid(&"LNRO0005"), &uid(number as u32), &resources]);
}

/// Hardware-reduced machines: the button, and the event device that tells of it.
fn power_button(aml: &mut Vec<u8>) {
    add_device(aml, "PWRB", &[&hid(&EISAName::new("PNP0C0C"))]);

    let (button, number) = (Path::new("\\_SB_.PWRB"), ports::SCI as u8);
    let notify = Notify::new(&button, &PRESSED);
    let arrived = Equal::new(&Arg(0), &number);
    let dispatch = If::new(&arrived, vec![&notify]);
    let events = Method::new("_EVT".into(), 1, true, vec![&dispatch]);
    let resources = resources(&[&line(ports::SCI.into(), false)]);
    add_device(aml, "GED_", &[&hid(&"ACPI0013"), &uid(0), &resources, &events]);
}

fn pci_root(aml: &mut Vec<u8>, platform: &Platform) {
    let windows = PciWindows::new(platform.ram_bytes);
    let uncached = AddressSpaceCacheable::NotCacheable;
    let resources = resources(&[
        &AddressSpace::<u16>::new_bus_number(0, platform.last_bus.into()),
        &IO::new(ports::PCI_CONFIG, ports::PCI_CONFIG, 1, 8),
        &AddressSpace::<u16>::new_io(0, ports::PCI_CONFIG - 1, None),
        &AddressSpace::<u16>::new_io(ports::PCI_IO_START, 0xffff, None),
        &AddressSpace::<u32>::new_memory(uncached, true, windows.low.0, windows.low.1, None),
        &AddressSpace::<u64>::new_memory(uncached, true, windows.high.0, windows.high.1, None),
    ]);
    let objects: [&dyn Aml; 6] = [
        &hid(&EISAName::new("PNP0A08")),
        &Name::new("_CID".into(), &EISAName::new("PNP0A03")),
        &uid(0),
        &Name::new("_SEG".into(), &0u8),
        &Name::new("_BBN".into(), &0u8),
        &resources,
    ];
    add_device(aml, "PCI0", &objects);
}
