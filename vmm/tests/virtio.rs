//! Linux guests use their virtio devices: what they write is on the disk, what they send arrives, whatever happens to
//! the machine meanwhile.

mod support;

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    time::Duration,
};

use support::{Launch, Vmm, devices, hardware_kvm, linux};
use vireo_control::{BootSpec, MachineKind, PciAddress, Request};

/// A whole boot in an emulated machine, and some work.
const BOOT: Duration = Duration::from_secs(240);
const MACHINES: [MachineKind; 3] = [MachineKind::Q35, MachineKind::Pc, MachineKind::Microvm];
const MODULES: [&str; 13] = [
    "virtio_ring",
    "virtio",
    "virtio_pci_legacy_dev",
    "virtio_pci_modern_dev",
    "virtio_pci",
    "virtio_mmio",
    "virtio_blk",
    "failover",
    "net_failover",
    "virtio_net",
    "virtio-rng",
    "crc32c_generic",
    "button",
];

/// A guest under construction.
struct Linux {
    launch: Launch,
}

impl Linux {
    /// Two vCPUs, and a script as the guest's life.
    fn new(machine: MachineKind, script: &str) -> Option<Self> {
        if !hardware_kvm() {
            return None;
        }
        let (image, version) = linux::kernel()?;
        let mut launch = Launch::new(machine, File::open(image).unwrap());
        let script = format!("{script}\necho done; poweroff -f\n");
        let initrd = Some(launch.add(linux::initrd(&version, &MODULES, &script)));
        (launch.spec.cpus.online, launch.spec.cpus.maximum) = (2, 2);
        launch.spec.memory.bytes = 256 << 20;
        let BootSpec::Kernel { kernel, .. } = launch.spec.boot;
        let cmdline = "console=ttyS0 quiet panic=-1".to_owned();
        launch.spec.boot = BootSpec::Kernel { kernel, initrd, cmdline };
        Some(Self { launch })
    }

    /// Runs to the end; what the guest printed.
    fn transcript(self) -> String {
        let mut vmm = self.launch.run();
        until_done(&mut vmm)
    }
}

fn until_done(vmm: &mut Vmm) -> String {
    let deadline = std::time::Instant::now() + BOOT;
    let mut printed = vec![];
    while support::find(&printed, b"done\r\n").is_none() {
        let left = deadline.saturating_duration_since(std::time::Instant::now());
        vmm.serial.set_read_timeout(Some(left.max(Duration::from_millis(1)))).unwrap();
        let mut chunk = [0; 4096];
        match vmm.serial.read(&mut chunk) {
            Ok(count @ 1..) => printed.extend_from_slice(&chunk[..count]),
            ended => panic!("{ended:?}; the guest printed:\n{}", String::from_utf8_lossy(&printed)),
        }
    }
    let printed = String::from_utf8_lossy(&printed).into_owned();
    if std::env::var_os("VIREO_VMM_LOG").is_some() {
        println!("{printed}");
    }
    printed
}

/// The rest of the line behind `key`.
fn said<'a>(transcript: &'a str, key: &str) -> &'a str {
    let Some((_, rest)) = transcript.split_once(&format!("{key}=")) else {
        panic!("no {key} in:\n{transcript}");
    };
    rest.lines().next().unwrap().trim_end()
}

fn image(bytes: u64) -> File {
    let file = tempfile::tempfile().unwrap();
    file.set_len(bytes).unwrap();
    file
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n ^ n >> 8 ^ n >> 13) as u8).collect()
}

fn md5(bytes: &[u8]) -> String {
    let mut child = std::process::Command::new("md5sum")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout[..32].to_vec()).unwrap()
}

const DISKS: &str = r#"
echo queues=$(ls /sys/block/vda/mq | wc -l)
echo serial=$(cat /sys/block/vda/serial)
echo cache=$(cat /sys/block/vda/queue/write_cache)
echo pattern=$(md5sum </dev/vdb | cut -c 1-32)
dd if=/dev/zero of=/dev/vdb bs=4k count=1 2>/dev/null && echo readonly=no || echo readonly=yes
dd if=/dev/urandom of=/tmp/random bs=1M count=8 2>/dev/null
for half in 0 1; do
    dd if=/tmp/random of=/dev/vda bs=64k count=64 skip=$((half * 64)) seek=$((half * 64)) oflag=direct conv=notrunc 2>/dev/null &
done
wait
dd if=/tmp/random of=/dev/vda bs=512 count=33 seek=16385 conv=notrunc,fsync 2>/dev/null
sync
echo written=$(md5sum </tmp/random | cut -c 1-32)
echo 3 >/proc/sys/vm/drop_caches
echo read=$(head -c 8388608 /dev/vda | md5sum | cut -c 1-32)
blkdiscard -o 4194304 -l 2097152 /dev/vda && echo discarded=yes
"#;

#[test]
fn disks_hold_what_guests_write() {
    for machine in MACHINES {
        let Some(mut guest) = Linux::new(machine, DISKS) else { return };
        let first = image(16 << 20);
        let disk = guest.launch.disk(first.try_clone().unwrap());
        (disk.serial, disk.queues) = (Some("SERIAL7".into()), Some(2));
        let mut second = image(0);
        second.write_all(&pattern(3 << 20)).unwrap();
        guest.launch.disk(second).read_only = true;
        let transcript = guest.transcript();

        assert_eq!(said(&transcript, "queues"), "2", "{machine:?}");
        assert_eq!(said(&transcript, "serial"), "SERIAL7");
        assert_eq!(said(&transcript, "cache"), "write back");
        assert_eq!(said(&transcript, "pattern"), md5(&pattern(3 << 20)));
        assert_eq!(said(&transcript, "readonly"), "yes");
        assert_eq!(said(&transcript, "read"), said(&transcript, "written"));
        assert_eq!(said(&transcript, "discarded"), "yes");
        let mut disk = vec![];
        (&first).seek(SeekFrom::Start(0)).unwrap();
        (&first).read_to_end(&mut disk).unwrap();
        assert_eq!(disk[16385 * 512..][..33 * 512], disk[..33 * 512]);
        assert!(disk[4 << 20..6 << 20].iter().all(|byte| *byte == 0));
        assert!(!disk[6 << 20..8 << 20].iter().all(|byte| *byte == 0));
    }
}

/// The guest's side: pings, then takes and sends bulk data, and says what it saw.
const NETWORK: &str = r#"
ip link set lo up
ip address add 10.7.0.2/24 dev eth0
ip link set eth0 up
echo mtu=$(cat /sys/class/net/eth0/mtu)
echo mac=$(cat /sys/class/net/eth0/address)
echo queues=$(ls -d /sys/class/net/eth0/queues/rx-* | wc -l)
ping -c 3 -W 5 10.7.0.1 >/dev/null && echo ping=yes || echo ping=no
ping -c 2 -s 9000 -W 5 10.7.0.1 >/dev/null && echo fragments=yes || echo fragments=no
nc 10.7.0.1 7001 </dev/null | md5sum | sed 's/^/received=/; s/ .*//'
dd if=/dev/urandom of=/tmp/bulk bs=1M count=8 2>/dev/null
md5sum </tmp/bulk | sed 's/^/sent=/; s/ .*//'
nc 10.7.0.1 7002 </tmp/bulk
"#;

/// Serves one connection: sends or receives everything.
fn peer(port: u16, send: Option<Vec<u8>>) -> std::thread::JoinHandle<Vec<u8>> {
    let listener = std::net::TcpListener::bind(("10.7.0.1", port)).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = vec![];
        match send {
            Some(bytes) => stream.write_all(&bytes).unwrap(),
            None => drop(stream.read_to_end(&mut received).unwrap()),
        }
        received
    })
}

fn network(machine: MachineKind, queues: usize, vhost: bool, name: &str) {
    let Some(mut guest) = Linux::new(machine, NETWORK) else { return };
    if !devices::possible() {
        return;
    }
    let vhosts = if vhost {
        match devices::vhosts(queues) {
            Some(vhosts) => vhosts,
            None => return,
        }
    } else {
        vec![]
    };
    let taps = devices::tap(name, queues, "10.7.0.1/24");
    guest.launch.nic(taps, vhosts);
    let sending = peer(7001, Some(pattern(8 << 20)));
    let receiving = peer(7002, None);
    let transcript = guest.transcript();
    println!("{machine:?} {queues} queues, vhost {vhost}");
    assert_eq!(said(&transcript, "mac"), "52:54:00:12:34:56");
    assert_eq!(said(&transcript, "mtu"), "1500");
    assert_eq!(said(&transcript, "queues"), queues.to_string());
    assert_eq!(said(&transcript, "ping"), "yes");
    assert_eq!(said(&transcript, "fragments"), "yes");
    sending.join().unwrap();
    assert_eq!(said(&transcript, "received"), md5(&pattern(8 << 20)));
    assert_eq!(said(&transcript, "sent"), md5(&receiving.join().unwrap()));
}

#[test]
fn packets_cross_by_the_worker() {
    for machine in MACHINES {
        network(machine, 1, false, "tapw");
    }
    network(MachineKind::Q35, 2, false, "tapw2");
}

#[test]
fn packets_cross_by_the_kernel() {
    for machine in MACHINES {
        network(machine, 1, true, "tapv");
    }
    network(MachineKind::Q35, 2, true, "tapv2");
}

#[test]
fn entropy_comes_from_the_source() {
    const SCRIPT: &str =
        "echo random=$(head -c 100 /dev/hwrng | wc -c)\ncat /sys/class/misc/hw_random/rng_current";
    for machine in MACHINES {
        let Some(mut guest) = Linux::new(machine, SCRIPT) else { return };
        guest.launch.rng(Some((64, 50)));
        assert_eq!(said(&guest.transcript(), "random"), "100");
    }
}

#[test]
fn devices_work_behind_root_ports() {
    let at = |bus, slot, function| PciAddress { bus, slot, function };
    let Some(mut guest) = Linux::new(MachineKind::Q35, DISKS) else { return };
    guest.launch.spec.root_ports = vec![(1, at(0, 1, 0)), (2, at(0, 1, 1)), (3, at(0, 1, 2))];
    guest.launch.disk(image(16 << 20)).address = Some(at(1, 0, 0));
    let mut second = image(0);
    second.write_all(&pattern(3 << 20)).unwrap();
    let disk = guest.launch.disk(second);
    (disk.read_only, disk.address) = (true, Some(at(3, 0, 0)));
    let transcript = guest.transcript();
    assert_eq!(said(&transcript, "pattern"), md5(&pattern(3 << 20)));
    assert_eq!(said(&transcript, "read"), said(&transcript, "written"));
}

const BUSY: &str = r#"
echo writing
while true; do
    dd if=/dev/zero of=/dev/vda bs=256k count=32 oflag=direct conv=notrunc 2>/dev/null || echo lost
done &
ip address add 10.7.0.2/24 dev eth0 && ip link set eth0 up
ping -q -i 0.01 10.7.0.1 >/dev/null &
sleep 1; echo busy
sleep 6
"#;

/// A guest in the middle of its work is paused, resumed and reset.
#[test]
fn a_busy_machine_is_paused_and_reset() {
    for vhost in [false, true] {
        for machine in MACHINES {
            let Some(mut guest) = Linux::new(machine, BUSY) else { return };
            if !devices::possible() {
                return;
            }
            let Some(vhosts) = (if vhost { devices::vhosts(1) } else { Some(vec![]) }) else { return };
            guest.launch.nic(devices::tap("tapbusy", 1, "10.7.0.1/24"), vhosts);
            guest.launch.disk(image(16 << 20));
            let mut vmm = guest.launch.run();
            vmm.expect("busy\r\n", BOOT);
            for _ in 0..10 {
                vmm.control.ask(Request::Pause).unwrap();
                vmm.control.ask(Request::Resume).unwrap();
            }
            vmm.control.ask(Request::Reset).unwrap();
            vmm.expect("busy\r\n", BOOT);
            let rest = until_done(&mut vmm);
            assert!(!rest.contains("lost"), "{machine:?}: {rest}");
            println!("{machine:?} vhost {vhost}");
        }
    }
}
