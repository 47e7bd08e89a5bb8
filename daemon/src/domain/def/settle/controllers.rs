//! Controllers that nobody wrote and something needs.
//!
//! libvirt adds a USB and, on q35, a SATA controller to every domain; here a controller is added only where a device
//! stands on it, or where the bus is the machine's own.

use std::collections::BTreeSet;

use crate::{
    domain::def::{
        Devices, Machine,
        address::Address,
        devices::{
            Controller, ControllerKind,
            chardev::{ChannelTarget, ConsoleTargetType},
            controller::{UNNUMBERED, pci_model},
            disk::DiskBus,
            input::InputBus,
        },
        error::{internal, unknown, unsupported, xml_error},
    },
    error::{Error, ErrorCode, ErrorDomain, Result},
};

/// Adds what is missing, numbers what has no number, and refuses what cannot stand together.
pub(super) fn add(devices: &mut Devices, board: Machine) -> Result<()> {
    check_roots(&devices.controllers, board)?;
    if needs_usb(devices) && !has(&devices.controllers, ControllerKind::Usb, None) {
        devices.controllers.push(Controller::new(ControllerKind::Usb, 0, Some(default_usb(board))));
    }
    if let Some(root) = root_model(board) {
        let given = devices.controllers.iter_mut().find(|controller| controller.is_pci(root));
        match given {
            Some(controller) => controller.index = 0,
            None => devices.controllers.push(Controller::new(ControllerKind::Pci, 0, Some(root))),
        }
    }
    number(&mut devices.controllers);
    // A second root has got a number by now, and is refused for it.
    check_roots(&devices.controllers, board)?;
    add_for_drives(devices, board)?;
    if needs_virtio_serial(devices) && !has(&devices.controllers, ControllerKind::VirtioSerial, Some(0)) {
        devices.controllers.push(Controller::new(ControllerKind::VirtioSerial, 0, None));
    }
    if devices.others.iter().any(|device| device.family() == "smartcard")
        && !has(&devices.controllers, ControllerKind::Ccid, Some(0))
    {
        devices.controllers.push(Controller::new(ControllerKind::Ccid, 0, None));
    }
    for controller in
        devices.controllers.iter_mut().filter(|controller| controller.kind == ControllerKind::Usb)
    {
        controller.model.get_or_insert_with(|| default_usb(board).to_owned());
    }
    check_twins(&devices.controllers)
}

fn has(controllers: &[Controller], kind: ControllerKind, index: Option<u32>) -> bool {
    controllers.iter().any(|other| other.kind == kind && index.is_none_or(|index| other.index == index))
}

fn default_usb(board: Machine) -> &'static str {
    match board {
        Machine::Pc => "piix3-uhci",
        Machine::Q35 | Machine::Microvm => "qemu-xhci",
    }
}

/// The model of PCI bus 0.
fn root_model(board: Machine) -> Option<&'static str> {
    match board {
        Machine::Pc => Some(pci_model::PCI_ROOT),
        Machine::Q35 => Some(pci_model::PCIE_ROOT),
        Machine::Microvm => None,
    }
}

fn check_roots(controllers: &[Controller], board: Machine) -> Result<()> {
    for controller in controllers.iter().filter(|controller| controller.kind == ControllerKind::Pci) {
        let model = controller.model.as_deref().unwrap_or_default();
        let error =
            |text: std::fmt::Arguments<'_>| Err(Error::new(ErrorCode::XmlError, ErrorDomain::Qemu, text));
        if matches!(model, pci_model::PCI_ROOT | pci_model::PCIE_ROOT) {
            if !matches!(controller.index, 0 | UNNUMBERED) {
                return error(format_args!("pci-root and pcie-root controllers should have index 0"));
            }
            if controller.info.address.is_some() {
                return Err(unknown("pci-root and pcie-root controllers should not have an address"));
            }
        }
        if board == Machine::Pc
            && (model.starts_with("pcie-") || model.starts_with("dmi-"))
            && model != pci_model::PCIE_ROOT
        {
            return Err(internal(format_args!(
                "a PCI slot is needed to connect a PCI controller model='{model}', but none is available, and it \
                 cannot be automatically added"
            )));
        }
        let Some(root) = root_model(board) else {
            return Err(unsupported("PCI controllers are not supported for the microvm machine type"));
        };
        let is_root = matches!(model, pci_model::PCI_ROOT | pci_model::PCIE_ROOT);
        if model != root && (is_root || controller.index == 0) {
            return error(format_args!(
                "The PCI controller with index='0' must be model='{root}' for this machine type, but \
                 model='{model}' was found instead"
            ));
        }
    }
    Ok(())
}

fn needs_usb(devices: &Devices) -> bool {
    devices.disks.iter().any(|disk| disk.target.bus == DiskBus::Usb)
        || devices.inputs.iter().any(|input| input.bus == InputBus::Usb)
        || devices.hostdevs.iter().any(|hostdev| hostdev.kind == "usb")
        || devices.others.iter().any(|device| matches!(device.family(), "hub" | "redirdev" | "smartcard"))
        || devices.infos().any(|info| matches!(info.address, Some(Address::Usb(_))))
}

fn needs_virtio_serial(devices: &Devices) -> bool {
    devices.channels.iter().any(|channel| matches!(channel.target, ChannelTarget::Virtio { .. }))
        || devices.consoles.iter().any(|console| console.target_type == ConsoleTargetType::Virtio)
}

/// The controllers that drives stand on, up to the largest number an address names.
fn add_for_drives(devices: &mut Devices, board: Machine) -> Result<()> {
    let kinds = [
        (DiskBus::Scsi, ControllerKind::Scsi),
        (DiskBus::Fdc, ControllerKind::Fdc),
        (DiskBus::Ide, ControllerKind::Ide),
        (DiskBus::Sata, ControllerKind::Sata),
    ];
    for (bus, kind) in kinds {
        let on_bus = devices.disks.iter().filter(|disk| disk.target.bus == bus);
        let numbers: BTreeSet<u32> = on_bus
            .filter_map(|disk| match &disk.info.address {
                Some(Address::Drive(drive)) => Some(drive.controller),
                _ => None,
            })
            .collect();
        if board != Machine::Pc && kind == ControllerKind::Ide && !numbers.is_empty() {
            return Err(unsupported("IDE controllers are unsupported for this QEMU binary or machine type"));
        }
        for index in numbers {
            if !has(&devices.controllers, kind, Some(index)) {
                let model = (kind == ControllerKind::Scsi).then_some("lsilogic");
                devices.controllers.push(Controller::new(kind, index, model));
            }
        }
    }
    Ok(())
}

/// Gives controllers without a number the next free one; USB 1 companions share that of their USB 2 controller.
fn number(controllers: &mut [Controller]) {
    let given = controllers.iter().filter(|controller| controller.index != UNNUMBERED);
    let mut used: BTreeSet<(ControllerKind, u32)> = given.map(|other| (other.kind, other.index)).collect();
    let mut master = None;
    for controller in controllers {
        if controller.index == UNNUMBERED {
            let kind = controller.kind;
            let shared = master.filter(|_| is_companion(controller));
            // Never more controllers than numbers: one is free.
            let free = || (0..UNNUMBERED).find(|index| !used.contains(&(kind, *index))).unwrap_or(0);
            controller.index = shared.unwrap_or_else(free);
            used.insert((kind, controller.index));
            controller.settle();
        }
        if controller.model.as_deref() == Some("ich9-ehci1") {
            master = Some(controller.index);
        }
    }
}

fn is_companion(controller: &Controller) -> bool {
    controller.model.as_deref().is_some_and(|model| model.starts_with("ich9-uhci"))
}

fn check_twins(controllers: &[Controller]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for controller in controllers {
        // Companions share the number of their USB 2 controller, and each is there once.
        let companion = controller.model.as_deref().filter(|_| is_companion(controller));
        let index = controller.index;
        if !seen.insert((controller.kind, index, companion)) {
            let text = format_args!("Multiple '{}' controllers with index '{index}'", controller.kind);
            return Err(xml_error(text));
        }
    }
    Ok(())
}
