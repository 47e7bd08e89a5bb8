//! What the devices of a guest do for it, seen from inside and from the host.

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::process::Command;
use vireo_tests::console::Console;
use vireo_tests::guest::{Guest, boot_files, empty_image};
use vireo_tests::network::Bridge;
use vireo_tests::require;
use vireo_tests::server::Server;
use vireo_tests::wait;

/// Types a command whose output ends with its status.
fn run(console: &mut Console, command: &str) -> String {
    console.type_in(&format!("{command}; echo \"status=$?\"\n"));
    // The terminal echoes what was typed, where the status is still a question mark.
    let said = console.expect("status=0");
    console.expect("\n");
    said
}

#[test]
fn disks_are_written_read_only_discarded_and_many_queued() {
    let files = require!(boot_files());
    let server = Server::ours();
    let first = empty_image(&server.path("first"), 32);
    let second = empty_image(&server.path("second"), 8);
    fs::write(&second, vec![b'x'; 8 << 20]).unwrap();
    let mut guest = Guest::new("disks", &files);
    guest.vcpus = 2;
    guest.devices = format!(
        "<disk type='file' device='disk'><driver name='qemu' type='raw' cache='writeback' discard='unmap' queues='2'/>\
         <source file='{}'/><target dev='vda' bus='virtio'/><serial>FIRST</serial></disk>\
         <disk type='file' device='disk'><driver name='qemu' type='raw'/>\
         <source file='{}'/><target dev='vdb' bus='virtio'/><readonly/></disk>",
        first.display(),
        second.display()
    );
    let mut console = server.launch(&guest);
    console.expect("guest: ready, 2 processors, disks:vda vdb");
    run(&mut console, "dd if=/dev/urandom of=/dev/vda bs=1M count=16 conv=fsync");
    let written = fs::metadata(&first).unwrap().blocks();
    assert!(written * 512 >= 16 << 20, "what the guest wrote is in the file");
    run(&mut console, "blkdiscard -o 0 -l 8388608 /dev/vda");
    let left = fs::metadata(&first).unwrap().blocks();
    assert!(
        left < written - (8 << 20) / 512 + 64,
        "what the guest discarded is given back: {written}, {left}"
    );
    let content = fs::read(&first).unwrap();
    assert!(content[..8 << 20].iter().all(|byte| *byte == 0), "discarded blocks read as zeros");
    assert!(content[8 << 20..16 << 20].iter().any(|byte| *byte != 0), "what was written stays");

    run(&mut console, "[ $(cat /sys/block/vdb/ro) = 1 ]");
    run(&mut console, "! dd if=/dev/zero of=/dev/vdb bs=512 count=1");
    run(&mut console, "[ $(ls /sys/block/vda/mq | wc -l) = 2 ]");
    run(&mut console, "[ $(cat /sys/block/vda/serial) = FIRST ]");
    assert!(
        fs::read(&second).unwrap().iter().all(|byte| *byte == b'x'),
        "nothing was written to a read-only disk"
    );
    server.virsh(&["destroy", "disks"]).ok();
    assert_eq!(server.state("disks"), "shut off (destroyed)");
}

#[test]
fn a_block_device_is_a_disk_and_queues_of_nics_are_many() {
    let files = require!(boot_files());
    let server = Server::ours();
    let image = empty_image(&server.path("image"), 8);
    let attached = Command::new("losetup").args(["--find", "--show"]).arg(&image).output();
    let device = attached.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let device = require!(device.ok().filter(|device| !device.is_empty()).ok_or("no loop device"));
    let bridge = Bridge::new("vt-queues", "10.77.4.1/24");
    let mut guest = Guest::new("queues", &files);
    guest.vcpus = 2;
    guest.devices = format!(
        "<disk type='block' device='disk'><driver name='qemu' type='raw' cache='none'/>\
         <source dev='{device}'/><target dev='vda' bus='virtio'/></disk>\
         <interface type='bridge'><source bridge='{}'/><model type='virtio'/><driver queues='2'/></interface>",
        bridge.name()
    );
    guest.cmdline = "vireo.ip=10.77.4.2/24".into();
    let mut console = server.launch(&guest);
    console.expect("disks:vda nets:eth0");
    run(&mut console, "echo through the guest | dd of=/dev/vda conv=fsync");
    run(&mut console, "[ $(ls -d /sys/class/net/eth0/queues/rx-* | wc -l) = 2 ]");
    run(&mut console, "ping -c 1 10.77.4.1 >/dev/null");
    server.virsh(&["destroy", "queues"]).ok();
    let mut text = [0; 17];
    fs::File::open(&device).unwrap().read_exact(&mut text).unwrap();
    let _ = Command::new("losetup").args(["--detach", &device]).status();
    assert_eq!(&text, b"through the guest");
}

#[test]
fn serial_ports_go_into_files_sockets_and_nowhere() {
    let files = require!(boot_files());
    let server = Server::ours();
    let (log, socket) = (server.path("serial.log"), server.path("serial.sock"));
    let mut guest = Guest::new("ports", &files);
    guest.serial = format!(
        "<serial type='file'><source path='{}'/><target port='0'/></serial>\
         <serial type='unix'><source mode='bind' path='{}'/><target port='1'/></serial>\
         <serial type='null'><target port='2'/></serial>",
        log.display(),
        socket.display()
    );
    server.define(&guest);
    server.virsh(&["start", "ports"]).ok();
    let logged = || fs::read_to_string(&log).unwrap_or_default();
    wait::until("output in the file", || logged().contains("guest: ready").then_some(()));
    assert!(std::os::unix::net::UnixStream::connect(&socket).is_ok(), "the socket listens");
    server.virsh(&["destroy", "ports"]).ok();
    assert!(!socket.exists(), "the socket goes with the guest");
}

#[test]
fn a_serial_port_connects_to_a_socket_that_listens() {
    let files = require!(boot_files());
    let server = Server::ours();
    let path = server.path("listening.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let mut guest = Guest::new("client", &files);
    guest.cmdline = "vireo.run=hello".into();
    guest.serial = format!("<serial type='unix'><source mode='connect' path='{}'/></serial>", path.display());
    server.define(&guest);
    server.virsh(&["start", "client"]).ok();
    let (mut connection, _) = listener.accept().unwrap();
    let mut said = String::new();
    connection.read_to_string(&mut said).unwrap();
    assert!(said.contains("guest: hello"), "{said}");
    server.wait_state("client", "shut off (shutdown)");
}

#[test]
fn memory_comes_from_huge_pages_and_numbers_from_the_host() {
    let files = require!(boot_files());
    let reserved = "/proc/sys/vm/nr_hugepages";
    fs::write(reserved, "160").unwrap();
    let enough = fs::read_to_string(reserved).unwrap().trim() == "160";
    require!(enough.then_some(()).ok_or("the host has no 160 huge pages to spare"));
    let server = Server::ours();
    let mut guest = Guest::new("huge", &files);
    guest.more = "<memoryBacking><hugepages/></memoryBacking>".into();
    guest.devices = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>".into();
    let mut console = server.launch(&guest);
    console.expect("guest: ready");
    let free = fs::read_to_string("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages").unwrap();
    // It takes them as it touches its memory.
    let taken = 160 - free.trim().parse::<u32>().unwrap();
    assert!(taken > 20, "the guest's memory is in huge pages: {taken} are taken");
    run(&mut console, "grep -q virtio /sys/class/misc/hw_random/rng_current");
    run(&mut console, "[ $(dd if=/dev/hwrng bs=64 count=1 2>/dev/null | wc -c) = 64 ]");
    server.virsh(&["destroy", "huge"]).ok();
    let _ = fs::write(reserved, "0");
}
