//! A Linux guest lends memory to the host and takes it back, and tells how much it has.

mod support;

use std::{fs::File, time::Duration};

use support::{Launch, Vmm, hardware_kvm, linux};
use vireo_control::{BalloonSpec, BootSpec, Event, MachineKind, Request, StatsHeader};

const BOOT: Duration = Duration::from_secs(240);
const MIB: u64 = 1 << 20;
const RAM: u64 = 256 * MIB;
const MODULES: [&str; 7] = [
    "virtio_ring",
    "virtio",
    "virtio_pci_legacy_dev",
    "virtio_pci_modern_dev",
    "virtio_pci",
    "virtio_mmio",
    "virtio_balloon",
];
/// Says so when its memory has become less, and when it has become more again.
const SCRIPT: &str = "total() { awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo; }\n\
    whole=$(total)\necho whole $whole\n\
    while [ $(total) -gt $((whole - 90)) ]; do sleep 0.1; done; echo less\n\
    while [ $(total) -lt $((whole - 10)) ]; do sleep 0.1; done; echo more\n\
    reboot -f\n";

fn boot(machine: MachineKind) -> Option<Vmm> {
    if !hardware_kvm() {
        return None;
    }
    let (image, version) = linux::kernel()?;
    let mut launch = Launch::new(machine, File::open(image).unwrap());
    let initrd = Some(launch.add(linux::initrd(&version, &MODULES, SCRIPT)));
    let BootSpec::Kernel { kernel, .. } = launch.spec.boot;
    let cmdline = "console=ttyS0 quiet panic=-1".to_owned();
    launch.spec.boot = BootSpec::Kernel { kernel, initrd, cmdline };
    launch.spec.memory.bytes = RAM;
    launch.spec.balloon = Some(BalloonSpec {
        alias: "balloon0".into(),
        keep_bytes: Some(RAM - 10 * MIB),
        stats_period: 0,
        deflate_on_oom: false,
        free_page_reporting: true,
        address: None,
    });
    Some(launch.run())
}

fn wait_for_balloon(vmm: &mut Vmm, bytes: u64) {
    while vmm.control.event() != (Event::BalloonChanged { bytes }) {}
    assert_eq!(vmm.counter("balloon.actual"), bytes);
}

/// KiB of the process's memory that nobody else has.
fn held(vmm: &Vmm) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", vmm.child.id())).unwrap();
    let line = rollup.lines().find(|line| line.starts_with("Private_Dirty:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn memory_is_lent_and_taken_back() {
    for machine in [MachineKind::Q35, MachineKind::Microvm] {
        let Some(mut vmm) = boot(machine) else { return };
        vmm.expect("whole ", BOOT);
        // What it is to lend from the start on.
        wait_for_balloon(&mut vmm, RAM - 10 * MIB);
        vmm.control.ask(Request::SetBalloon { bytes: RAM - 120 * MIB }).unwrap();
        vmm.expect("less", BOOT);
        wait_for_balloon(&mut vmm, RAM - 120 * MIB);
        let held = held(&vmm);
        assert!(held < (RAM - 120 * MIB) / 1024 + 4096, "{machine:?} holds {held} KiB");

        assert_eq!(vmm.counter("balloon.swap_in"), 0, "told when the driver came");
        vmm.control.ask(Request::SetBalloonPeriod { seconds: 1 }).unwrap();
        let first = vmm.counter("balloon.last_update");
        while vmm.counter("balloon.last_update") < first + 3 {
            std::thread::sleep(Duration::from_millis(100));
        }
        let total = vmm.counter("balloon.total");
        assert!(total < RAM - 120 * MIB && total > RAM - 200 * MIB, "{total}");
        assert!(vmm.counter("balloon.available") < total);
        assert_ne!(vmm.counter("balloon.caches"), StatsHeader::NOT_TOLD);

        vmm.control.ask(Request::SetBalloon { bytes: RAM }).unwrap();
        vmm.expect("more", BOOT);
        wait_for_balloon(&mut vmm, RAM);
        // The guest starts anew, and is to lend what it was to lend before.
        vmm.control.ask(Request::SetBalloon { bytes: RAM - 20 * MIB }).unwrap();
        vmm.expect("whole ", BOOT);
        wait_for_balloon(&mut vmm, RAM - 20 * MIB);
        vmm.control.ask(Request::Quit).unwrap();
    }
}

#[test]
fn a_guest_without_a_balloon_cannot_lend() {
    let Some((image, _)) = hardware_kvm().then(linux::kernel).flatten() else { return };
    let mut launch = Launch::new(MachineKind::Microvm, File::open(image).unwrap());
    launch.spec.memory.bytes = RAM;
    let mut vmm = launch.launch().unwrap();
    assert!(vmm.control.ask(Request::SetBalloon { bytes: RAM }).is_err());
    assert!(vmm.control.ask(Request::SetBalloonPeriod { seconds: 1 }).is_err());
}
