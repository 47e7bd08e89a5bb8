//! Linux guests use their virtio devices: what they write is on the disk, what they send arrives, whatever happens to
//! the machine meanwhile.

mod support;

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    thread::JoinHandle,
    time::Duration,
};

use support::{Launch, Vmm, devices, hardware_kvm, linux};
use vireo_control::{BootSpec, ExitReason, MachineKind, PciAddress, Request};

/// A whole boot in an emulated machine, and some work.
const BOOT: Duration = Duration::from_secs(240);
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

/// The network between a test's guest and this side, its first three numbers: tests run side by side.
#[derive(Clone, Copy)]
struct Net(&'static str);

impl Net {
    /// This side's tap.
    fn tap(self, name: &str, queues: usize) -> Vec<File> {
        devices::tap(name, queues, &format!("{}.1/24", self.0))
    }
}

/// A guest with two vCPUs and a script as its life, where this machine can run one and has a network to give it.
fn linux(machine: MachineKind, net: Net, script: &str) -> Option<Launch> {
    if !hardware_kvm() || !devices::possible() {
        return None;
    }
    let (image, version) = linux::kernel()?;
    let mut launch = Launch::new(machine, File::open(image).unwrap());
    let Net(net) = net;
    let script = format!("net={net}\n{script}\necho done; poweroff -f\n");
    let initrd = Some(launch.add(linux::initrd(&version, &MODULES, &script)));
    (launch.spec.cpus.online, launch.spec.cpus.maximum) = (2, 2);
    launch.spec.memory.bytes = 256 << 20;
    let BootSpec::Kernel { kernel, .. } = launch.spec.boot;
    let cmdline = "console=ttyS0 quiet panic=-1".to_owned();
    launch.spec.boot = BootSpec::Kernel { kernel, initrd, cmdline };
    Some(launch)
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

/// The guest's work on its disks; vdb is read-only and holds the pattern.
const DISKS: &str = r#"
echo queues=$(ls /sys/block/vda/mq | wc -l)
echo serial=$(cat /sys/block/vda/serial)
echo cache=$(cat /sys/block/vda/queue/write_cache)
echo pattern=$(md5sum </dev/vdb | cut -c 1-32)
dd if=/dev/zero of=/dev/vdb bs=4k count=1 2>/dev/null && echo readonly=no || echo readonly=yes
dd if=/dev/urandom of=/tmp/random bs=1M count=4 2>/dev/null
for half in 0 1; do
    dd if=/tmp/random of=/dev/vda bs=64k count=32 skip=$((half * 32)) seek=$((half * 32)) oflag=direct conv=notrunc 2>/dev/null &
done
wait
dd if=/tmp/random of=/dev/vda bs=512 count=33 seek=16385 conv=notrunc,fsync 2>/dev/null
sync
echo written=$(md5sum </tmp/random | cut -c 1-32)
echo 3 >/proc/sys/vm/drop_caches
echo read=$(head -c 4194304 /dev/vda | md5sum | cut -c 1-32)
blkdiscard -o 1048576 -l 2097152 /dev/vda && echo discarded=yes
"#;

/// The guest's work on its network `$net`: pings, takes bulk data and sends some, and says what it saw.
const NETWORK: &str = r#"
ip address add $net.2/24 dev eth0
ip link set eth0 up
echo mtu=$(cat /sys/class/net/eth0/mtu)
echo mac=$(cat /sys/class/net/eth0/address)
echo pairs=$(ls -d /sys/class/net/eth0/queues/rx-* | wc -l)
ping -c 2 -W 5 $net.1 >/dev/null && echo ping=yes || echo ping=no
ping -c 2 -s 9000 -W 5 $net.1 >/dev/null && echo fragments=yes || echo fragments=no
nc $net.1 7001 </dev/null | md5sum | sed 's/^/received=/; s/ .*//'
dd if=/dev/urandom of=/tmp/bulk bs=1M count=4 2>/dev/null
md5sum </tmp/bulk | sed 's/^/sent=/; s/ .*//'
nc $net.1 7002 </tmp/bulk
"#;

const ENTROPY: &str = "echo random=$(head -c 100 /dev/hwrng | wc -c)\n";

/// Two disks: one to write to, one to read the pattern from.
struct Disks {
    first: File,
}

impl Disks {
    fn add(launch: &mut Launch) -> Self {
        let first = image(16 << 20);
        let disk = launch.disk(first.try_clone().unwrap());
        (disk.serial, disk.queues) = (Some("SERIAL7".into()), Some(2));
        let mut second = image(0);
        second.write_all(&pattern(3 << 20)).unwrap();
        launch.disk(second).read_only = true;
        Self { first }
    }

    /// Whether the guest saw what it should, and left what it should.
    fn check(mut self, transcript: &str) {
        assert_eq!(said(transcript, "queues"), "2");
        assert_eq!(said(transcript, "serial"), "SERIAL7");
        assert_eq!(said(transcript, "cache"), "write back");
        assert_eq!(said(transcript, "pattern"), md5(&pattern(3 << 20)));
        assert_eq!(said(transcript, "readonly"), "yes");
        assert_eq!(said(transcript, "read"), said(transcript, "written"));
        assert_eq!(said(transcript, "discarded"), "yes");
        let mut disk = vec![];
        self.first.seek(SeekFrom::Start(0)).unwrap();
        self.first.read_to_end(&mut disk).unwrap();
        assert_eq!(disk[16385 * 512..][..33 * 512], disk[..33 * 512]);
        assert!(disk[1 << 20..3 << 20].iter().all(|byte| *byte == 0));
        assert!(!disk[3 << 20..4 << 20].iter().all(|byte| *byte == 0));
    }
}

/// The host's side of the bulk transfers.
struct Peer {
    sending: JoinHandle<Vec<u8>>,
    receiving: JoinHandle<Vec<u8>>,
}

impl Peer {
    /// Listens where a tap has made the address.
    fn listen(net: Net) -> Self {
        Self { sending: serve(net, 7001, Some(pattern(4 << 20))), receiving: serve(net, 7002, None) }
    }

    /// Whether everything arrived on both sides.
    fn check(self, transcript: &str, pairs: &str) {
        assert_eq!(said(transcript, "mac"), "52:54:00:12:34:56");
        assert_eq!(said(transcript, "mtu"), "1500");
        assert_eq!(said(transcript, "pairs"), pairs);
        assert_eq!(said(transcript, "ping"), "yes");
        assert_eq!(said(transcript, "fragments"), "yes");
        self.sending.join().unwrap();
        assert_eq!(said(transcript, "received"), md5(&pattern(4 << 20)));
        assert_eq!(said(transcript, "sent"), md5(&self.receiving.join().unwrap()));
    }
}

/// Serves one connection: sends or receives everything.
fn serve(net: Net, port: u16, send: Option<Vec<u8>>) -> JoinHandle<Vec<u8>> {
    let listener = std::net::TcpListener::bind((format!("{}.1", net.0), port)).unwrap();
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

#[test]
fn guests_use_disk_network_and_entropy() {
    let net = Net("10.7.1");
    for machine in [MachineKind::Q35, MachineKind::Pc, MachineKind::Microvm] {
        let Some(mut launch) = linux(machine, net, &[DISKS, NETWORK, ENTROPY].concat()) else { return };
        let disks = Disks::add(&mut launch);
        launch.nic(net.tap("tapone", 1), vec![]);
        launch.rng(Some((64, 50)));
        let peer = Peer::listen(net);
        let mut vmm = launch.run();
        let transcript = until_done(&mut vmm);
        disks.check(&transcript);
        peer.check(&transcript, "1");
        assert_eq!(said(&transcript, "random"), "100");
        for counter in
            ["block.vda.wr.bytes", "block.vda.ds.bytes", "net.vnet0.rx.bytes", "net.vnet0.tx.bytes"]
        {
            assert!(vmm.counter(counter) >= 2 << 20, "{machine:?}: {counter}");
        }
        assert_eq!(vmm.counter("block.vdb.errors"), 0);
        assert_eq!(vmm.exit().reason, ExitReason::Shutdown);
    }
}

/// Root ports, several queues, packets moved by the kernel.
#[test]
fn guests_use_devices_behind_root_ports() {
    let net = Net("10.7.2");
    let at = |bus, slot, function| PciAddress { bus, slot, function };
    let Some(mut launch) = linux(MachineKind::Q35, net, &[DISKS, NETWORK].concat()) else { return };
    launch.spec.root_ports = vec![(1, at(0, 1, 0)), (2, at(0, 1, 1)), (3, at(0, 1, 2)), (4, at(0, 2, 0))];
    let disks = Disks::add(&mut launch);
    launch.spec.disks[0].address = Some(at(1, 0, 0));
    launch.spec.disks[1].address = Some(at(3, 0, 0));
    let vhosts = devices::vhosts(2).unwrap_or_default();
    let by_the_kernel = !vhosts.is_empty();
    launch.nic(net.tap("taptwo", 2), vhosts).address = Some(at(4, 0, 0));
    let peer = Peer::listen(net);
    let mut vmm = launch.run();
    let transcript = until_done(&mut vmm);
    assert_eq!(vmm.counter("net.vnet0.rx.pkts") == 0, by_the_kernel);
    disks.check(&transcript);
    peer.check(&transcript, "2");
}

const BUSY: &str = r#"
while true; do
    dd if=/dev/zero of=/dev/vda bs=256k count=32 oflag=direct conv=notrunc 2>/dev/null || echo lost
done &
ip address add $net.2/24 dev eth0 && ip link set eth0 up
ping -q -i 0.01 $net.1 >/dev/null &
sleep 1; echo busy
sleep 6
ping -c 1 -W 5 $net.1 >/dev/null || echo lost
"#;

/// A guest in the middle of its work is paused, resumed and reset, whoever moves its packets.
#[test]
fn busy_machines_are_paused_and_reset() {
    let net = Net("10.7.3");
    for (machine, vhost) in [(MachineKind::Q35, true), (MachineKind::Microvm, false)] {
        let Some(mut launch) = linux(machine, net, BUSY) else { return };
        let vhosts = if vhost { devices::vhosts(1).unwrap_or_default() } else { vec![] };
        launch.nic(net.tap("tapbusy", 1), vhosts);
        launch.disk(image(16 << 20));
        let mut vmm = launch.run();
        vmm.expect("busy\r\n", BOOT);
        for _ in 0..10 {
            vmm.control.ask(Request::Pause).unwrap();
            vmm.control.ask(Request::Resume).unwrap();
        }
        vmm.control.ask(Request::Reset).unwrap();
        vmm.expect("busy\r\n", BOOT);
        let rest = until_done(&mut vmm);
        assert!(!rest.contains("lost"), "{machine:?}: {rest}");
    }
}
