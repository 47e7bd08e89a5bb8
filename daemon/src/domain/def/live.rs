//! What only a running guest has: aliases, image numbers, and what really runs in place of what was asked for.

use super::{
    Devices, DomainDef,
    address::{Address, DeviceInfo, USER_ALIAS},
    cpu::{Cpu, CpuCheck, CpuMode},
    devices::{
        Controller, ControllerKind, Disk,
        chardev::{ChannelState, ChannelTarget},
        controller::pci_model,
        disk::DiskBus,
    },
    fates,
    words::OnOff,
};
use crate::{error::Result, xml::Element};

impl DomainDef {
    /// Makes this the definition of a guest about to run: refuses what the start cannot honour, and fills in the
    /// names devices have while it runs. Paths of terminals, names of taps and the id are the caller's to fill in.
    pub fn assign_live(&mut self) -> Result<()> {
        fates::check(self)?;
        self.os.machine = self.os.board().canonical().to_owned();
        if self.cpu.as_ref().is_none_or(|cpu| cpu.mode.is_none()) {
            let cpu = self.cpu.get_or_insert_with(|| Box::new(Cpu::default()));
            cpu.mode = Some(CpuMode::HostPassthrough);
            cpu.matching = None;
            cpu.check = Some(CpuCheck::None);
            cpu.migratable.get_or_insert(OnOff::On);
        }
        self.devices.assign_live();
        self.vcpus.number();
        // Nothing is lent yet; what is to be, the guest is asked for once it runs.
        self.memory.current_kib = self.memory.total_kib;
        Ok(())
    }
}

impl Devices {
    fn assign_live(&mut self) {
        // Images are numbered from the last disk to the first, as stock opens them.
        for (number, disk) in self.disks.iter_mut().rev().enumerate() {
            // The limit on devices keeps this far below 32 bits.
            disk.source.index = Some(number as u32 + 1).filter(|_| !disk.source.is_empty());
            if !disk.source.is_empty() {
                disk.backing_store.get_or_insert_with(|| Box::new(Element::new("backingStore")));
            }
        }
        for disk in &mut self.disks {
            let alias = disk_alias(disk);
            name(&mut disk.info, alias);
        }
        for controller in &mut self.controllers {
            let alias = controller_alias(controller);
            name(&mut controller.info, alias);
        }
        number(self.interfaces.iter_mut().map(|device| &mut device.info), "net");
        number(self.serials.iter_mut().map(|device| &mut device.info), "serial");
        number(self.parallels.iter_mut().map(|device| &mut device.info), "parallel");
        number(self.consoles.iter_mut().map(|device| &mut device.info), "console");
        number(self.channels.iter_mut().map(|device| &mut device.info), "channel");
        for channel in &mut self.channels {
            if let ChannelTarget::Virtio { state, .. } = &mut channel.target {
                *state = Some(ChannelState::Disconnected);
            }
        }
        number(self.inputs.iter_mut().map(|device| &mut device.info), "input");
        number(self.videos.iter_mut().map(|device| &mut device.info), "video");
        number(self.hostdevs.iter_mut().map(|device| &mut device.info), "hostdev");
        number(self.balloon_mut().into_iter().map(|device| &mut device.info), "balloon");
        number(self.rngs.iter_mut().map(|device| &mut device.info), "rng");
        // The first console is the first serial port.
        if let (Some(serial), Some(console)) = (self.serials.first(), self.consoles.first_mut()) {
            console.info.alias.clone_from(&serial.info.alias);
        }
        for family in OTHER_ALIASES {
            let of_family = self.others.iter_mut().filter(|device| device.family() == family.0);
            number(of_family.map(|device| &mut device.info), family.1);
        }
    }
}

/// Aliases of the families without a model of their own; the others have none.
const OTHER_ALIASES: &[(&str, &str)] = &[
    ("filesystem", "fs"),
    ("smartcard", "smartcard"),
    ("tpm", "tpm"),
    ("sound", "sound"),
    ("redirdev", "redir"),
    ("hub", "hub"),
    ("watchdog", "watchdog"),
    ("shmem", "shmem"),
    ("memory", "dimm"),
    ("vsock", "vsock"),
    ("crypto", "crypto"),
];

/// Gives a device its name, unless its user has.
fn name(info: &mut DeviceInfo, alias: String) {
    if !info.alias.as_ref().is_some_and(|own| own.starts_with(USER_ALIAS)) {
        info.alias = Some(alias);
    }
}

fn number<'d>(devices: impl Iterator<Item = &'d mut DeviceInfo>, prefix: &str) {
    for (n, info) in devices.enumerate() {
        name(info, format!("{prefix}{n}"));
    }
}

fn disk_alias(disk: &Disk) -> String {
    let bus = disk.target.bus;
    match (&disk.info.address, bus) {
        (Some(Address::Drive(at)), DiskBus::Scsi) => {
            format!("scsi{}-{}-{}-{}", at.controller, at.bus, at.target, at.unit)
        }
        (Some(Address::Drive(at)), _) => format!("{bus}{}-{}-{}", at.controller, at.bus, at.unit),
        _ => format!("{bus}-disk{}", disk.target.index()),
    }
}

fn controller_alias(controller: &Controller) -> String {
    let index = controller.index;
    match controller.kind {
        ControllerKind::Pci if controller.is_pci(pci_model::PCIE_ROOT) => format!("pcie.{index}"),
        ControllerKind::Pci => format!("pci.{index}"),
        // The first of these is the machine's own.
        ControllerKind::Ide | ControllerKind::Sata if index == 0 => "ide".to_owned(),
        ControllerKind::Usb if index == 0 => "usb".to_owned(),
        kind => format!("{kind}{index}"),
    }
}
