//! Runs one guest without a daemon: `launch MACHINE KERNEL [INITRD|-] [VCPUS] [MIB] [COMMAND LINE...]`.
//!
//! KERNEL may be `minimal`: a guest that prints a line and powers off. `launch MACHINE write FILE` writes that guest
//! to a file, for other programs to run. `LAUNCH_DISK`, `LAUNCH_TAP` and others add devices (`tests/support/devices.rs`).
//! The guest's serial port goes to standard output; at the end times and exits go to standard error.

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    fs::File,
    io::{Read, Write},
};

use support::{Launch, guest::Guest};
use vireo_control::{BootSpec, MachineKind};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |n: usize, default: &str| args.get(n).cloned().unwrap_or_else(|| default.to_owned());
    let machine = match arg(0, "q35").as_str() {
        "microvm" => MachineKind::Microvm,
        "pc" => MachineKind::Pc,
        _ => MachineKind::Q35,
    };
    let minimal = || Guest::new().print("hello\n").power_off(machine);
    let kernel = match arg(1, "/vmlinuz").as_str() {
        "minimal" => minimal().file(),
        "write" => return std::fs::write(arg(2, "minimal.elf"), minimal().image()).unwrap(),
        path => File::open(path).unwrap(),
    };
    let mut launch = Launch::new(machine, kernel);
    let initrd = match arg(2, "-").as_str() {
        "-" => None,
        path => Some(launch.add(File::open(path).unwrap())),
    };
    let vcpus = arg(3, "1").parse().unwrap();
    (launch.spec.cpus.online, launch.spec.cpus.maximum) = (vcpus, vcpus);
    launch.spec.memory.bytes = arg(4, "512").parse::<u64>().unwrap() << 20;
    launch.devices_from_environment();
    let cmdline = args.get(5..).unwrap_or_default().join(" ");
    let BootSpec::Kernel { kernel, .. } = launch.spec.boot;
    launch.spec.boot = BootSpec::Kernel { kernel, initrd, cmdline };

    let mut vmm = launch.run();
    let start = vmm.started;
    eprintln!("resumed after {:?}", start.elapsed());
    for note in &vmm.hello.as_ref().unwrap().notes {
        eprintln!("note: {note}");
    }
    let mut first = true;
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = vmm.serial.read(&mut chunk) {
        if std::mem::take(&mut first) {
            eprintln!("first output after {:?}", start.elapsed());
        }
        std::io::stdout().write_all(&chunk[..count]).unwrap();
        std::io::stdout().flush().unwrap();
    }
    eprintln!("end after {:?}", start.elapsed());
    for counter in ["exits.total", "exits.io", "exits.mmio", "exits.hlt"] {
        eprintln!("{counter} {}", vmm.counter(counter));
    }
    eprintln!("{:?}", vmm.exit());
}
