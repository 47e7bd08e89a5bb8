//! The machine as a whole: memory, what it starts from, its clock, what becomes of it.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use nix::sys::sysinfo::sysinfo;
use vireo_control::{
    BootSpec, ClockSpec, LifecycleAction, LifecycleActions, MachineKind, MemorySpec, PciAddress,
};

use super::{Fds, pci_place, unsupported};
use crate::domain::def::clock::{ClockBasis, ClockOffset};
use crate::domain::def::devices::ControllerKind;
use crate::domain::def::devices::controller::pci_model;
use crate::domain::def::lifecycle::{Action, CrashAction};
use crate::domain::def::memory::{MemoryAccess, MemoryAllocation};
use crate::domain::def::{DomainDef, Machine};
use crate::error::{Error, ErrorDomain, Result};

/// Longest kernel command line that the boot protocol takes, with its NUL.
const MAX_CMDLINE: usize = 2048;

pub(super) fn kind(def: &DomainDef) -> MachineKind {
    match def.os.board() {
        Machine::Pc => MachineKind::Pc,
        Machine::Q35 => MachineKind::Q35,
        Machine::Microvm => MachineKind::Microvm,
    }
}

pub(super) fn memory(def: &DomainDef) -> Result<MemorySpec> {
    let kib = def.memory.total_kib;
    let host = sysinfo()
        .map(|host| (host.ram_total() + host.swap_total()) / 1024)
        .map_err(|error| Error::system(ErrorDomain::Qemu, "cannot read the host's memory", &error.into()))?;
    if kib > host {
        return Err(Error::internal(
            ErrorDomain::Qemu,
            format!(
                "cannot set up guest memory: Cannot allocate memory: {kib} KiB, and this host has {host} KiB"
            ),
        ));
    }
    let backing = def.memory.backing.as_deref();
    let hugepage_bytes = match backing.and_then(|backing| backing.hugepages.as_deref()) {
        None => None,
        Some([]) => Some(default_hugepage()?),
        Some([page]) => Some(page.size_kib * 1024),
        Some(_) => return Err(unsupported("huge pages of several sizes in one guest".into())),
    };
    Ok(MemorySpec {
        bytes: kib * 1024,
        hugepage_bytes,
        locked: backing.is_some_and(|backing| backing.locked),
        shared: backing.and_then(|backing| backing.access) == Some(MemoryAccess::Shared),
        prealloc: backing.and_then(|backing| backing.allocation) == Some(MemoryAllocation::Immediate),
        nodump: def.memory.dump_core.is_some_and(|dump| !dump.is_on()),
    })
}

/// The size of huge pages where none is given.
fn default_hugepage() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Hugepagesize:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.map(|kib| kib * 1024).ok_or_else(|| unsupported("hugepages: this host's kernel has none".into()))
}

pub(super) fn boot(def: &DomainDef, fds: &mut Fds) -> Result<BootSpec> {
    let Some(kernel) = &def.os.kernel else {
        return Err(unsupported(
            "a guest without <kernel>: starting from disks by firmware is not there yet".into(),
        ));
    };
    let cmdline = def.os.cmdline.clone().unwrap_or_default();
    if cmdline.len() >= MAX_CMDLINE || cmdline.contains('\0') {
        return Err(unsupported(format!(
            "<cmdline> of {} bytes: a kernel takes {}",
            cmdline.len(),
            MAX_CMDLINE - 1
        )));
    }
    let kernel = open_boot_file(kernel)?;
    let initrd = def.os.initrd.as_deref().map(open_boot_file).transpose()?;
    Ok(BootSpec::Kernel { kernel: fds.add(kernel), initrd: initrd.map(|initrd| fds.add(initrd)), cmdline })
}

/// Opens a kernel or an initial RAM disk: a regular file.
fn open_boot_file(path: &str) -> Result<OwnedFd> {
    let failed = |error: io::Error| match error.kind() {
        // As stock, which looks at the file before it hands out rights to it.
        io::ErrorKind::NotFound => {
            Error::system(ErrorDomain::Security, format!("unable to stat: {path}"), &error)
        }
        _ => Error::system(ErrorDomain::Qemu, format!("cannot open '{path}'"), &error),
    };
    let file = File::open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(unsupported(format!("'{path}' is not a regular file")));
    }
    Ok(file.into())
}

pub(super) fn clock(def: &DomainDef) -> Result<ClockSpec> {
    Ok(match &def.clock.offset {
        ClockOffset::Utc { .. } => ClockSpec::default(),
        ClockOffset::Localtime { .. } => ClockSpec { offset_seconds: 0, localtime: true },
        ClockOffset::Variable { adjustment, basis } => {
            ClockSpec { offset_seconds: *adjustment, localtime: *basis == ClockBasis::Localtime }
        }
        ClockOffset::Absolute(start) => {
            let now = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |now| now.as_secs() as i64);
            let start = i64::try_from(*start).map_err(|_| unsupported(format!("<clock start='{start}'>")))?;
            ClockSpec { offset_seconds: start - now, localtime: false }
        }
        ClockOffset::Timezone(zone) => return Err(unsupported(format!("<clock timezone='{zone}'>"))),
    })
}

pub(super) fn actions(def: &DomainDef) -> Result<LifecycleActions> {
    let action = |action, element| match action {
        Action::Destroy => Ok(LifecycleAction::Destroy),
        Action::Restart | Action::RenameRestart => Ok(LifecycleAction::Restart),
        Action::Preserve => {
            Err(unsupported(format!("qemu driver doesn't support the 'preserve' action for '{element}'")))
        }
    };
    let on_crash = match def.lifecycle.on_crash {
        CrashAction::Destroy => LifecycleAction::Destroy,
        CrashAction::Restart | CrashAction::RenameRestart => LifecycleAction::Restart,
        CrashAction::Preserve => LifecycleAction::Preserve,
        CrashAction::CoredumpDestroy | CrashAction::CoredumpRestart => {
            return Err(unsupported(format!("<on_crash>{}</on_crash>: core dumps", def.lifecycle.on_crash)));
        }
    };
    Ok(LifecycleActions {
        on_poweroff: action(def.lifecycle.on_poweroff, "on_poweroff")?,
        on_reboot: action(def.lifecycle.on_reboot, "on_reboot")?,
        on_crash,
    })
}

/// The root ports: each opens the bus of its index.
pub(super) fn root_ports(def: &DomainDef) -> Vec<(u8, PciAddress)> {
    let ports = def.devices.controllers.iter().filter(|controller| {
        controller.kind == ControllerKind::Pci
            && controller.model.as_deref() == Some(pci_model::PCIE_ROOT_PORT)
    });
    ports.filter_map(|port| Some((u8::try_from(port.index).ok()?, pci_place(&port.info)?))).collect()
}
