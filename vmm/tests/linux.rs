//! The distribution's kernel: booted both ways, on every machine, and ended in every way.

mod support;

use std::{fs::File, path::Path, time::Duration};

use support::{Launch, PATIENCE, Vmm, hardware_kvm, linux};
use vireo_control::{BootSpec, Event, ExitReason, HyperthreadTopology, MachineKind, Request};

/// A whole boot, on an emulated machine that others use as well.
const BOOT: Duration = Duration::from_secs(180);
const MODULES: [&str; 2] = ["evdev", "button"];
const CMDLINE: &str = "console=ttyS0 quiet panic=-1";
const FACTS: &str = "echo cpus $(nproc) product $(cat /sys/class/dmi/id/product_name) end\n\
    echo uuid $(cat /sys/class/dmi/id/product_uuid)\n\
    echo acpi $(ls /sys/firmware/acpi/tables | tr '\\n' ' ')\n";

fn boot(machine: MachineKind, vcpus: u16, kernel: File, version: &str, script: &str) -> Vmm {
    let mut launch = Launch::new(machine, kernel);
    let initrd = launch.add(linux::initrd(version, &MODULES, script));
    let BootSpec::Kernel { kernel, .. } = launch.spec.boot;
    launch.spec.boot = BootSpec::Kernel { kernel, initrd: Some(initrd), cmdline: CMDLINE.into() };
    launch.spec.memory.bytes = 384 << 20;
    (launch.spec.cpus.online, launch.spec.cpus.maximum) = (vcpus, vcpus);
    launch.run()
}

fn kernel() -> Option<(std::path::PathBuf, String)> {
    if hardware_kvm() { linux::kernel() } else { None }
}

#[test]
fn it_boots_on_every_machine_by_its_bzimage() {
    let Some((path, version)) = kernel() else { return };
    for (machine, vcpus, name) in
        [(MachineKind::Q35, 2, "q35"), (MachineKind::Pc, 1, "pc"), (MachineKind::Microvm, 2, "microvm")]
    {
        let script = format!("{FACTS}poweroff -f\n");
        let mut vmm = boot(machine, vcpus, File::open(&path).unwrap(), &version, &script);
        vmm.expect(&format!("cpus {vcpus} product {name} end"), BOOT);
        vmm.expect("uuid 00000000-0000-0000-1234-56789abcdef0", BOOT);
        assert_eq!([vmm.control.event(), vmm.control.event()], [Event::Resumed, Event::Shutdown]);
        assert_eq!(vmm.exit().reason, ExitReason::Shutdown);
    }
}

#[test]
fn it_boots_by_its_pvh_entry_point() {
    let Some((path, version)) = kernel() else { return };
    for machine in [MachineKind::Q35, MachineKind::Microvm] {
        let Some(elf) = linux::unpacked(Path::new(&path)) else {
            println!("SKIP: nothing here unpacks {}", path.display());
            return;
        };
        let mut vmm = boot(machine, 1, elf, &version, "echo pvh is up\npoweroff -f\n");
        vmm.expect("pvh is up", BOOT);
        assert_eq!(vmm.exit().reason, ExitReason::Shutdown);
    }
}

#[test]
fn the_power_button_reaches_user_space() {
    let Some((path, version)) = kernel() else { return };
    for machine in [MachineKind::Q35, MachineKind::Microvm] {
        let script = "ls /dev/input\necho ready\nhead -c 24 /dev/input/event0 > /tmp/event\necho pressed\npoweroff -f\n";
        let mut vmm = boot(machine, 1, File::open(&path).unwrap(), &version, script);
        vmm.expect("ready", BOOT);
        std::thread::sleep(Duration::from_millis(500));
        vmm.control.ask(Request::PowerButton).unwrap();
        vmm.expect("pressed", PATIENCE);
        assert_eq!(vmm.exit().reason, ExitReason::Shutdown);
    }
}

#[test]
fn a_rebooted_kernel_finds_a_machine_as_new() {
    let Some((path, version)) = kernel() else { return };
    for machine in [MachineKind::Q35, MachineKind::Microvm] {
        let script = "echo up with $(nproc)\nreboot -f\n";
        let mut vmm = boot(machine, 2, File::open(&path).unwrap(), &version, script);
        vmm.expect("up with 2", BOOT);
        vmm.expect("up with 2", BOOT);
        assert_eq!([vmm.control.event(), vmm.control.event()], [Event::Resumed, Event::Reset]);
        vmm.control.ask(Request::Reset).unwrap();
        vmm.expect("up with 2", BOOT);
        vmm.control.ask(Request::Quit).unwrap();
        assert_eq!(vmm.exit().reason, ExitReason::Destroyed);
    }
}

#[test]
fn it_sees_the_topology_of_the_specification() {
    let Some((path, version)) = kernel() else { return };
    let script = "cd /sys/devices/system/cpu\nfor c in 0 1 2 3; do echo cpu$c package \
        $(cat cpu$c/topology/physical_package_id) threads $(cat cpu$c/topology/thread_siblings_list); done\npoweroff -f\n";
    let mut launch = Launch::new(MachineKind::Q35, File::open(&path).unwrap());
    let initrd = launch.add(linux::initrd(&version, &[], script));
    let BootSpec::Kernel { kernel, .. } = launch.spec.boot;
    launch.spec.boot = BootSpec::Kernel { kernel, initrd: Some(initrd), cmdline: CMDLINE.into() };
    launch.spec.memory.bytes = 384 << 20;
    (launch.spec.cpus.online, launch.spec.cpus.maximum) = (4, 4);
    launch.spec.cpus.topology = Some(HyperthreadTopology { sockets: 2, dies: 1, cores: 1, threads: 2 });
    let mut vmm = launch.run();
    vmm.expect("cpu1 package 0 threads 0-1", BOOT);
    vmm.expect("cpu3 package 1 threads 2-3", BOOT);
}
