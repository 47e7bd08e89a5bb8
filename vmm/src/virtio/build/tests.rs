use std::{fs::File, os::fd::OwnedFd};

use vireo_control::{BootSpec, CpuMode, CpuSpec, FdIndex, LifecycleActions, MemorySpec, SandboxSpec};

use super::*;
use crate::{
    pci::tests::FakeIrq,
    serial::host::bell,
    virtio::testing::{FakeNotify, RAM_BYTES, ram},
};

fn spec(machine: MachineKind) -> VmSpec {
    VmSpec {
        name: "guest".into(),
        uuid: uuid::Uuid::from_u128(1),
        machine,
        memory: MemorySpec {
            bytes: RAM_BYTES as u64,
            hugepage_bytes: None,
            locked: false,
            shared: false,
            prealloc: false,
            nodump: false,
        },
        cpus: CpuSpec {
            online: 2,
            which: Vec::new(),
            maximum: 2,
            topology: None,
            mode: CpuMode::HostPassthrough,
            features: vec![],
            hide_kvm: false,
        },
        boot: BootSpec::Kernel { kernel: FdIndex(0), initrd: None, cmdline: String::new() },
        clock: Default::default(),
        actions: LifecycleActions::default(),
        serials: vec![],
        disks: vec![],
        nics: vec![],
        rngs: vec![],
        consoles: vec![],
        balloon: None,
        root_ports: vec![],
        kvm: FdIndex(0),
        control: FdIndex(0),
        exit_file: FdIndex(0),
        stats: FdIndex(0),
        log: None,
        sandbox: SandboxSpec::default(),
    }
}

fn disk(number: u16) -> DiskSpec {
    let json = format!(r#"{{"alias":"virtio-disk{number}","target":"vd{number}","image":{number}}}"#);
    serde_json::from_str(&json).unwrap()
}

fn rng(number: u16) -> RngSpec {
    serde_json::from_str(&format!(r#"{{"alias":"rng{number}","source":{number}}}"#)).unwrap()
}

/// Descriptors: a disk image at each place.
fn built(spec: &VmSpec) -> Result<Devices, BuildError> {
    let file = || {
        let file = tempfile::tempfile().unwrap();
        file.set_len(1 << 20).unwrap();
        OwnedFd::from(file)
    };
    let mut fds = Descriptors::from((0..40).map(|_| file()).collect::<Vec<_>>());
    let irq = IrqManager::new(Arc::new(FakeIrq::default())).unwrap();
    let stats = Stats::map(&tempfile::tempfile().unwrap()).unwrap();
    let (ram, vm, bell) = (ram(), Arc::new(FakeNotify::default()), bell().unwrap());
    let surroundings = Surroundings { ram: &ram, vm: &vm, irq: &irq, stats: &stats, bell: &bell };
    build(spec, &mut fds, &surroundings, &mut vec![])
}

fn refused(spec: &VmSpec) -> String {
    built(spec).map(drop).unwrap_err().to_string()
}

struct Nobody;

impl BusDevice for Nobody {
    fn read(&self, _: u64, _: &mut [u8]) {}
    fn write(&self, _: u64, _: &[u8]) {}
}

fn ecam(devices: &Devices, bus: u64, slot: u64) -> u32 {
    let (mut pio, mut mmio) = (Bus::new(), Bus::new());
    devices.attach(&mut pio, &mut mmio, Arc::new(Nobody)).unwrap();
    let mut data = [0; 4];
    mmio.read(map::ECAM_START + (bus << 20) + (slot << 15), &mut data);
    u32::from_le_bytes(data)
}

#[test]
fn devices_stand_on_the_pci_bus() {
    let mut spec = spec(MachineKind::Q35);
    spec.root_ports = vec![(1, PciAddress { bus: 0, slot: 1, function: 0 })];
    spec.disks = vec![disk(0), disk(1)];
    spec.disks[1].address = Some(PciAddress { bus: 1, slot: 0, function: 0 });
    spec.rngs = vec![rng(2)];
    let devices = built(&spec).unwrap();
    assert_eq!(ecam(&devices, 0, 0), 0x29c0_8086);
    assert_eq!(ecam(&devices, 0, 1), 0x000c_1b36);
    assert_eq!(ecam(&devices, 1, 0), 0x1042_1af4);
    assert_eq!(ecam(&devices, 0, 2), 0x1042_1af4);
    assert_eq!(ecam(&devices, 0, 3), 0x1044_1af4);
    assert_eq!(ecam(&devices, 0, 4), u32::MAX);
    assert!(devices.mmio_slots().is_empty());
}

#[test]
fn microvm_has_its_devices_on_the_memory_bus() {
    let mut spec = spec(MachineKind::Microvm);
    spec.disks = (0..20).map(disk).collect();
    let devices = built(&spec).unwrap();
    let slots = devices.mmio_slots();
    assert_eq!(slots[1], MmioSlot { address: 0xd000_1000, size: 0x1000, gsi: 6 });
    assert_eq!((slots.len(), slots[17].gsi), (20, 5));
    assert!(slots.iter().all(|slot| slot.gsi < crate::irq::LINES));
    let (mut pio, mut mmio) = (Bus::new(), Bus::new());
    devices.attach(&mut pio, &mut mmio, Arc::new(Nobody)).unwrap();
    let mut data = [0; 4];
    mmio.read(0xd001_3008, &mut data);
    assert_eq!(data, [2, 0, 0, 0]);
}

#[test]
fn workers_start_as_needed_and_stand_when_asked() {
    for (disks, rngs, threads) in [(0, 0, 0), (2, 0, 1), (0, 1, 1), (1, 1, 2)] {
        let mut spec = spec(MachineKind::Pc);
        spec.disks = (0..disks).map(disk).collect();
        spec.rngs = (10..10 + rngs).map(rng).collect();
        let mut devices = built(&spec).unwrap();
        devices.pause();
        devices.resume();
        devices.start_workers(|_| {}).unwrap();
        assert_eq!(devices.workers.len(), threads);
        devices.pause();
        devices.reset();
        devices.resume();
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let with = |change: &dyn Fn(&mut DiskSpec)| {
        let mut spec = spec(MachineKind::Q35);
        spec.disks = vec![disk(3)];
        change(&mut spec.disks[0]);
        refused(&spec)
    };
    assert!(with(&|disk| disk.queues = Some(0)).starts_with("virtio-disk3: 0 queues"));
    assert!(with(&|disk| disk.queues = Some(65)).starts_with("virtio-disk3: 65 queues"));
    assert!(with(&|disk| disk.queue_size = Some(100)).starts_with("virtio-disk3: a queue of 100"));
    assert!(with(&|disk| disk.queue_size = Some(2048)).starts_with("virtio-disk3: a queue of 2048"));
    assert!(with(&|disk| disk.logical_block_size = Some(100)).contains("logical block of 100 bytes"));
    let smaller = |disk: &mut DiskSpec| {
        disk.logical_block_size = Some(4096);
        disk.physical_block_size = Some(512);
    };
    assert!(with(&smaller).contains("smaller than the logical one"));
    assert!(with(&|disk| disk.image = FdIndex(99)).contains("descriptor 99"));

    let mut nic = spec(MachineKind::Q35);
    let json = r#"{"alias":"net0","target":"vnet0","mac":[0,0,0,0,0,0],"taps":[]}"#;
    nic.nics = vec![serde_json::from_str(json).unwrap()];
    assert!(refused(&nic).starts_with("net0: 0 taps"));
    nic.nics[0].taps = vec![FdIndex(1)];
    let error = built(&nic).map(drop).unwrap_err();
    assert!(error.to_string().starts_with("net0: cannot set up the tap"), "{error}");
    assert_eq!(error.kind(), vireo_control::VmmErrorKind::System);

    let mut slow = spec(MachineKind::Q35);
    slow.rngs = vec![rng(1)];
    slow.rngs[0].rate = Some((0, 10));
    assert!(refused(&slow).starts_with("rng1: a rate of nothing"));
    assert_eq!(built(&slow).map(drop).unwrap_err().kind(), vireo_control::VmmErrorKind::Invalid);
}

#[test]
fn a_directory_is_no_disk() {
    let mut spec = spec(MachineKind::Q35);
    spec.disks = vec![disk(0)];
    let dir = File::open("/").unwrap();
    let mut fds = Descriptors::from(vec![OwnedFd::from(dir)]);
    let irq = IrqManager::new(Arc::new(FakeIrq::default())).unwrap();
    let stats = Stats::map(&tempfile::tempfile().unwrap()).unwrap();
    let vm = Arc::new(FakeNotify::default());
    let error = {
        let (ram, bell) = (ram(), bell().unwrap());
        let surroundings = Surroundings { ram: &ram, vm: &vm, irq: &irq, stats: &stats, bell: &bell };
        build(&spec, &mut fds, &surroundings, &mut vec![]).map(drop).unwrap_err()
    };
    assert_eq!(error.to_string(), "virtio-disk0: not a regular file or block device");
}
