//! From a definition to a guest's specification: everything it names is opened here, with the daemon's rights, and
//! handed on as descriptors.
//!
//! ```text
//! DomainDef -> addresses, aliases -> what this host can give -> files, images (locked), taps, ptys -> VmSpec + descriptors
//! ```
//!
//! Whatever fails is named by its path, device or element, with libvirt's code. Nothing has to be undone: what was
//! opened is closed with the list of descriptors, a tap goes with its last one, and sockets with their list. It waits for disks and the kernel:
//! it runs on a thread that may.

mod balloon;
mod chardevs;
mod consoles;
mod cpu;
mod disks;
mod machine;
mod nics;
mod rngs;
mod sockets;

pub use sockets::Sockets;
pub(in crate::domain) use sockets::remove_sockets;

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use vireo_control::{FdIndex, SandboxSpec, VmSpec};

use crate::domain::def::{Address, DeviceInfo, DomainDef, fates};
use crate::domain::registry::Registry;
use crate::domain::stats::page;
use crate::domain::vmm::link::MAX_SENT_FDS;
use crate::domain::vmm::socket;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::host::kvm::Kvm;

/// All that a guest's process is given.
pub struct Prepared {
    /// What it is to build.
    pub spec: Box<VmSpec>,
    /// The descriptors the specification names.
    pub fds: Vec<OwnedFd>,
    /// The daemon's own hold on the statistics.
    pub stats: OwnedFd,
    /// Where the process writes until it has read the specification.
    pub log: File,
    /// The sockets its serial ports listen on.
    pub sockets: Sockets,
    /// What the guest has otherwise than its definition says.
    pub notes: Vec<String>,
}

/// The list of descriptors as it grows.
#[derive(Default)]
struct Fds(Vec<OwnedFd>);

impl Fds {
    fn add(&mut self, fd: impl Into<OwnedFd>) -> FdIndex {
        self.0.push(fd.into());
        // Bounded far below by what a message carries.
        FdIndex((self.0.len() - 1) as u16)
    }
}

/// Opens everything a definition names. The definition becomes the live one: with its id, addresses, interface and
/// terminal names.
pub fn prepare(def: &mut DomainDef, id: u32, registry: &Registry) -> Result<Prepared> {
    let mut fds = Fds::default();
    let mut sockets = Sockets::default();
    // What the definition says is compared with what it becomes: before it does.
    let notes = fates::notes(def);
    let keep_kib = def.memory.current_kib;
    def.assign_live()?;
    def.id = Some(id);
    def.devices.emulator = Some(registry.setup().program.path.to_string_lossy().into_owned());
    let files = registry.files();
    let failed = |what: String| move |error: io::Error| Error::system(ErrorDomain::Qemu, what, &error);
    let log_path = files.log_path(&def.name);
    let log = files.open_log(&def.name).map_err(failed(format!("cannot open '{}'", log_path.display())))?;
    let machine = machine::kind(def);
    let memory = machine::memory(def)?;
    let cpus = cpu::spec(def)?;
    let kvm = fds.add(Kvm::open()?.into_fd());
    let boot = machine::boot(def, &mut fds)?;
    let disks = disks::open_all(def, &mut fds)?;
    let rngs = rngs::open_all(def, &mut fds)?;
    let balloon = balloon::spec(def, keep_kib)?;
    let serials = chardevs::open_all(def, &log, &mut fds, &mut sockets)?;
    let mut outlets = consoles::Outlets { domain_log: &log, fds: &mut fds, sockets: &mut sockets, files };
    let consoles = consoles::open_all(def, &mut outlets)?;
    // Last of what can fail by the definition: an interface of the host is the only thing others can see.
    let nics = nics::open_all(def, &mut fds)?;

    let control_path = files.control_path(def.uuid);
    let listener = socket::listen(&control_path)
        .map_err(failed(format!("cannot listen at '{}'", control_path.display())))?;
    let exit_file =
        files.create_exit_file(def.uuid).map_err(failed("cannot create the exit record".into()))?;
    let stats = page::create().map_err(failed("cannot create the guest's statistics".into()))?;
    let copy = |error| Error::system(ErrorDomain::Qemu, "cannot copy a descriptor", &error);

    let spec = VmSpec {
        name: def.name.clone(),
        uuid: def.uuid,
        machine,
        memory,
        cpus,
        boot,
        clock: machine::clock(def)?,
        actions: machine::actions(def)?,
        serials,
        disks,
        nics,
        rngs,
        consoles,
        balloon,
        root_ports: machine::root_ports(def),
        kvm,
        control: fds.add(listener),
        exit_file: fds.add(exit_file),
        stats: fds.add(stats.try_clone().map_err(copy)?),
        log: Some(fds.add(log.try_clone().map_err(copy)?)),
        sandbox: SandboxSpec {
            uid_gid: registry.setup().guest_user,
            namespaces: registry.setup().guest_user.is_some(),
            landlock: true,
            seccomp: true,
        },
    };
    if fds.0.len() > MAX_SENT_FDS {
        let count = fds.0.len();
        return Err(unsupported(format!(
            "the domain's devices need {count} descriptors, and a guest can have {MAX_SENT_FDS}"
        )));
    }
    Ok(Prepared { spec: Box::new(spec), fds: fds.0, stats, log, sockets, notes })
}

/// The place of a device on the PCI bus, if it has one.
fn pci_place(info: &DeviceInfo) -> Option<vireo_control::PciAddress> {
    match &info.address {
        Some(Address::Pci(Some(place))) => {
            Some(vireo_control::PciAddress { bus: place.bus, slot: place.slot, function: place.function })
        }
        _ => None,
    }
}

/// The alias of a device, which every live device has.
fn alias(info: &DeviceInfo) -> Result<String> {
    info.alias.clone().ok_or_else(|| Error::internal(ErrorDomain::Qemu, "a device has no alias"))
}

/// Something the definition asks for that guests cannot have.
fn unsupported(info: String) -> Error {
    Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, info)
}

#[cfg(test)]
mod tests;
