//! A Linux guest with a virtio console and channels: what is said on one side is heard on the other, whole.

mod support;

use std::{
    fs::File,
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    time::Duration,
};

use support::{Launch, hardware_kvm, linux};
use vireo_control::{BootSpec, ChardevSpec, ConsoleSpec, Event, MachineKind, PortSpec, Request};

const BOOT: Duration = Duration::from_secs(120);
const MODULES: [&str; 7] = [
    "virtio_ring",
    "virtio",
    "virtio_pci_legacy_dev",
    "virtio_pci_modern_dev",
    "virtio_pci",
    "virtio_mmio",
    "virtio_console",
];
/// Answers on the console, then echoes the channel's lines (which end where nobody is there), then sends a lot on it.
const SCRIPT: &str = "exec 4<>/dev/hvc0\n\
    for port in /sys/class/virtio-ports/*; do\n\
    [ \"$(cat $port/name)\" = org.test.0 ] && channel=/dev/${port##*/}; done\n\
    echo names $(cat /sys/class/virtio-ports/*/name)\n\
    echo hello from hvc0 >&4\n\
    read line <&4; echo heard $line\n\
    exec 3<>$channel\n\
    while :; do read line <&3 || { sleep 0.1; continue; }\n\
    [ \"$line\" = stop ] && break; echo \"echo $line\" >&3; done\n\
    dd if=/dev/zero bs=64k count=32 2>/dev/null | tr '\\0' x >&3\n\
    head -c 1000000 <&3 | md5sum\n\
    exec 3<&-; echo closed\nsleep 1000\n";

fn port(alias: &str, number: u16, name: Option<&str>, backend: ChardevSpec) -> PortSpec {
    PortSpec {
        alias: alias.into(),
        number,
        name: name.map(str::to_owned),
        console: name.is_none(),
        backend,
        log: None,
    }
}

fn read_until(stream: &mut UnixStream, wanted: &str) {
    stream.set_read_timeout(Some(BOOT)).unwrap();
    let mut read = Vec::new();
    while !read.ends_with(wanted.as_bytes()) {
        let mut byte = [0];
        let got = stream.read(&mut byte);
        let shown = || String::from_utf8_lossy(&read);
        assert!(matches!(got, Ok(1)), "{got:?} before {wanted:?}; read: {}", shown());
        assert_ne!(byte, *b"x", "what comes later, before {wanted:?}; read: {}", shown());
        read.push(byte[0]);
    }
}

#[test]
fn a_guest_speaks_on_its_console_and_its_channel() {
    for machine in [MachineKind::Q35, MachineKind::Microvm] {
        if !hardware_kvm() {
            return;
        }
        let Some((image, version)) = linux::kernel() else { return };
        let mut launch = Launch::new(machine, File::open(image).unwrap());
        let initrd = Some(launch.add(linux::initrd(&version, &MODULES, SCRIPT)));
        let BootSpec::Kernel { kernel, .. } = launch.spec.boot;
        let cmdline = "console=ttyS0 quiet panic=-1".to_owned();
        launch.spec.boot = BootSpec::Kernel { kernel, initrd, cmdline };
        launch.spec.memory.bytes = 256 << 20;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("channel");
        let listener = ChardevSpec::UnixListen(launch.add(UnixListener::bind(&path).unwrap()));
        launch.spec.consoles.push(ConsoleSpec {
            alias: "virtio-serial0".into(),
            ports: vec![
                port("console1", 0, None, ChardevSpec::Null),
                port("channel0", 1, Some("org.test.0"), listener),
                port("channel1", 4, Some("org.other.0"), ChardevSpec::Null),
            ],
            max_ports: None,
            address: None,
        });
        let mut vmm = launch.run();
        vmm.expect("names org.test.0 org.other.0", BOOT);
        let mut console = vmm.control.console(Some("console1"), false).unwrap();
        read_until(&mut console, "hello from hvc0");
        assert!(vmm.control.console(Some("console1"), false).is_err());
        console.write_all(b"the host\n").unwrap();
        vmm.expect("heard the host", BOOT);

        while vmm.control.event() != (Event::PortChanged { alias: "channel0".into(), open: true }) {}
        let mut channel = UnixStream::connect(&path).unwrap();
        channel.write_all(b"one\n").unwrap();
        read_until(&mut channel, "echo one\n");
        drop(channel);
        // The next client, and then a stream of the daemon's.
        let mut channel = UnixStream::connect(&path).unwrap();
        channel.write_all(b"two\n").unwrap();
        read_until(&mut channel, "echo two\n");
        drop(channel);
        std::thread::sleep(Duration::from_millis(200));
        let mut channel = vmm.control.console(Some("channel0"), false).unwrap();
        channel.write_all(b"three\nstop\n").unwrap();
        read_until(&mut channel, "echo three\n");
        // Slowly read, and nothing is lost.
        let mut left = 2 << 20;
        let mut chunk = vec![0; 100_000];
        while left > 0 {
            std::thread::sleep(Duration::from_millis(5));
            let count = channel.read(&mut chunk).unwrap();
            assert!(count != 0 && chunk[..count].iter().all(|byte| *byte == b'x'));
            left -= count;
        }
        channel.write_all(&vec![b'y'; 1_000_000]).unwrap();
        vmm.expect("4c4ece6a40af230a4b507ceec577ba44", BOOT);
        vmm.expect("closed", BOOT);
        while vmm.control.event() != (Event::PortChanged { alias: "channel0".into(), open: false }) {}
        // A guest that starts again finds its ports, and who reads stays.
        vmm.control.ask(Request::Reset).unwrap();
        read_until(&mut console, "hello from hvc0");
        vmm.control.ask(Request::Quit).unwrap();
    }
}
