//! The root complex: finds the function that a configuration or memory access is for.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use vireo_control::PciAddress;

use super::PciFunction;
use crate::{
    bus::{Bus, BusDevice, BusError},
    memory::map,
};

/// Port of the configuration address; the data port follows 4 behind it.
const CONFIG_ADDRESS: u64 = 0xcf8;
/// See [`CONFIG_ADDRESS`].
const CONFIG_DATA: u64 = 0xcfc;
/// The configuration address says: the data port is configuration space.
const ENABLE: u32 = 1 << 31;
/// Configuration space of a function.
const FUNCTION_SPACE: usize = 4096;
/// What mechanism 1 reaches of it.
const LEGACY_SPACE: usize = 256;

/// All functions.
#[derive(Default)]
pub struct PciRoot {
    /// By bus (as the specification numbers them), slot and function; sorted.
    functions: Vec<(PciAddress, Arc<dyn PciFunction>)>,
    /// Root ports by the bus they open.
    ports: Vec<(u8, Arc<dyn PciFunction>)>,
}

impl PciRoot {
    /// An empty bus.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a function in its place, which [`Layout`](super::Layout) has found free.
    pub fn add(&mut self, address: PciAddress, function: Arc<dyn PciFunction>) {
        let at = self.functions.partition_point(|(other, _)| *other < address);
        self.functions.insert(at, (address, function));
    }

    /// Puts a root port in its place. The guest may renumber the bus it opens.
    pub fn add_port(&mut self, address: PciAddress, bus: u8, port: Arc<dyn PciFunction>) {
        self.ports.push((bus, port.clone()));
        self.add(address, port);
    }

    /// Puts the root on the machine's buses. `reset` stands at port 0xcf9, between the configuration ports;
    /// the 64-bit window begins behind so many bytes of RAM.
    pub fn attach(
        self: &Arc<Self>,
        pio: &mut Bus,
        mmio: &mut Bus,
        reset: Arc<dyn BusDevice>,
        ram_bytes: u64,
    ) -> Result<(), BusError> {
        let ports = Ports { root: self.clone(), address: AtomicU32::new(0), reset };
        pio.insert(CONFIG_ADDRESS, CONFIG_DATA + 4 - CONFIG_ADDRESS, Arc::new(ports))?;
        mmio.insert(map::ECAM_START, map::ECAM_SIZE, Arc::new(Ecam(self.clone())))?;
        let low = (map::PCI_MMIO32_START, map::PCI_MMIO32_END - map::PCI_MMIO32_START);
        let high = (map::pci_mmio64_start(ram_bytes), map::PCI_MMIO64_SIZE);
        for (base, size) in [low, high] {
            mmio.insert(base, size, Arc::new(Window { root: self.clone(), base }))?;
        }
        Ok(())
    }

    /// Resets all functions.
    pub fn reset(&self) {
        for (_, function) in &self.functions {
            function.reset();
        }
    }

    fn function(&self, bus: u8, devfn: u8) -> Option<&Arc<dyn PciFunction>> {
        let bus = match bus {
            0 => 0,
            _ => self.ports.iter().find(|(_, port)| port.secondary_bus() == Some(bus))?.0,
        };
        let address = PciAddress { bus, slot: devfn >> 3, function: devfn & 7 };
        let at = self.functions.binary_search_by_key(&address, |(address, _)| *address).ok()?;
        Some(&self.functions[at].1)
    }

    fn read_config(&self, bus: u8, devfn: u8, register: usize, end: usize, data: &mut [u8]) {
        match self.function(bus, devfn) {
            Some(function) if register + data.len() <= end => function.read_config(register as u16, data),
            _ => data.fill(0xff),
        }
    }

    fn write_config(&self, bus: u8, devfn: u8, register: usize, end: usize, data: &[u8]) {
        if let Some(function) = self.function(bus, devfn)
            && register + data.len() <= end
        {
            function.write_config(register as u16, data);
        }
    }

    /// The function, its BAR and the offset there of a memory access.
    fn decode(&self, address: u64, length: usize) -> Option<(&dyn PciFunction, usize, u64)> {
        self.functions.iter().find_map(|(_, function)| {
            let mut bars = function.bars().iter().enumerate();
            bars.find_map(|(n, bar)| Some((&**function, n, bar.offset(address, length)?)))
        })
    }
}

/// Ports 0xcf8 to 0xcff.
struct Ports {
    root: Arc<PciRoot>,
    address: AtomicU32,
    reset: Arc<dyn BusDevice>,
}

impl Ports {
    /// Bus, slot and function, and register of an access to the data port.
    fn target(&self, offset: u64) -> Option<(u8, u8, usize)> {
        let address = self.address.load(Ordering::Acquire);
        let register = (address & 0xfc) as usize + (offset - (CONFIG_DATA - CONFIG_ADDRESS)) as usize;
        (address & ENABLE != 0).then_some(((address >> 16) as u8, (address >> 8) as u8, register))
    }
}

impl BusDevice for Ports {
    fn read(&self, offset: u64, data: &mut [u8]) {
        match (offset, data.len()) {
            (0, 4) => data.copy_from_slice(&self.address.load(Ordering::Acquire).to_le_bytes()),
            (1, 1) => self.reset.read(0, data),
            (4.., _) => match self.target(offset) {
                Some((bus, devfn, register)) => {
                    self.root.read_config(bus, devfn, register, LEGACY_SPACE, data)
                }
                None => data.fill(0xff),
            },
            _ => data.fill(0xff),
        }
    }

    fn write(&self, offset: u64, data: &[u8]) {
        match (offset, data) {
            (0, &[a, b, c, d]) => self.address.store(u32::from_le_bytes([a, b, c, d]), Ordering::Release),
            (1, [_]) => self.reset.write(0, data),
            (4.., _) => {
                if let Some((bus, devfn, register)) = self.target(offset) {
                    self.root.write_config(bus, devfn, register, LEGACY_SPACE, data);
                }
            }
            _ => {}
        }
    }
}

/// The memory-mapped configuration space.
struct Ecam(Arc<PciRoot>);

impl Ecam {
    fn target(offset: u64) -> (u8, u8, usize) {
        ((offset >> 20) as u8, (offset >> 12) as u8, offset as usize % FUNCTION_SPACE)
    }
}

impl BusDevice for Ecam {
    fn read(&self, offset: u64, data: &mut [u8]) {
        let (bus, devfn, register) = Self::target(offset);
        self.0.read_config(bus, devfn, register, FUNCTION_SPACE, data);
    }
    fn write(&self, offset: u64, data: &[u8]) {
        let (bus, devfn, register) = Self::target(offset);
        self.0.write_config(bus, devfn, register, FUNCTION_SPACE, data);
    }
}

/// A window in which BARs stand.
struct Window {
    root: Arc<PciRoot>,
    base: u64,
}

impl BusDevice for Window {
    fn read(&self, offset: u64, data: &mut [u8]) {
        match self.root.decode(self.base + offset, data.len()) {
            Some((function, bar, offset)) => function.read_bar(bar, offset, data),
            None => data.fill(0xff),
        }
    }
    fn write(&self, offset: u64, data: &[u8]) {
        if let Some((function, bar, offset)) = self.root.decode(self.base + offset, data.len()) {
            function.write_bar(bar, offset, data);
        }
    }
}
