//! From a specification to a machine that stands ready.
//!
//! ```text
//! VM, RAM, CPU model -> devices on the buses -> vCPU threads start -> kernel and tables -> vCPUs at the kernel's entry
//!                                               (make their vCPUs meanwhile)
//! ```

use std::{
    fs::File,
    sync::{Arc, atomic::AtomicBool},
};

use vireo_control::{BootSpec, ClockSpec, MachineKind, SerialTarget, VmSpec};

use super::{Machine, MachineError, chips::Chips};
use crate::{
    acpi::{self, Platform, Processor},
    boot::{BootMachine, BootSource, reset_vector},
    bus::{Bus, BusDevice},
    cpu::{
        cpuid::CpuModel,
        group::{Blueprint, VcpuGroup},
        msr::MsrPlan,
        topology::Topology,
        vcpu::{ExitCounters, Exits},
    },
    fds::Descriptors,
    irq::IrqManager,
    kvm::Vm,
    log,
    mailbox::Mailbox,
    memory,
    platform::{
        cpus::CpuController,
        ports,
        power::{FixedPower, PowerButton, ReducedPower},
        reset::{I8042, ResetControl},
        rtc::Rtc,
    },
    sandbox::Filters,
    serial::{
        self,
        host::{HostOptions, Manner, SerialError, SerialHost},
        port::SerialPort,
    },
    smbios,
    stats::Stats,
    virtio::{self, Devices, Surroundings, WorkerRole},
};

fn system(doing: &'static str) -> impl FnOnce(std::io::Error) -> MachineError {
    move |source| MachineError::System { doing, source }
}

/// The buses while devices are put on them, and what devices need.
struct Board<'a> {
    pio: Bus,
    mmio: Bus,
    irq: &'a IrqManager,
    mailbox: &'a Arc<Mailbox>,
}

/// Builds it, vCPUs standing. Its threads are held to their roles by `filters`; `notes` is what there is to say already.
pub fn build(
    spec: &VmSpec,
    fds: &mut Descriptors,
    stats: &Stats,
    filters: &Filters,
    mut notes: Vec<String>,
) -> Result<Machine, MachineError> {
    let boot = boot_source(&spec.boot, fds)?;
    let topology = Topology::new(&spec.cpus)?;
    let vm = Vm::create(fds.take(spec.kvm, "/dev/kvm")?, spec.machine)?;
    let ram = memory::allocate(&spec.memory)?;
    vm.map_ram(&ram)?;
    let model = CpuModel::new(&vm.kvm, &spec.cpus, topology, &mut notes)?;
    let chips = Chips::save(&vm.fd, spec.machine != MachineKind::Microvm)?;

    let run = Arc::new(AtomicBool::new(false));
    let mailbox = Arc::new(Mailbox::new(run.clone()).map_err(system("create an eventfd"))?);
    let irq = IrqManager::new(vm.fd.clone())?;
    let mut board = Board { pio: Bus::new(), mmio: Bus::new(), irq: &irq, mailbox: &mailbox };
    let power = board.add_power(spec.machine)?;
    let bell = serial::host::bell().map_err(system("create an eventfd"))?;
    let devices = virtio::build(
        spec,
        fds,
        &Surroundings { ram: &ram, vm: &vm.fd, irq: &irq, stats, bell: &bell },
        &mut notes,
    )?;
    board.add_virtio(&devices, spec.machine)?;
    let clock = board.add_clock(spec)?;
    let mut serials = board.add_serials(spec, fds, &bell)?;
    add_ports(spec, fds, &devices, &mut serials)?;

    let present = spec.cpus.present();
    let cpus = board.add_cpus(spec.machine, &present)?;
    let platform =
        Platform { hotplug: cpus.is_some(), ..platform(spec, &topology, clock.is_some(), &devices) };
    let mut tables = acpi::build(&platform)?.0;
    tables.extend(smbios::build(&system_tables(spec, &topology, &model)));
    tables.push((reset_vector::ADDRESS, reset_vector::CODE.into()));
    let msrs = MsrPlan::new(&vm.kvm)?;
    let exits = Exits {
        pio: Arc::new(board.pio),
        mmio: Arc::new(board.mmio),
        mailbox: mailbox.clone(),
        counters: ExitCounters::new(stats),
    };
    let blueprint = Blueprint { vm: vm.fd.clone(), model, msrs, exits, filters: filters.clone() };
    let vcpus = VcpuGroup::start(&present, blueprint, run)?;
    let boot_machine = BootMachine {
        ram_bytes: spec.memory.bytes,
        rsdp: acpi::RSDP,
        ecam: spec.machine != MachineKind::Microvm,
    };
    let mut machine = Machine {
        vm,
        ram,
        memory: spec.memory.clone(),
        boot,
        boot_machine,
        tables,
        platform,
        cpus,
        chips,
        power,
        clock,
        devices,
        devices_paused: false,
        serials,
        bell,
        mailbox,
        vcpus,
        notes,
    };
    machine.load(false)?;
    let refused = machine.vcpus.wait_started()?;
    for index in refused {
        machine.notes.push(format!("KVM refused to set MSR {index:#x}"));
    }
    let filters = filters.clone();
    // A thread that cannot be held to its role must not serve the guest: the process ends, as by any panic.
    let prepare =
        move |role: WorkerRole| filters.apply(role.into()).unwrap_or_else(|error| panic!("{error}"));
    machine.devices.start_workers(prepare).map_err(system("start the device threads"))?;
    for note in &machine.notes {
        log::line(note);
    }
    Ok(machine)
}

fn boot_source(spec: &BootSpec, fds: &mut Descriptors) -> Result<BootSource, MachineError> {
    let BootSpec::Kernel { kernel, initrd, cmdline } = spec;
    let kernel = fds.take_file(*kernel, "the kernel")?;
    let initrd: Option<File> =
        initrd.map(|index| fds.take_file(index, "the initial RAM disk")).transpose()?;
    Ok(BootSource::new(kernel, initrd, cmdline)?)
}

impl Board<'_> {
    fn port(&mut self, base: u16, length: u16, device: Arc<dyn BusDevice>) -> Result<(), MachineError> {
        Ok(self.pio.insert(u64::from(base), u64::from(length), device)?)
    }

    fn add_power(&mut self, machine: MachineKind) -> Result<Arc<dyn PowerButton>, MachineError> {
        let line = self.irq.line(ports::SCI.into())?;
        if machine == MachineKind::Microvm {
            let power = Arc::new(ReducedPower::new(line, self.mailbox.clone()));
            self.port(ports::SLEEP_CONTROL, 2, power.clone())?;
            return Ok(power);
        }
        let power = Arc::new(FixedPower::new(line, self.mailbox.clone()));
        self.port(ports::PM1A_EVENT, ports::PM_LENGTH, power.clone())?;
        Ok(power)
    }

    /// Virtio devices, and the resets: on machines with PCI the reset register stands between PCI's ports.
    fn add_virtio(&mut self, devices: &Devices, machine: MachineKind) -> Result<(), MachineError> {
        let register = Arc::new(ResetControl::new(self.mailbox.clone()));
        if machine == MachineKind::Microvm {
            self.port(ports::RESET, 1, register.clone())?;
        }
        devices.attach(&mut self.pio, &mut self.mmio, register)?;
        self.port(ports::I8042_COMMAND, 1, Arc::new(I8042::new(self.mailbox.clone())))
    }

    /// The clock: `microvm` has one only where the specification sets it, as its guests have kvmclock.
    fn add_clock(&mut self, spec: &VmSpec) -> Result<Option<Arc<Rtc>>, MachineError> {
        if spec.machine == MachineKind::Microvm && spec.clock == ClockSpec::default() {
            return Ok(None);
        }
        let clock = Rtc::new(&spec.clock, self.irq.line(ports::RTC_IRQ)?);
        let clock = Arc::new(clock.map_err(system("create an eventfd"))?);
        self.port(ports::RTC, 2, clock.clone())?;
        Ok(Some(clock))
    }

    /// A controller for vCPUs that may come, where not all are there.
    fn add_cpus(
        &mut self,
        machine: MachineKind,
        present: &[bool],
    ) -> Result<Option<Arc<CpuController>>, MachineError> {
        if present.iter().all(|present| *present) {
            return Ok(None);
        }
        let line = self.irq.line(ports::cpus_irq(machine))?;
        let cpus = Arc::new(CpuController::new(present, line).map_err(system("create an eventfd"))?);
        self.port(ports::CPUS, ports::CPUS_LENGTH.into(), cpus.clone())?;
        Ok(Some(cpus))
    }

    fn add_serials(
        &mut self,
        spec: &VmSpec,
        fds: &mut Descriptors,
        bell: &serial::port::Bell,
    ) -> Result<Vec<SerialHost>, MachineError> {
        let mut hosts: Vec<SerialHost> = Vec::with_capacity(spec.serials.len());
        for serial in &spec.serials {
            let SerialTarget::Isa { port: number } = serial.target;
            if number > 3 || hosts.iter().any(|host| host.number() == number) {
                return Err(SerialError::Port { alias: serial.alias.clone(), port: number }.into());
            }
            let (base, irq) = ports::serial(number);
            let port = Arc::new(SerialPort::new(self.irq.line(irq)?, bell.clone()));
            self.port(base, 8, port.clone())?;
            let options = HostOptions {
                alias: &serial.alias,
                number,
                manner: Manner::Console,
                backend: serial.backend,
                log: serial.log,
            };
            hosts.push(SerialHost::new(&options, fds, port)?);
        }
        Ok(hosts)
    }
}

/// The host's sides of the virtio consoles' ports, numbered behind COM4.
fn add_ports(
    spec: &VmSpec,
    fds: &mut Descriptors,
    devices: &Devices,
    hosts: &mut Vec<SerialHost>,
) -> Result<(), MachineError> {
    let specs = spec.consoles.iter().flat_map(|console| &console.ports);
    for ((port, spec), number) in devices.ports().iter().zip(specs).zip(4..) {
        let Ok(number) = u8::try_from(number) else {
            return Err(SerialError::TooMany { alias: spec.alias.clone() }.into());
        };
        let options = HostOptions {
            alias: &spec.alias,
            number,
            manner: if spec.console { Manner::Console } else { Manner::Channel },
            backend: spec.backend,
            log: spec.log,
        };
        hosts.push(SerialHost::new(&options, fds, port.clone())?);
    }
    Ok(())
}

fn platform(spec: &VmSpec, topology: &Topology, rtc: bool, devices: &Devices) -> Platform {
    let present = spec.cpus.present();
    let processor = |index: u16| Processor {
        uid: index as u8,
        apic_id: topology.apic_id(index) as u8,
        online: present[usize::from(index)],
    };
    Platform {
        machine: spec.machine,
        processors: (0..spec.cpus.maximum).map(processor).collect(),
        hotplug: false,
        serial_ports: spec
            .serials
            .iter()
            .map(|serial| match serial.target {
                SerialTarget::Isa { port } => port,
            })
            .collect(),
        rtc,
        mmio_devices: devices.mmio_slots(),
        last_bus: spec.root_ports.iter().map(|(bus, _)| *bus).max().unwrap_or(0),
        ram_bytes: spec.memory.bytes,
    }
}

fn system_tables(spec: &VmSpec, topology: &Topology, model: &CpuModel) -> smbios::System {
    smbios::System {
        machine: spec.machine,
        uuid: spec.uuid,
        sockets: topology.sockets,
        cores_per_socket: topology.dies * topology.cores,
        threads_per_socket: topology.threads_per_package() as u16,
        processor_id: model.processor_id(),
        ram_bytes: spec.memory.bytes,
    }
}
