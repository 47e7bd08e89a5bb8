//! From a specification to devices on their buses, with their workers.

mod check;
mod error;
#[cfg(test)]
mod tests;

use std::{fs::File, io, sync::Arc};

use vireo_control::{
    BalloonSpec, ConsoleSpec, DiskSpec, MachineKind, NicSpec, PciAddress, PortSpec, RngSpec, VmSpec,
};
use vireo_image::RawDisk;

pub use error::BuildError;

use super::{
    VirtioDevice, WorkerRole,
    balloon::{Balloon, BalloonOptions},
    blk::{Blk, BlkOptions},
    console::{Console, Port, PortOptions},
    mmio::{MmioSlot, VirtioMmio},
    net::{Net, NetOptions, Tap, TunTap, Vhost},
    notify::NotifyBackend,
    pci::{BAR, Placement, VirtioPci},
    rng::Rng,
    worker::{Interest, Plan, Worker},
};
use crate::{
    bus::{Bus, BusDevice, BusError},
    fds::Descriptors,
    irq::IrqManager,
    memory::{GuestRam, Lending, map},
    pci::{HostBridge, Layout, PciRoot, RootPort},
    serial::port::Bell,
    stats::Stats,
};

/// Descriptors per queue where the specification does not say.
const QUEUE_SIZE: u16 = 256;
/// Request queues of a disk where the specification does not say: one per vCPU, but no more than the one worker can use.
const MAX_DEFAULT_QUEUES: u16 = 4;
/// Sector shown to the guest where the specification does not say.
const LOGICAL_BLOCK: u32 = 512;
/// Interrupt lines for virtio-mmio devices: what no PC device has. With more devices lines are shared.
const MMIO_LINES: [u32; 17] = [5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23];

/// The virtio devices of a machine, and what they stand on.
pub struct Devices {
    devices: Vec<Arc<dyn VirtioDevice>>,
    pci: Option<Arc<PciRoot>>,
    mmio: Vec<Arc<VirtioMmio>>,
    plans: Vec<Plan>,
    workers: Vec<Worker>,
    balloon: Option<Arc<Balloon>>,
    ports: Vec<Arc<Port>>,
    ram_bytes: u64,
}

/// What devices are built into.
pub struct Surroundings<'a, Vm> {
    /// The guest's memory.
    pub ram: &'a GuestRam,
    /// The machine.
    pub vm: &'a Arc<Vm>,
    /// Its interrupts.
    pub irq: &'a IrqManager,
    /// The shared counters.
    pub stats: &'a Stats,
    /// Wakes the main thread for what the ports of consoles have.
    pub bell: &'a Bell,
}

/// Builds all devices of the specification; they do nothing before [`Devices::start_workers`]. What could not be had as
/// asked for, but is not needed, is said in `notes`.
pub fn build<Vm: NotifyBackend + 'static>(
    spec: &VmSpec,
    fds: &mut Descriptors,
    surroundings: &Surroundings<'_, Vm>,
    notes: &mut Vec<String>,
) -> Result<Devices, BuildError> {
    let Surroundings { ram, vm, irq, stats, bell } = *surroundings;
    let ram = Arc::new(ram.clone());
    let mut builder = Builder {
        spec,
        fds,
        ram: ram.clone(),
        stats,
        notes,
        block: Plan::new(WorkerRole::Block),
        net: Plan::new(WorkerRole::Net),
        placed: vec![],
        balloon: None,
        bell,
        ports: vec![],
    };
    spec.disks.iter().try_for_each(|disk| builder.disk(disk))?;
    spec.nics.iter().try_for_each(|nic| builder.nic(nic))?;
    spec.rngs.iter().try_for_each(|rng| builder.rng(rng))?;
    spec.balloon.iter().try_for_each(|balloon| builder.balloon(balloon))?;
    spec.consoles.iter().try_for_each(|console| builder.console(console))?;
    let Builder { block, net, placed, balloon, ports, .. } = builder;

    let devices = placed.iter().map(|(device, _)| device.clone()).collect();
    let plans = [block, net].into_iter().filter(|plan| !plan.is_empty()).collect();
    let notify: Arc<dyn NotifyBackend> = vm.clone();
    let (mut pci, mut mmio) = (None, vec![]);
    if spec.machine == MachineKind::Microvm {
        for (n, (device, _)) in placed.into_iter().enumerate() {
            let device = VirtioMmio::new(device, mmio_slot(n), ram.clone(), irq, notify.clone())?;
            mmio.push(Arc::new(device));
        }
    } else {
        pci = Some(Arc::new(pci_root(spec, placed, &ram, irq, &notify)?));
    }
    Ok(Devices { devices, pci, mmio, plans, workers: vec![], balloon, ports, ram_bytes: spec.memory.bytes })
}

/// A device and the place it asks for.
type Placed = (Arc<dyn VirtioDevice>, Option<PciAddress>);

struct Builder<'a> {
    spec: &'a VmSpec,
    fds: &'a mut Descriptors,
    ram: Arc<GuestRam>,
    stats: &'a Stats,
    notes: &'a mut Vec<String>,
    block: Plan,
    net: Plan,
    placed: Vec<Placed>,
    balloon: Option<Arc<Balloon>>,
    bell: &'a Bell,
    ports: Vec<Arc<Port>>,
}

impl Builder<'_> {
    fn disk(&mut self, spec: &DiskSpec) -> Result<(), BuildError> {
        check::disk(spec)?;
        let failed = |doing| error::system(&spec.alias, doing);
        let file = self.fds.take_file(spec.image, &spec.alias)?;
        let image = RawDisk::new(file, spec.read_only)
            .map_err(|source| BuildError::Image { alias: spec.alias.clone(), source })?;
        let options = BlkOptions {
            alias: spec.alias.clone(),
            target: spec.target.clone(),
            queues: spec.queues.unwrap_or_else(|| self.spec.cpus.online.clamp(1, MAX_DEFAULT_QUEUES)),
            queue_size: spec.queue_size.unwrap_or(QUEUE_SIZE),
            cache: spec.cache,
            discard: spec.discard,
            detect_zeroes: spec.detect_zeroes,
            serial: spec.serial.clone().unwrap_or_default(),
            logical_block: spec.logical_block_size.unwrap_or(LOGICAL_BLOCK),
            physical_block: spec.physical_block_size,
        };
        let device = Blk::new(options, Box::new(image), self.stats).map_err(failed("create eventfds"))?;
        let device = Arc::new(device);
        for (queue, kick) in device.kicks().iter().enumerate() {
            self.block.add(kick.clone(), Interest::Readable, device.clone(), queue);
        }
        self.placed.push((device, spec.address));
        Ok(())
    }

    fn nic(&mut self, spec: &NicSpec) -> Result<(), BuildError> {
        check::nic(spec)?;
        let failed = |doing| error::system(&spec.alias, doing);
        let mut taps: Vec<Box<dyn Tap>> = vec![];
        for index in &spec.taps {
            let file = self.fds.take_file(*index, &spec.alias)?;
            taps.push(Box::new(TunTap::new(file).map_err(failed("set up the tap"))?));
        }
        let mut files = vec![];
        for index in &spec.vhosts {
            files.push(self.fds.take_file(*index, &spec.alias)?);
        }
        let vhosts = self.vhosts(&spec.alias, files);
        let options = NetOptions {
            alias: spec.alias.clone(),
            target: spec.target.clone(),
            mac: spec.mac,
            queue_size: spec.queue_size.unwrap_or(QUEUE_SIZE),
            mtu: spec.mtu,
            link_up: spec.link_up,
            offloads: spec.offloads,
        };
        let device = Net::new(options, taps, vhosts, self.ram.clone(), self.stats);
        let device = Arc::new(device.map_err(failed("set up the tap's queues"))?);
        device.register(&mut self.net);
        self.placed.push((device, spec.address));
        Ok(())
    }

    /// vhost for all pairs or for none.
    fn vhosts(&mut self, alias: &str, files: Vec<File>) -> Vec<Vhost> {
        let opened: io::Result<Vec<_>> = files.into_iter().map(|file| Vhost::new(file, &self.ram)).collect();
        opened.unwrap_or_else(|error| {
            self.notes.push(format!("{alias}: vhost-net is not used: {error}"));
            vec![]
        })
    }

    fn rng(&mut self, spec: &RngSpec) -> Result<(), BuildError> {
        check::rng(spec)?;
        let source = self.fds.take_file(spec.source, &spec.alias)?;
        let device = Rng::new(spec.alias.clone(), source, spec.rate);
        let device = Arc::new(device.map_err(error::system(&spec.alias, "set up the source"))?);
        self.net.add(device.kicks()[0].clone(), Interest::Readable, device.clone(), 0);
        self.placed.push((device, spec.address));
        Ok(())
    }

    fn console(&mut self, spec: &ConsoleSpec) -> Result<(), BuildError> {
        let count = check::console(spec)?;
        let port = |port: &PortSpec| PortOptions {
            number: port.number,
            name: port.name.clone(),
            console: port.console,
        };
        let options = spec.ports.iter().map(port).collect();
        let device = Console::new(spec.alias.clone(), count, options, self.bell);
        let (device, ports) = device.map_err(error::system(&spec.alias, "create eventfds"))?;
        let device = Arc::new(device);
        for (queue, kick) in device.kicks().iter().enumerate() {
            self.net.add(kick.clone(), Interest::Readable, device.clone(), queue);
        }
        self.ports.extend(ports);
        self.placed.push((device, spec.address));
        Ok(())
    }

    fn balloon(&mut self, spec: &BalloonSpec) -> Result<(), BuildError> {
        let memory = &self.spec.memory;
        let options = BalloonOptions {
            alias: spec.alias.clone(),
            ram_bytes: memory.bytes,
            lending: Lending::of(memory),
            keep_bytes: spec.keep_bytes.unwrap_or(memory.bytes),
            period: spec.stats_period,
            deflate_on_oom: spec.deflate_on_oom,
            reporting: spec.free_page_reporting,
        };
        let device = Balloon::new(options, self.ram.clone(), self.stats);
        let device = Arc::new(device.map_err(error::system(&spec.alias, "create eventfds"))?);
        for (queue, kick) in device.kicks().iter().enumerate() {
            self.net.add(kick.clone(), Interest::Readable, device.clone(), queue);
        }
        self.balloon = Some(device.clone());
        self.placed.push((device, spec.address));
        Ok(())
    }
}

fn mmio_slot(n: usize) -> MmioSlot {
    MmioSlot {
        address: map::VIRTIO_MMIO_START + n as u64 * map::VIRTIO_MMIO_STEP,
        size: map::VIRTIO_MMIO_STEP,
        gsi: MMIO_LINES[n % MMIO_LINES.len()],
    }
}

fn pci_root(
    spec: &VmSpec,
    placed: Vec<Placed>,
    ram: &Arc<GuestRam>,
    irq: &IrqManager,
    notify: &Arc<dyn NotifyBackend>,
) -> Result<PciRoot, BuildError> {
    let mut layout = Layout::new(spec.machine, &spec.root_ports)?;
    for (device, address) in &placed {
        if let Some(address) = address {
            layout.place(device.alias(), *address, BAR.size)?;
        }
    }
    let mut at = vec![];
    for (device, address) in placed {
        let address = address.map_or_else(|| layout.place_anywhere(device.alias(), BAR.size), Ok)?;
        at.push((address, device));
    }
    let (places, ports) = layout.assign()?;

    let mut root = PciRoot::new();
    for port in ports {
        let function = RootPort::new(port.bus, port.window, port.place.multifunction);
        root.add_port(port.place.address, port.bus, Arc::new(function));
    }
    for place in places {
        let Some((address, device)) = at.iter().find(|(address, _)| *address == place.address) else {
            root.add(place.address, Arc::new(HostBridge::new(spec.machine)));
            continue;
        };
        let placement =
            Placement { bar: place.bar, multifunction: place.multifunction, express: address.bus != 0 };
        let function = VirtioPci::new(device.clone(), placement, ram.clone(), irq, notify.clone())?;
        root.add(*address, Arc::new(function));
    }
    Ok(root)
}

impl Devices {
    /// Puts everything on the machine's buses. `reset` stands at port 0xcf9 of machines with PCI, between its
    /// configuration ports.
    pub fn attach(&self, pio: &mut Bus, mmio: &mut Bus, reset: Arc<dyn BusDevice>) -> Result<(), BusError> {
        if let Some(pci) = &self.pci {
            pci.attach(pio, mmio, reset, self.ram_bytes)?;
        }
        for device in &self.mmio {
            let MmioSlot { address, size, .. } = device.slot();
            mmio.insert(address, size, device.clone())?;
        }
        Ok(())
    }

    /// Where virtio-mmio devices stand (`microvm` only).
    pub fn mmio_slots(&self) -> Vec<MmioSlot> {
        self.mmio.iter().map(|device| device.slot()).collect()
    }

    /// The ports of the consoles, in the order of the specification.
    pub fn ports(&self) -> &[Arc<Port>] {
        &self.ports
    }

    /// The balloon, where there is one.
    pub fn balloon(&self) -> Option<&Balloon> {
        self.balloon.as_deref()
    }

    /// Starts the worker threads, at most two. `prepare` runs first on each, for its system call filter.
    pub fn start_workers(&mut self, prepare: impl Fn(WorkerRole) + Clone + Send + 'static) -> io::Result<()> {
        for plan in self.plans.drain(..) {
            self.workers.push(plan.start(prepare.clone())?);
        }
        Ok(())
    }

    /// Resets the machine's devices: everything as before the guest started. The vCPUs stand.
    pub fn reset(&self) {
        if let Some(pci) = &self.pci {
            pci.reset();
        }
        for device in &self.mmio {
            device.reset();
        }
    }

    /// Returns when nothing here touches guest memory any more; what was begun is done.
    pub fn pause(&self) {
        self.workers.iter().for_each(Worker::stand);
        self.devices.iter().for_each(|device| device.pause());
    }

    /// Goes on after [`Devices::pause`].
    pub fn resume(&self) {
        self.devices.iter().for_each(|device| device.resume());
        self.workers.iter().for_each(Worker::go);
    }
}
