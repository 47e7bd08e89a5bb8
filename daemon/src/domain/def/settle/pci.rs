//! Places on the PCI bus, given as libvirt gives them, so that a guest moved between the two sees its devices where
//! they were.
//!
//! ```text
//! addresses that are written -> the chipset's own -> controllers -> devices, family by family -> function 0 told
//!                                                                                              of its neighbours
//! ```
//! On `pc` a device gets the next free slot of bus 0; on `q35` each gets a `pcie-root-port` of its own, and a domain
//! whose ports are all the daemon's gets one more, for a device plugged in later.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::def::{
        Devices, Machine,
        address::{Address, DeviceInfo, PciAddress},
        devices::{
            Controller, ControllerKind, Interface, OtherDevice, Video, balloon::BalloonModel,
            chardev::SerialTargetType, controller::pci_model, disk::DiskBus, input::InputBus,
            video::VideoModel,
        },
        error::{internal, xml_error},
        words::OnOff,
    },
    error::{Error, Result},
};

/// Gives every device that stands on the PCI bus a place, and makes the root ports that takes.
pub(super) fn assign(devices: &mut Devices, board: Machine) -> Result<()> {
    let ours = !devices.controllers.iter().any(is_bridge);
    if board == Machine::Q35 {
        add_named_ports(devices);
    }
    let mut buses = Buses::of(devices, board)?;
    buses.reserve_written(devices)?;
    buses.reserve_chipset(devices);
    if board == Machine::Q35 {
        add_needed_ports(devices, &mut buses, ours);
    }
    for controller in devices.controllers.iter_mut().filter(|controller| is_bridge(controller)) {
        if wants_address(&controller.info) {
            let root_port = controller.is_pci(pci_model::PCIE_ROOT_PORT);
            let address = if root_port { buses.next_port_function()? } else { buses.next(false)? };
            controller.info.address = Some(Address::Pci(Some(address)));
        }
        controller.settle();
    }
    let fresh: Vec<bool> = devices.controllers.iter().map(|c| wants_address(&c.info)).collect();
    let mut result = Ok(());
    each_device(devices, &mut |class, info| {
        if result.is_ok() && wants_address(info) && (board == Machine::Pc || class == Class::Express) {
            match buses.next(board == Machine::Q35) {
                Ok(address) => info.address = Some(Address::Pci(Some(address))),
                Err(error) => result = Err(error),
            }
        }
    });
    result?;
    spread_ich9(devices, &mut buses, &fresh);
    tell_neighbours(devices);
    check_unique(devices)
}

/// On a machine without PCI, virtio devices stand on virtio-mmio slots.
pub(super) fn assign_mmio(devices: &mut Devices) {
    each_device(devices, &mut |class, info| {
        if class == Class::Express && info.address.is_none() {
            info.address = Some(Address::VirtioMmio);
        }
    });
}

fn wants_address(info: &DeviceInfo) -> bool {
    matches!(info.address, None | Some(Address::Pci(None)))
}

fn is_bridge(controller: &Controller) -> bool {
    controller.kind == ControllerKind::Pci && controller.index != 0
}

/// Which buses a device fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A root port's, and any other.
    Express,
    /// Only those of conventional PCI: without a place on q35, which has none here.
    Conventional,
}

fn classed(express: bool) -> Class {
    if express { Class::Express } else { Class::Conventional }
}

/// Every device that stands on the PCI bus and has no fixed place there, in the order libvirt gives places in.
fn each_device(devices: &mut Devices, give: &mut dyn FnMut(Class, &mut DeviceInfo)) {
    let others = |others: &mut [OtherDevice], give: &mut dyn FnMut(Class, &mut DeviceInfo), family: &str| {
        for device in others.iter_mut().filter(|device| device.family() == family) {
            if let Some(class) = class_of_other(device) {
                give(class, &mut device.info);
            }
        }
    };
    others(&mut devices.others, give, "filesystem");
    for interface in &mut devices.interfaces {
        if let Some(class) = class_of_interface(interface) {
            give(class, &mut interface.info);
        }
    }
    others(&mut devices.others, give, "sound");
    let mut shared = BTreeSet::new();
    for controller in &mut devices.controllers {
        // Functions of one slot: the first takes it for all.
        let again = ich9_function(controller).is_some() && !shared.insert(controller.index);
        if let Some(class) = class_of_controller(controller).filter(|_| !again) {
            give(class, &mut controller.info);
        }
    }
    for disk in devices.disks.iter_mut().filter(|disk| disk.target.bus == DiskBus::Virtio) {
        give(Class::Express, &mut disk.info);
    }
    for hostdev in devices.hostdevs.iter_mut().filter(|hostdev| matches!(&*hostdev.kind, "pci" | "mdev")) {
        give(Class::Express, &mut hostdev.info);
    }
    let balloon = devices.memballoon.as_mut();
    if let Some(balloon) = balloon.filter(|b| !matches!(b.model, BalloonModel::None | BalloonModel::Xen)) {
        give(Class::Express, &mut balloon.info);
    }
    for rng in &mut devices.rngs {
        give(Class::Express, &mut rng.info);
    }
    others(&mut devices.others, give, "watchdog");
    for video in devices.videos.iter_mut().filter(|video| is_on_pci(video)) {
        give(classed(video.model == VideoModel::Virtio), &mut video.info);
    }
    others(&mut devices.others, give, "shmem");
    for input in devices.inputs.iter_mut().filter(|input| input.bus == InputBus::Virtio) {
        give(Class::Express, &mut input.info);
    }
    for serial in
        devices.serials.iter_mut().filter(|serial| serial.target_type == SerialTargetType::PciSerial)
    {
        give(Class::Conventional, &mut serial.info);
    }
    others(&mut devices.others, give, "vsock");
    others(&mut devices.others, give, "crypto");
}

fn class_of_interface(interface: &Interface) -> Option<Class> {
    let model = interface.model.as_deref()?;
    (model != "usb-net")
        .then(|| classed(interface.is_virtio() || matches!(model, "e1000e" | "igb" | "vmxnet3")))
}

/// IDE, floppy and smart-card controllers have no place of their own.
fn class_of_controller(controller: &Controller) -> Option<Class> {
    let model = controller.model.as_deref().unwrap_or_default();
    match controller.kind {
        ControllerKind::VirtioSerial => Some(Class::Express),
        ControllerKind::Scsi => Some(classed(model.starts_with("virtio"))),
        ControllerKind::Sata => Some(Class::Conventional),
        ControllerKind::Usb if model == "none" => None,
        ControllerKind::Usb => Some(classed(matches!(model, "qemu-xhci" | "nec-xhci"))),
        _ => None,
    }
}

fn class_of_other(device: &OtherDevice) -> Option<Class> {
    let model = device.element.attr("model").unwrap_or_default();
    match device.family() {
        "filesystem" | "vsock" | "crypto" | "shmem" => Some(Class::Express),
        "sound" => matches!(model, "ich6" | "ac97" | "es1370").then_some(Class::Conventional),
        "watchdog" => (model == "i6300esb").then_some(Class::Conventional),
        _ => None,
    }
}

fn is_on_pci(video: &Video) -> bool {
    !matches!(video.model, VideoModel::None | VideoModel::Ramfb | VideoModel::Default)
}

/// One PCI bus: a mask of used functions for each slot.
#[derive(Debug, Clone)]
struct Bus {
    model: String,
    first: u8,
    last: u8,
    used: [u8; 32],
}

/// All of a slot's functions.
const WHOLE_SLOT: u8 = 0xff;

/// The buses of a domain, by libvirt's number.
#[derive(Debug)]
struct Buses {
    board: Machine,
    buses: BTreeMap<u8, Bus>,
    /// Slots of bus 0 whose functions are root ports.
    port_slots: BTreeSet<u8>,
}

impl Buses {
    fn of(devices: &Devices, board: Machine) -> Result<Self> {
        let mut buses = Self { board, buses: BTreeMap::new(), port_slots: BTreeSet::new() };
        for controller in &devices.controllers {
            if controller.kind == ControllerKind::Pci && controller.index > 255 {
                return Err(internal("a PCI controller's index is larger than 255"));
            }
            buses.add(controller);
            let on_root = controller.info.pci().filter(|pci| pci.bus == 0);
            if let Some(pci) = on_root.filter(|_| controller.is_pci(pci_model::PCIE_ROOT_PORT)) {
                buses.port_slots.insert(pci.slot);
            }
        }
        Ok(buses)
    }

    /// Adds the bus that a controller opens.
    fn add(&mut self, controller: &Controller) {
        let (ControllerKind::Pci, Some(model)) = (controller.kind, &controller.model) else { return };
        let (first, last) = match &**model {
            pci_model::PCIE_ROOT_PORT | "pcie-switch-downstream-port" => (0, 0),
            pci_model::DMI_TO_PCI_BRIDGE | "pcie-switch-upstream-port" | "pcie-expander-bus" => (0, 31),
            _ => (1, 31),
        };
        // Checked by `of`; those added since are counted in 8 bits.
        let bus = Bus { model: model.clone(), first, last, used: [0; 32] };
        self.buses.entry(controller.index as u8).or_insert(bus);
    }

    /// Takes the places that the document names.
    fn reserve_written(&mut self, devices: &Devices) -> Result<()> {
        if self.board == Machine::Pc {
            // PIIX3: the bridge to ISA, and IDE, USB and power management as its other functions.
            self.take_slot(0, 1);
        }
        let of_chipset = |pci: &PciAddress| {
            let mut on_it =
                devices.controllers.iter().filter(|controller| controller.info.pci() == Some(*pci));
            self.board == Machine::Pc
                && (pci.bus, pci.slot) == (0, 1)
                && on_it.all(|controller| {
                    matches!(
                        (controller.kind, pci.function),
                        (ControllerKind::Ide, 1) | (ControllerKind::Usb, 2)
                    )
                })
                && devices.controllers.iter().any(|controller| controller.info.pci() == Some(*pci))
        };
        let written: Vec<PciAddress> =
            devices.infos().filter_map(DeviceInfo::pci).filter(|pci| !of_chipset(pci)).collect();
        written.into_iter().try_for_each(|pci| self.take(pci))
    }

    fn take(&mut self, pci: PciAddress) -> Result<()> {
        let invalid =
            |why: std::fmt::Arguments<'_>| Err(xml_error(format_args!("Invalid PCI address {pci}. {why}")));
        if pci.domain != 0 {
            return invalid(format_args!("Only PCI domain 0 is available"));
        }
        let last = self.buses.keys().last().copied().unwrap_or(0);
        let Some(bus) = self.buses.get_mut(&pci.bus) else {
            return invalid(format_args!("Only PCI buses up to {last} are available"));
        };
        if pci.slot < bus.first {
            let first = bus.first;
            return invalid(format_args!("slot must be >= {first}"));
        }
        if pci.slot > bus.last {
            let last = bus.last;
            return invalid(format_args!("slot must be <= {last}"));
        }
        let mask = 1 << pci.function;
        if bus.used[usize::from(pci.slot)] & mask != 0 {
            return Err(double_use(pci));
        }
        bus.used[usize::from(pci.slot)] |= mask;
        Ok(())
    }

    fn take_function(&mut self, bus: u8, slot: u8, function: u8) {
        if let Some(bus) = self.buses.get_mut(&bus) {
            bus.used[usize::from(slot)] |= 1 << function;
        }
    }

    fn take_slot(&mut self, bus: u8, slot: u8) {
        if let Some(bus) = self.buses.get_mut(&bus) {
            bus.used[usize::from(slot)] = WHOLE_SLOT;
        }
    }

    fn is_free(&self, slot: u8) -> bool {
        self.buses.get(&0).is_some_and(|bus| bus.used[usize::from(slot)] == 0)
    }

    /// Gives devices that are part of the chipset, and the first display, their places.
    fn reserve_chipset(&mut self, devices: &mut Devices) {
        if self.board == Machine::Q35 {
            // The bridge to ISA and the SMBus controller; SATA is function 2.
            for function in [0, 3] {
                self.take_function(0, 0x1f, function);
            }
        }
        for controller in devices.controllers.iter_mut().filter(|controller| wants_address(&controller.info))
        {
            let place = match (self.board, controller.kind, controller.model.as_deref()) {
                (Machine::Pc, ControllerKind::Ide, _) if controller.index == 0 => (1, 1),
                (Machine::Pc, ControllerKind::Usb, Some("piix3-uhci")) if controller.index == 0 => (1, 2),
                (Machine::Q35, ControllerKind::Sata, _) if controller.index == 0 => (0x1f, 2),
                _ => continue,
            };
            self.take_function(0, place.0, place.1);
            let address = PciAddress { slot: place.0, function: place.1, ..PciAddress::default() };
            controller.info.address = Some(Address::Pci(Some(address)));
        }
        let display = if self.board == Machine::Pc { 2 } else { 1 };
        if let Some(video) = devices.videos.first_mut().filter(|video| is_on_pci(video))
            && wants_address(&video.info)
            && self.is_free(display)
        {
            self.take_slot(0, display);
            let address = PciAddress { slot: display, ..PciAddress::default() };
            video.info.address = Some(Address::Pci(Some(address)));
        }
    }

    /// The next free slot: of a root port, or of any bus where slots are plain.
    fn next(&mut self, express: bool) -> Result<PciAddress> {
        for (number, bus) in &mut self.buses {
            let fits = if express {
                bus.model == pci_model::PCIE_ROOT_PORT
            } else {
                matches!(&*bus.model, pci_model::PCI_ROOT | pci_model::PCIE_ROOT | pci_model::PCI_BRIDGE)
            };
            let free = (bus.first..=bus.last).find(|slot| bus.used[usize::from(*slot)] == 0);
            if let Some(slot) = free.filter(|_| fits) {
                bus.used[usize::from(slot)] = WHOLE_SLOT;
                return Ok(PciAddress { bus: *number, slot, ..PciAddress::default() });
            }
        }
        Err(internal("No more available PCI slots"))
    }

    /// The next free function of the slots on bus 0 that root ports share.
    fn next_port_function(&mut self) -> Result<PciAddress> {
        let Some(bus) = self.buses.get_mut(&0) else { return Err(internal("No more available PCI slots")) };
        for slot in bus.first..=bus.last {
            let shared = self.port_slots.contains(&slot);
            let used = bus.used[usize::from(slot)];
            if used == 0 || shared && used != WHOLE_SLOT {
                let function = used.trailing_ones() as u8;
                bus.used[usize::from(slot)] |= 1 << function;
                self.port_slots.insert(slot);
                return Ok(PciAddress { slot, function, ..PciAddress::default() });
            }
        }
        Err(internal("No more available PCI slots"))
    }
}

/// Makes root ports for the buses that nothing opens, up to the last that an address or a controller names: as with
/// libvirt, bus numbers have no holes.
fn add_named_ports(devices: &mut Devices) {
    let given: BTreeSet<u32> = devices
        .controllers
        .iter()
        .filter(|controller| controller.kind == ControllerKind::Pci)
        .map(|controller| controller.index)
        .collect();
    let addressed = devices.infos().filter_map(DeviceInfo::pci).map(|pci| u32::from(pci.bus)).max();
    // Larger numbers are refused by `Buses::of`.
    let opened = given.range(..=u32::from(u8::MAX)).last().copied();
    let last = addressed.max(opened).unwrap_or(0);
    let missing = (1..=last).filter(|index| !given.contains(index));
    devices.controllers.extend(missing.map(root_port));
}

fn root_port(index: u32) -> Controller {
    Controller::new(ControllerKind::Pci, index, Some(pci_model::PCIE_ROOT_PORT))
}

/// Makes as many root ports as the devices without a place need beyond those that are free; one more where all
/// ports are the daemon's (`ours`) and none would be left.
fn add_needed_ports(devices: &mut Devices, buses: &mut Buses, ours: bool) {
    let mut wanted = 0usize;
    each_device(devices, &mut |class, info| {
        wanted += usize::from(class == Class::Express && wants_address(info));
    });
    let ports = buses.buses.values().filter(|bus| bus.model == pci_model::PCIE_ROOT_PORT);
    let (all, free) = (ports.clone().count(), ports.filter(|bus| bus.used[0] == 0).count());
    let mut missing = wanted.saturating_sub(free);
    if ours && all + missing > 0 && wanted >= free {
        missing += 1;
    }
    // A bus number has 8 bits; devices beyond them find no place.
    let numbers: Vec<u8> = (1..=u8::MAX).filter(|n| !buses.buses.contains_key(n)).take(missing).collect();
    for number in numbers {
        let port = root_port(number.into());
        buses.add(&port);
        devices.controllers.push(port);
    }
}

/// No place is given twice, whatever the document says of the chipset's own.
fn check_unique(devices: &Devices) -> Result<()> {
    let mut seen = BTreeSet::new();
    match devices.infos().filter_map(DeviceInfo::pci).find(|pci| !seen.insert(pci.place())) {
        Some(pci) => Err(double_use(pci)),
        None => Ok(()),
    }
}

fn double_use(pci: PciAddress) -> Error {
    xml_error(format_args!("Attempted double use of PCI Address {pci}"))
}

/// Function 0 of a slot has to say that the slot has others.
fn tell_neighbours(devices: &mut Devices) {
    let shared: BTreeSet<(u8, u8)> = devices
        .infos()
        .filter_map(DeviceInfo::pci)
        .filter(|pci| pci.function != 0)
        .map(|pci| (pci.bus, pci.slot))
        .collect();
    for info in devices.infos_mut() {
        if let Some(Address::Pci(Some(pci))) = &mut info.address
            && pci.function == 0
            && shared.contains(&(pci.bus, pci.slot))
        {
            pci.multifunction.get_or_insert(OnOff::On);
        }
    }
}

/// ICH9's USB 2 controller is function 7 of a slot, its three USB 1 companions functions 0 to 2.
fn ich9_function(controller: &Controller) -> Option<u8> {
    match controller.model.as_deref()? {
        "ich9-ehci1" => Some(7),
        "ich9-uhci1" => Some(0),
        "ich9-uhci2" => Some(1),
        "ich9-uhci3" => Some(2),
        _ => None,
    }
}

/// Gives the USB controllers that had no place (`fresh`) their functions of the slot one of them has.
fn spread_ich9(devices: &mut Devices, buses: &mut Buses, fresh: &[bool]) {
    let members = devices.controllers.iter().filter(|controller| ich9_function(controller).is_some());
    let places = members.filter_map(|controller| Some((controller.index, controller.info.pci()?)));
    let mut slots: BTreeMap<u32, (u8, u8)> =
        places.map(|(index, pci)| (index, (pci.bus, pci.slot))).collect();
    for (controller, fresh) in devices.controllers.iter_mut().zip(fresh) {
        let Some(function) = ich9_function(controller).filter(|_| *fresh) else { continue };
        // q35 has a slot for them that nothing else is given.
        if buses.board == Machine::Q35 && !slots.contains_key(&controller.index) && buses.is_free(0x1d) {
            buses.take_slot(0, 0x1d);
            slots.insert(controller.index, (0, 0x1d));
        }
        if let Some((bus, slot)) = slots.get(&controller.index).copied() {
            let address = PciAddress { bus, slot, function, ..PciAddress::default() };
            controller.info.address = Some(Address::Pci(Some(address)));
        }
    }
}
