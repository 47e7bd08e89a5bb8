//! A Linux guest gets processors while it runs and lets them go, and an NMI reaches it.

mod support;

use std::{fs::File, time::Duration};

use support::{Launch, hardware_kvm, linux};
use vireo_control::{BootSpec, Event, MachineKind, Request, VmmErrorKind};

const BOOT: Duration = Duration::from_secs(240);
/// Takes every processor into use that comes, and says how many there are.
const SCRIPT: &str = "echo began with $(nproc)\n\
    while true; do\n\
    for cpu in /sys/devices/system/cpu/cpu[1-9]*/online; do [ -e $cpu ] && echo 1 >$cpu 2>/dev/null; done\n\
    now=$(nproc); [ \"$now\" = \"$last\" ] || echo now $now of $(cat /sys/devices/system/cpu/possible)\n\
    last=$now; sleep 0.1; done\n";

fn launch(machine: MachineKind, script: &str, cmdline: &str) -> Option<Launch> {
    if !hardware_kvm() {
        return None;
    }
    let (image, version) = linux::kernel()?;
    let mut launch = Launch::new(machine, File::open(image).unwrap());
    let initrd = Some(launch.add(linux::initrd(&version, &[], script)));
    let BootSpec::Kernel { kernel, .. } = launch.spec.boot;
    let cmdline = format!("console=ttyS0 quiet panic=-1 {cmdline}");
    launch.spec.boot = BootSpec::Kernel { kernel, initrd, cmdline };
    launch.spec.memory.bytes = 256 << 20;
    Some(launch)
}

#[test]
fn processors_come_and_go() {
    for machine in [MachineKind::Q35, MachineKind::Microvm] {
        let Some(mut launch) = launch(machine, SCRIPT, "") else { return };
        (launch.spec.cpus.online, launch.spec.cpus.maximum) = (1, 3);
        let mut vmm = launch.run();
        let hello = vmm.hello.clone().unwrap();
        assert_eq!(hello.vcpu_tids, [hello.vcpus[0].tid]);
        assert_eq!(hello.vcpus.iter().map(|vcpu| vcpu.online).collect::<Vec<_>>(), [true, false, false]);
        vmm.expect("began with 1", BOOT);
        vmm.expect("now 1 of 0-2", BOOT);
        let set = |index, online| Request::SetVcpu { index, online };
        for _ in 0..2 {
            vmm.control.ask(set(2, true)).unwrap();
            vmm.expect("now 2 of", BOOT);
            vmm.control.ask(set(1, true)).unwrap();
            vmm.expect("now 3 of", BOOT);
            vmm.control.ask(set(2, false)).unwrap();
            vmm.expect("now 2 of", BOOT);
            while vmm.control.event() != (Event::VcpuRemoved { index: 2 }) {}
            vmm.control.ask(Request::Pause).unwrap();
            vmm.control.ask(Request::Resume).unwrap();
            vmm.control.ask(set(1, false)).unwrap();
            vmm.expect("now 1 of", BOOT);
            while vmm.control.event() != (Event::VcpuRemoved { index: 1 }) {}
        }
        for wrong in [set(0, false), set(0, true), set(1, false), set(3, true)] {
            vmm.control.ask(wrong).unwrap_err();
        }
        // What came stays through a reset.
        vmm.control.ask(set(1, true)).unwrap();
        vmm.expect("now 2 of", BOOT);
        vmm.control.ask(Request::Reset).unwrap();
        vmm.expect("began with 2", BOOT);
        vmm.expect("now 2 of", BOOT);
        vmm.control.ask(set(1, false)).unwrap();
        vmm.expect("now 1 of", BOOT);
        vmm.control.ask(Request::Quit).unwrap();
    }
}

#[test]
fn processors_that_are_not_the_first_are_there_from_the_start() {
    let Some(mut launch) = launch(MachineKind::Q35, "echo began with $(nproc)\n", "") else { return };
    (launch.spec.cpus.online, launch.spec.cpus.maximum) = (2, 4);
    launch.spec.cpus.which = vec![0, 3];
    let mut vmm = launch.run();
    vmm.expect("began with 2", BOOT);
}

#[test]
fn an_nmi_reaches_the_guest_and_every_vcpu_of_a_machine_stays() {
    let Some(mut launch) = launch(MachineKind::Q35, "echo up\nsleep 1000\n", "unknown_nmi_panic") else {
        return;
    };
    (launch.spec.cpus.online, launch.spec.cpus.maximum) = (2, 2);
    let mut vmm = launch.run();
    vmm.expect("up", BOOT);
    let refused = vmm.control.ask(Request::SetVcpu { index: 1, online: false }).unwrap_err();
    assert_eq!(refused.kind, VmmErrorKind::Unsupported);
    vmm.control.ask(Request::InjectNmi).unwrap();
    while vmm.control.event() != Event::Reset {}
    vmm.expect("up", BOOT);
}
