//! What a domain that does not run is to be given of the host, by virsh, beside what stock libvirtd says.

use std::fs;
use vireo_tests::compare::{self, Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::require;
use vireo_tests::server::Server;

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] = &[Allowed {
    command: "dumpxml tuned --xpath /domain/vcpus",
    line: "enabled=\"no\"",
    reason: "stock says of vCPUs it has just added what they are once it has read them again",
}];

const DEFINITION: &str = "<domain type='kvm'><name>tuned</name>
  <uuid>7a1c5a0e-94b5-4a53-8d2c-1f6f6f0f4b11</uuid><memory>262144</memory><currentMemory>131072</currentMemory>
  <vcpu current='2'>4</vcpu><iothreads>2</iothreads>
  <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features><devices>
  <disk type='file' device='disk'><driver name='qemu' type='raw' iothread='1'/><source file='/srv/d.raw'/>
    <target dev='vda' bus='virtio'/></disk>
  <interface type='ethernet'><mac address='52:54:00:aa:bb:cc'/><model type='virtio'/></interface>
  <memballoon model='virtio'/></devices></domain>";

/// As they are typed, behind `virsh`.
const COMMANDS: &[&str] = &[
    "vcpucount tuned",
    "vcpucount tuned --maximum --config",
    "setvcpus tuned 3 --config",
    "setvcpus tuned 9 --config",
    "setvcpus tuned 2",
    "setvcpus tuned 6 --maximum --config",
    "setvcpus tuned 4 --config --hotpluggable",
    "setvcpu tuned 3 --config --disable",
    "setvcpu tuned 0 --config --disable",
    "setvcpu tuned 77 --config --enable",
    "dumpxml tuned --xpath /domain/vcpus",
    "vcpupin tuned 0 0 --config",
    "vcpupin tuned 9 0 --config",
    "vcpupin tuned 0 0 --live",
    "emulatorpin tuned 0 --config",
    "schedinfo tuned",
    "schedinfo tuned --config --set cpu_shares=2000",
    "schedinfo tuned --config --set vcpu_period=100000 --set vcpu_quota=50000 --set global_quota=-1",
    "schedinfo tuned --config --set emulator_period=10",
    "schedinfo tuned --config --set iothread_quota=99999999999999",
    "schedinfo tuned --config --set nosuch=1",
    "schedinfo tuned --live",
    "memtune tuned",
    "memtune tuned --hard-limit 500M --soft-limit 400M --config",
    "memtune tuned --swap-hard-limit 100M --config",
    "memtune tuned --soft-limit -1 --config",
    "memtune tuned --live",
    "memtune tuned",
    "blkiotune tuned",
    "blkiotune tuned --weight 500 --device-weights /dev/sda,500,/dev/sdb,300 --config",
    "blkiotune tuned --device-read-bytes-sec /dev/sda,5000 --config",
    "blkiotune tuned --device-weights /dev/sdb,0 --config",
    "blkiotune tuned --device-weights /dev/sdb --config",
    "blkiotune tuned --device-write-iops-sec /dev/sdb,x --config",
    "blkiotune tuned",
    "numatune tuned",
    "numatune tuned --mode interleave --nodeset 0 --config",
    "numatune tuned --mode 9 --config",
    "numatune tuned --nodeset x --config",
    "numatune tuned",
    "iothreadadd tuned 7 --config",
    "iothreadadd tuned 7 --config",
    "iothreadpin tuned 2 0 --config",
    "iothreadpin tuned 9 0 --config",
    "iothreaddel tuned 1 --config",
    "iothreaddel tuned 9 --config",
    "iothreaddel tuned 7 --config",
    "iothreadadd tuned 7 --live",
    "domiftune tuned 52:54:00:aa:bb:cc",
    "domiftune tuned 52:54:00:aa:bb:cc --inbound 1000,2000,3000 --outbound 500 --config",
    "domiftune tuned 52:54:00:aa:bb:cc --outbound 0 --config",
    "domiftune tuned 52:54:00:aa:bb:cc",
    "domiftune tuned vnet99",
    "blkdeviotune tuned vda",
    "blkdeviotune tuned vda --total-bytes-sec 1000000 --read-iops-sec 5 --group-name drives --config",
    "blkdeviotune tuned vda --total-bytes-sec 1 --read-bytes-sec 1 --config",
    "blkdeviotune tuned vda --write-iops-sec-max 50 --write-iops-sec-max-length 3 --config",
    "blkdeviotune tuned vda --size-iops-sec 4096 --config",
    "blkdeviotune tuned vdz --total-bytes-sec 1 --config",
    "blkdeviotune tuned vda",
    "setmem tuned 200M --config",
    "setmem tuned 2G --config",
    "setmaxmem tuned 150M --config",
    "setmem tuned 100M --live",
    "dommemstat tuned --period 5 --config",
    "dominfo tuned",
    "cpu-stats tuned",
    "dumpxml tuned --xpath /domain/*[contains(name(),'mem')or(contains(name(),'tune'))or(contains(name(),'iothread'))]",
    "dumpxml tuned --xpath /domain/devices/disk/iotune",
    "dumpxml tuned --xpath /domain/devices/interface/bandwidth",
];

#[test]
fn a_domain_is_tuned_as_on_stock() {
    let stock = require!(compare::stock());
    let expected = stock.transcript("tuning", tour);
    drop(stock);
    assert_same(&expected, &tour(&Server::ours()), ALLOWED);
}

fn tour(server: &Server) -> Transcript {
    let mut tour = Tour::new(server, Names::default().path(server.directory(), "DIR"));
    let path = server.path("tuned.xml");
    fs::write(&path, DEFINITION).expect("a file");
    server.virsh(&["define", path.to_str().expect("a path of ours")]).ok();
    for command in COMMANDS {
        tour.virsh(&command.split(' ').collect::<Vec<_>>());
    }
    tour.transcript()
}
