use std::sync::{Arc, Mutex};

use kvm_bindings::kvm_irq_routing_entry;
use proptest::prelude::*;
use vireo_control::{MachineKind, PciAddress};
use vmm_sys_util::eventfd::EventFd;

use super::{
    config::{ConfigSpace, Identity},
    *,
};
use crate::{
    bus::{Bus, BusDevice},
    irq::{IrqBackend, IrqManager},
    memory::map,
};

const IDENTITY: Identity =
    Identity { vendor: 0x1af4, device: 0x1041, revision: 1, class: 0x02_0000, subsystem: (0x1af4, 0x1100) };
const BAR: Bar = Bar { index: 0, size: 0x8000 };

/// An interrupt back end that only remembers what is attached.
#[derive(Default)]
pub(crate) struct FakeIrq(pub(crate) Mutex<Vec<u32>>);

impl IrqBackend for FakeIrq {
    fn set_routing(&self, _: &[kvm_irq_routing_entry]) -> Result<(), std::io::Error> {
        Ok(())
    }
    fn attach(&self, _: &EventFd, gsi: u32) -> Result<(), std::io::Error> {
        self.0.lock().unwrap().push(gsi);
        Ok(())
    }
    fn attach_level(&self, _: &EventFd, _: &EventFd, gsi: u32) -> Result<(), std::io::Error> {
        self.0.lock().unwrap().push(gsi);
        Ok(())
    }
    fn detach(&self, _: &EventFd, gsi: u32) -> Result<(), std::io::Error> {
        self.0.lock().unwrap().retain(|attached| *attached != gsi);
        Ok(())
    }
}

/// A function with a BAR that remembers what is written to it.
struct Memory {
    config: Mutex<ConfigSpace>,
    bars: [Decode; 1],
    written: Mutex<Vec<(u64, Vec<u8>)>>,
}

impl Memory {
    fn new(address: u64) -> Arc<Self> {
        let mut config = ConfigSpace::endpoint(IDENTITY);
        BAR.install(&mut config);
        BAR.set_address(&mut config, address);
        config.set_u16(4, 2);
        let bars = [Decode::new(BAR)];
        bars[0].update(&config);
        Arc::new(Self { config: Mutex::new(config), bars, written: Mutex::default() })
    }
}

impl PciFunction for Memory {
    fn read_config(&self, register: u16, data: &mut [u8]) {
        self.config.lock().unwrap().read(register, data);
    }
    fn write_config(&self, register: u16, data: &[u8]) {
        let mut config = self.config.lock().unwrap();
        config.write(register, data);
        self.bars[0].update(&config);
    }
    fn bars(&self) -> &[Decode] {
        &self.bars
    }
    fn read_bar(&self, _: usize, offset: u64, data: &mut [u8]) {
        data.fill(offset as u8);
    }
    fn write_bar(&self, _: usize, offset: u64, data: &[u8]) {
        self.written.lock().unwrap().push((offset, data.to_vec()));
    }
    fn reset(&self) {}
}

#[derive(Default)]
struct Port(Mutex<Vec<u8>>);

impl BusDevice for Port {
    fn read(&self, _: u64, data: &mut [u8]) {
        data.fill(6);
    }
    fn write(&self, _: u64, data: &[u8]) {
        self.0.lock().unwrap().extend(data);
    }
}

struct Machine {
    pio: Bus,
    mmio: Bus,
    memory: Arc<Memory>,
    reset: Arc<Port>,
}

const PLACE: u64 = map::PCI_MMIO32_START + 0x10_0000;

/// A host bridge, a port at 00:02.0 that opens bus 7, and behind it a device.
fn machine() -> Machine {
    let mut root = PciRoot::new();
    let at = |bus, slot| PciAddress { bus, slot, function: 0 };
    root.add(at(0, 0), Arc::new(HostBridge::new(MachineKind::Q35)));
    let window = Some((PLACE as u32, PLACE as u32 + 0xf_ffff));
    root.add_port(at(0, 2), 7, Arc::new(RootPort::new(7, window, false)));
    let memory = Memory::new(PLACE);
    root.add(at(7, 0), memory.clone());
    let (mut pio, mut mmio) = (Bus::new(), Bus::new());
    let reset = Arc::new(Port::default());
    Arc::new(root).attach(&mut pio, &mut mmio, reset.clone(), 64 << 20).unwrap();
    Machine { pio, mmio, memory, reset }
}

impl Machine {
    fn legacy(&self, address: u32) -> u32 {
        self.pio.write(0xcf8, &address.to_le_bytes());
        let mut data = [0; 4];
        self.pio.read(0xcfc, &mut data);
        u32::from_le_bytes(data)
    }
    fn ecam(&self, bus: u64, slot: u64, register: u64) -> u32 {
        let mut data = [0; 4];
        self.mmio.read(map::ECAM_START + (bus << 20) + (slot << 15) + register, &mut data);
        u32::from_le_bytes(data)
    }
    fn ecam_write(&self, bus: u64, slot: u64, register: u64, value: u32) {
        self.mmio.write(map::ECAM_START + (bus << 20) + (slot << 15) + register, &value.to_le_bytes());
    }
}

#[test]
fn both_mechanisms_find_the_same_functions() {
    let machine = machine();
    assert_eq!(machine.legacy(0x8000_0000), 0x29c0_8086);
    assert_eq!(machine.ecam(0, 0, 0), 0x29c0_8086);
    assert_eq!(machine.ecam(0, 0, 0x60), 0xb000_0001);
    assert_eq!(machine.legacy(0x8000_1000), 0x000c_1b36);
    assert_eq!(machine.legacy(0x8007_0000), 0x1041_1af4);
    assert_eq!(machine.ecam(7, 0, 0), 0x1041_1af4);
    for (bus, slot) in [(0, 1), (7, 1), (6, 0), (255, 31)] {
        assert_eq!(machine.ecam(bus, slot, 0), u32::MAX);
    }
    assert_eq!(machine.legacy(0x0000_0000), u32::MAX);
}

#[test]
fn the_reset_port_lies_between_the_configuration_ports() {
    let machine = machine();
    machine.pio.write(0xcf9, &[0xe]);
    assert_eq!(*machine.reset.0.lock().unwrap(), [0xe]);
    let mut byte = [0];
    machine.pio.read(0xcf9, &mut byte);
    assert_eq!(byte, [6]);
    machine.pio.write(0xcf8, &[1, 2]);
    assert_eq!(machine.legacy(0x8000_0000), 0x29c0_8086);
}

#[test]
fn a_guest_renumbers_buses() {
    let machine = machine();
    machine.ecam_write(0, 2, 0x18, 0x0003_0300);
    assert_eq!(machine.ecam(7, 0, 0), u32::MAX);
    assert_eq!(machine.ecam(3, 0, 0), 0x1041_1af4);
}

#[test]
fn configuration_space_is_4096_bytes() {
    let machine = machine();
    assert_eq!(machine.ecam(7, 0, 0x100), 0);
    assert_eq!(machine.ecam(7, 0, 0xffc), 0);
    let mut data = [0; 8];
    machine.mmio.read(map::ECAM_START + (7 << 20) + 0xffc, &mut data);
    assert_eq!(data, [0xff; 8]);
}

#[test]
fn bars_are_sized_moved_and_switched_off() {
    let machine = machine();
    let reads = |address: u64| {
        let mut byte = [0];
        machine.mmio.read(address, &mut byte);
        byte[0]
    };
    assert_eq!(reads(PLACE + 5), 5);
    assert_eq!(reads(PLACE + 0x8000), 0xff);
    machine.ecam_write(7, 0, 4, 0);
    assert_eq!(reads(PLACE + 5), 0xff);
    machine.ecam_write(7, 0, 0x10, u32::MAX);
    machine.ecam_write(7, 0, 0x14, u32::MAX);
    assert_eq!((machine.ecam(7, 0, 0x10), machine.ecam(7, 0, 0x14)), (0xffff_8004, 0xffff_ffff));
    let moved = map::PCI_MMIO32_START + 0x1234_8000;
    machine.ecam_write(7, 0, 0x10, moved as u32);
    machine.ecam_write(7, 0, 0x14, 0);
    machine.ecam_write(7, 0, 4, 2);
    assert_eq!(reads(moved + 7), 7);
    machine.mmio.write(moved + 0x7ffc, &[1, 2, 3, 4]);
    machine.mmio.write(moved + 0x7ffe, &[1, 2, 3, 4]);
    assert_eq!(*machine.memory.written.lock().unwrap(), [(0x7ffc, vec![1, 2, 3, 4])]);
}

#[test]
fn a_root_port_looks_like_one() {
    let machine = machine();
    assert_eq!(machine.ecam(0, 2, 0x0c) >> 16 & 0x7f, 1);
    assert_eq!(machine.ecam(0, 2, 0x18), 0x0007_0700);
    assert_eq!(machine.ecam(0, 2, 0x20), 0xc010_c010);
    assert_eq!(machine.ecam(0, 2, 0x24), 0);
    let at = u64::from(machine.ecam(0, 2, 0x34) & 0xff);
    assert_eq!(machine.ecam(0, 2, at) & 0xff, 0x10);
    assert_eq!(machine.ecam(0, 2, at) >> 20 & 0xf, 4);
}

#[test]
fn capabilities_are_chained() {
    let mut config = ConfigSpace::endpoint(IDENTITY);
    assert_eq!(config.u16(6) & 0x10, 0);
    let first = config.add_capability(9, &[1, 2, 3]);
    let second = config.add_capability(0x11, &[4]);
    assert_eq!(
        (config.u8(0x34) as usize, config.u8(first + 1) as usize, config.u8(second + 1)),
        (first, second, 0)
    );
    assert_eq!(second % 4, 0);
    assert_eq!(config.u16(6) & 0x10, 0x10);
}

fn address(bus: u8, slot: u8, function: u8) -> PciAddress {
    PciAddress { bus, slot, function }
}

#[test]
fn functions_get_their_places_and_ports_their_windows() {
    let ports = [(1, address(0, 1, 0)), (2, address(0, 1, 1)), (3, address(0, 1, 2))];
    let mut layout = Layout::new(MachineKind::Q35, &ports).unwrap();
    layout.place("disk", address(2, 0, 0), 0x8000).unwrap();
    layout.place("net", address(0, 5, 0), 0x8000).unwrap();
    assert_eq!(layout.place_anywhere("rng", 0x8000).unwrap(), address(0, 2, 0));
    let (places, ports) = layout.assign().unwrap();
    let place = |wanted| places.iter().find(|place| place.address == wanted).unwrap();
    assert_eq!(place(address(0, 2, 0)).bar, 0xc000_0000);
    assert_eq!(place(address(0, 5, 0)).bar, 0xc000_8000);
    assert_eq!(place(address(2, 0, 0)).bar, 0xc010_0000);
    assert_eq!(
        ports.iter().map(|port| port.window).collect::<Vec<_>>(),
        [None, Some((0xc010_0000, 0xc01f_ffff)), None]
    );
    assert_eq!(ports.iter().map(|port| port.place.multifunction).collect::<Vec<_>>(), [true, false, false]);
}

#[test]
fn places_that_do_not_exist_are_refused_by_name() {
    let ports = [(1, address(0, 1, 0))];
    let layout = || Layout::new(MachineKind::Pc, &ports).unwrap();
    let refused = |place| layout().place("disk vda", place, 0x8000).unwrap_err().to_string();
    assert_eq!(refused(address(2, 0, 0)), "disk vda: there is no PCI address 0000:02:00.0");
    assert_eq!(refused(address(1, 1, 0)), "disk vda: there is no PCI address 0000:01:01.0");
    assert_eq!(refused(address(0, 32, 0)), "disk vda: there is no PCI address 0000:00:20.0");
    assert!(refused(address(0, 0, 0)).ends_with("is taken by the host bridge"));
    assert!(refused(address(0, 1, 0)).ends_with("is taken by pci controller 1"));
    let mut headless = layout();
    headless.place("disk vda", address(0, 9, 1), 0x8000).unwrap();
    assert!(headless.assign().unwrap_err().to_string().contains("no function 0"));
    assert!(Layout::new(MachineKind::Q35, &[(1, address(0, 1, 0)), (1, address(0, 2, 0))]).is_err());
    assert!(Layout::new(MachineKind::Q35, &[(0, address(0, 1, 0))]).is_err());
    let mut full = layout();
    for n in 3..32 {
        assert_eq!(full.place_anywhere("x", 0x8000).unwrap(), address(0, n, 0));
    }
    assert!(
        full.place_anywhere("one more", 0x8000).unwrap_err().to_string().starts_with("one more: no free")
    );
}

fn msix(count: usize) -> (Msix, Arc<FakeIrq>) {
    let fake = Arc::new(FakeIrq::default());
    (Msix::new(&IrqManager::new(fake.clone()).unwrap(), count).unwrap(), fake)
}

#[test]
fn a_vector_is_live_when_nothing_masks_it() {
    let (msix, fake) = msix(2);
    let live = || fake.0.lock().unwrap().clone();
    msix.write_table(0, &[0, 0x10, 0xe0, 0xfe]);
    msix.write_table(8, &0x4041u32.to_le_bytes());
    msix.write_table(12, &[0; 4]);
    assert!(live().is_empty());
    msix.set_control(0xc000);
    assert!(live().is_empty());
    msix.set_control(0x8000);
    assert_eq!(live(), [24]);
    msix.write_table(28, &[0; 4]);
    assert_eq!(live(), [24, 25]);
    msix.write_table(12, &[1]);
    assert_eq!(live(), [25]);
    msix.event(0).unwrap().write(1).unwrap();
    let mut pending = [0xff; 8];
    msix.read_pending(0, &mut pending);
    assert_eq!(pending, [1, 0, 0, 0, 0, 0, 0, 0]);
    msix.reset();
    assert!(live().is_empty());
    msix.read_pending(0, &mut pending);
    assert_eq!(pending, [0; 8]);
    assert!(!msix.enabled());
}

#[test]
fn a_table_reads_as_written() {
    let (msix, _fake) = msix(3);
    msix.write_table(16, &[0xff; 16]);
    let mut table = [0; 64];
    msix.read_table(0, &mut table);
    assert_eq!(table[..16], [&[0; 12][..], &[1, 0, 0, 0]].concat());
    assert_eq!(table[16..32], [&[0xfc][..], &[0xff; 11], &[1, 0, 0, 0]].concat());
    assert_eq!(table[48..], [0xff; 16]);
    assert_eq!((msix.table_len(), msix.pending_len()), (48, 8));
}

proptest! {
    #[test]
    fn no_access_to_configuration_or_memory_does_harm(
        accesses in prop::collection::vec((any::<bool>(), any::<u64>(), 1usize..9, any::<u64>()), 1..60)
    ) {
        let machine = machine();
        for (write, place, length, value) in accesses {
            let place = place >> (place & 63);
            for base in [map::ECAM_START, map::ECAM_START + (7 << 20), map::PCI_MMIO32_START, PLACE] {
                let mut data = value.to_le_bytes();
                let address = base + place % 0x9000;
                if write {
                    machine.mmio.write(address, &data[..length]);
                } else {
                    machine.mmio.read(address, &mut data[..length]);
                }
            }
            let mut data = value.to_le_bytes();
            machine.pio.write(0xcf8 + place % 8, &data[..length]);
            machine.pio.read(0xcf8 + place % 8, &mut data[..length]);
        }
    }

    #[test]
    fn no_access_to_the_vectors_does_harm(
        accesses in prop::collection::vec((0u64..80, 0usize..20, any::<u8>(), any::<u16>()), 1..60)
    ) {
        let (msix, fake) = msix(4);
        for (offset, length, byte, control) in accesses {
            msix.write_table(offset, &vec![byte; length]);
            msix.set_control(control);
            msix.read_table(offset, &mut vec![0; length]);
            msix.read_pending(offset, &mut vec![0; length]);
            prop_assert!(fake.0.lock().unwrap().len() <= 4);
        }
        msix.reset();
        prop_assert!(fake.0.lock().unwrap().is_empty());
    }
}
