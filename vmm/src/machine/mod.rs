//! One machine: everything that `build` makes of a specification, and what is done with it as a whole.
//!
//! It must never run a vCPU by itself: [`lifecycle`] decides, [`process`](crate::process) obeys.

mod build;
mod chips;
pub mod lifecycle;

use std::{sync::Arc, time::Duration};

use vireo_control::{MemorySpec, VcpuThread, VmmError, VmmErrorKind};
use vm_memory::{Bytes, GuestAddress};
use vmm_sys_util::eventfd::EventFd;

pub use build::build;

use crate::{
    acpi::{self, Platform, TooLarge},
    boot::{BootError, BootMachine, BootSource},
    bus::BusError,
    cpu::{CpuError, group::VcpuGroup},
    fds::FdError,
    irq::IrqError,
    kvm::{KvmError, Vm},
    mailbox::Mailbox,
    memory::{self, GuestRam, MemoryError},
    platform::{cpus::CpuController, power::PowerButton, rtc::Rtc},
    serial::{
        host::{SerialError, SerialHost},
        port::Bell,
    },
    virtio::{self, Balloon, Devices},
};

/// Why a machine cannot be built, or reset.
#[derive(Debug, thiserror::Error)]
pub enum MachineError {
    /// A descriptor of the specification.
    #[error(transparent)]
    Fd(#[from] FdError),
    /// KVM.
    #[error(transparent)]
    Kvm(#[from] KvmError),
    /// RAM.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// vCPUs.
    #[error(transparent)]
    Cpu(#[from] CpuError),
    /// The kernel.
    #[error(transparent)]
    Boot(#[from] BootError),
    /// The tables.
    #[error(transparent)]
    Tables(#[from] TooLarge),
    /// Serial ports.
    #[error(transparent)]
    Serial(#[from] SerialError),
    /// Interrupts.
    #[error(transparent)]
    Irq(#[from] IrqError),
    /// Virtio devices.
    #[error(transparent)]
    Virtio(#[from] virtio::BuildError),
    /// Two devices at one address.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// A system call failed.
    #[error("cannot {doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        source: std::io::Error,
    },
}

impl MachineError {
    /// What the daemon is told.
    pub fn kind(&self) -> VmmErrorKind {
        match self {
            Self::Fd(_) | Self::Bus(_) => VmmErrorKind::Invalid,
            Self::Kvm(KvmError::Lacks(_) | KvmError::Version(_)) => VmmErrorKind::Unsupported,
            Self::Kvm(KvmError::NotKvm(_)) => VmmErrorKind::Invalid,
            Self::Kvm(KvmError::Call { .. }) => VmmErrorKind::System,
            Self::Memory(MemoryError::Size(_) | MemoryError::HugepageSize { .. }) => VmmErrorKind::Invalid,
            Self::Memory(_) => VmmErrorKind::System,
            Self::Cpu(CpuError::Invalid(_)) => VmmErrorKind::Invalid,
            Self::Cpu(CpuError::Unsupported(_)) => VmmErrorKind::Unsupported,
            Self::Cpu(_) => VmmErrorKind::System,
            Self::Boot(BootError::Read { .. }) => VmmErrorKind::System,
            Self::Boot(_) => VmmErrorKind::Invalid,
            Self::Tables(_) => VmmErrorKind::Unsupported,
            Self::Serial(SerialError::Port { .. } | SerialError::TooMany { .. } | SerialError::Fd(_)) => {
                VmmErrorKind::Invalid
            }
            Self::Serial(SerialError::System { .. }) => VmmErrorKind::System,
            Self::Virtio(error) => error.kind(),
            Self::Irq(IrqError::System { .. }) | Self::System { .. } => VmmErrorKind::System,
            Self::Irq(_) => VmmErrorKind::Unsupported,
        }
    }
}

/// The machine.
pub struct Machine {
    vm: Vm,
    ram: GuestRam,
    memory: MemorySpec,
    boot: BootSource,
    boot_machine: BootMachine,
    /// ACPI, SMBIOS and the reset vector, by address.
    tables: Vec<(u64, Vec<u8>)>,
    /// What the ACPI tables say, where that changes.
    platform: Platform,
    /// vCPUs that come and go.
    cpus: Option<Arc<CpuController>>,
    chips: chips::Chips,
    power: Arc<dyn PowerButton>,
    clock: Option<Arc<Rtc>>,
    devices: Devices,
    devices_paused: bool,
    serials: Vec<SerialHost>,
    bell: Bell,
    mailbox: Arc<Mailbox>,
    vcpus: VcpuGroup,
    notes: Vec<String>,
}

impl Machine {
    /// What the build left to say.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The vCPUs, those that are absent too.
    pub fn vcpus(&self) -> Vec<VcpuThread> {
        let vcpu = |(tid, online): (&i32, bool)| VcpuThread { tid: *tid, online };
        self.vcpus.tids().iter().zip(self.vcpus.present()).map(vcpu).collect()
    }

    /// Gives the guest an NMI.
    pub fn inject_nmi(&self) {
        self.vcpus.inject_nmi();
    }

    /// Rings when the guest has let a vCPU go; none where all of them stay.
    pub fn vcpus_bell(&self) -> Option<&EventFd> {
        self.cpus.as_ref().map(|cpus| cpus.bell())
    }

    /// Adds a vCPU, or asks the guest to let one go.
    pub fn set_vcpu(&self, index: u16, online: bool) -> Result<(), VmmError> {
        let refused = |kind, message: String| Err(VmmError { kind, message });
        let Some(cpus) = &self.cpus else {
            return refused(
                VmmErrorKind::Unsupported,
                "this machine has all the vCPUs it can have".to_owned(),
            );
        };
        match self.vcpus.present().get(usize::from(index)) {
            None => return refused(VmmErrorKind::Invalid, format!("there is no vCPU {index}")),
            Some(present) if *present == online => {
                return refused(VmmErrorKind::State, format!("vCPU {index} is so already"));
            }
            Some(_) => {}
        }
        if !online && index == 0 {
            return refused(VmmErrorKind::Invalid, "the first vCPU stays".to_owned());
        }
        if !online {
            cpus.request_removal(index);
            return Ok(());
        }
        if let Err(error) = self.vcpus.plug(index) {
            return refused(VmmErrorKind::System, error.to_string());
        }
        cpus.plug(index);
        Ok(())
    }

    /// Takes a vCPU that the guest has let go out of the machine. The next one; none is left at `None`.
    pub fn take_removed_vcpu(&self) -> Option<Result<u16, MachineError>> {
        let index = self.cpus.as_ref()?.take_ejected()?;
        Some(self.vcpus.withdraw(index).map(|()| index).map_err(Into::into))
    }

    /// Ends and crashes.
    pub fn mailbox(&self) -> &Arc<Mailbox> {
        &self.mailbox
    }

    /// Rings when a serial port wants the main thread.
    pub fn serial_bell(&self) -> &Bell {
        &self.bell
    }

    /// Rings when the clock wants the main thread.
    pub fn clock_bell(&self) -> Option<&EventFd> {
        self.clock.as_ref().map(|clock| clock.bell())
    }

    /// Aliases of the channels that the guest has open.
    pub fn open_ports(&self) -> Vec<String> {
        let open = self.serials.iter().filter(|serial| serial.is_channel() && serial.port().is_guest_open());
        open.map(|serial| serial.alias().to_owned()).collect()
    }

    /// The host's sides of the serial ports.
    pub fn serials(&mut self) -> &mut [SerialHost] {
        &mut self.serials
    }

    /// Presses the power button.
    pub fn press_power_button(&self) {
        self.power.press();
    }

    /// The balloon, where there is one.
    pub fn balloon(&self) -> Option<&Balloon> {
        self.devices.balloon()
    }

    /// Raises the clock's interrupts that are due, and says when to come again.
    pub fn clock_due(&self) -> Option<Duration> {
        self.clock.as_ref().and_then(|clock| clock.due())
    }

    /// Lets devices and vCPUs run.
    pub fn run(&mut self) {
        if std::mem::take(&mut self.devices_paused) {
            self.devices.resume();
        }
        self.vcpus.run();
    }

    /// Stops the vCPUs, then the devices, and waits until all stand.
    pub fn stop(&mut self) -> Result<(), MachineError> {
        self.vcpus.stop()?;
        if !std::mem::replace(&mut self.devices_paused, true) {
            self.devices.pause();
        }
        Ok(())
    }

    /// Resets a machine that stands: devices, memory, vCPUs.
    pub fn reset(&mut self) -> Result<(), MachineError> {
        self.mailbox.clear();
        self.devices.reset();
        self.power.reset();
        if let Some(clock) = &self.clock {
            clock.reset();
        }
        for serial in &self.serials {
            serial.port().reset();
        }
        self.chips.reset(&self.vm.fd)?;
        self.tell_of_vcpus()?;
        let used = !memory::discard(&self.ram, &self.memory);
        self.load(used)
    }

    /// The tables say which vCPUs there are now: all tables keep their places and lengths.
    fn tell_of_vcpus(&mut self) -> Result<(), MachineError> {
        let Some(cpus) = &self.cpus else { return Ok(()) };
        cpus.reset();
        for (processor, online) in self.platform.processors.iter_mut().zip(self.vcpus.present()) {
            processor.online = online;
        }
        for (address, table) in acpi::build(&self.platform)?.0 {
            if let Some(old) = self.tables.iter_mut().find(|old| old.0 == address) {
                old.1 = table;
            }
        }
        Ok(())
    }

    /// Loads what the guest boots from and puts the vCPUs at its start. `used` where RAM is not zero.
    fn load(&mut self, used: bool) -> Result<(), MachineError> {
        let boot = self.boot.load(&self.ram, &self.boot_machine, used)?;
        for (address, table) in &self.tables {
            self.ram
                .write_slice(table, GuestAddress(*address))
                .map_err(|_| BootError::Write("the firmware tables"))?;
        }
        self.vcpus.reset(boot)?;
        Ok(())
    }
}
