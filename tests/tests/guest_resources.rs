//! What a running guest is given and takes back: memory and processors.

use vireo_tests::guest::{Guest, boot_files};
use vireo_tests::require;
use vireo_tests::server::Server;
use vireo_tests::wait;

/// What stands in a domain's XML between two marks, the first time.
fn between(server: &Server, domain: &str, start: &str, end: &str) -> String {
    let xml = server.virsh(&["dumpxml", domain]).ok();
    let rest = xml.split_once(start).unwrap_or_else(|| panic!("no {start} in\n{xml}")).1;
    rest.split_once(end).unwrap().0.to_owned()
}

fn statistic(server: &Server, domain: &str, name: &str) -> Option<u64> {
    let said = server.virsh(&["dommemstat", domain]).ok();
    said.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

#[test]
fn memory_is_lent_and_taken_back_by_setmem() {
    let files = require!(boot_files());
    let server = Server::ours();
    let mut guest = Guest::new("memory", &files);
    guest.devices = "<memballoon model='virtio'><stats period='1'/></memballoon>".into();
    let mut console = server.launch(&guest);
    console.expect("guest: ready");
    let total = 256 << 10;
    assert_eq!(statistic(&server, "memory", "actual"), Some(total));
    let available = wait::until("statistics", || statistic(&server, "memory", "available"));

    server.virsh(&["setmem", "memory", "160M", "--live"]).ok();
    let lent = |_: &u64| statistic(&server, "memory", "actual") == Some(160 << 10);
    wait::until("the balloon", || Some(0).filter(lent));
    let shown = || between(&server, "memory", "<currentMemory unit='KiB'>", "<");
    wait::until("currentMemory", || Some(()).filter(|()| shown() == "163840"));
    wait::until("the guest's word", || {
        statistic(&server, "memory", "available").filter(|now| now + (90 << 10) < available)
    });
    console.type_in("echo total $(($(awk '/MemTotal/ { print $2 }' /proc/meminfo) < 150000))\n");
    console.expect("total 1");
    let bulk = server.virsh(&["domstats", "--balloon", "memory"]).ok();
    for name in ["balloon.current=163840", "balloon.unused=", "balloon.usable=", "balloon.last-update="] {
        assert!(bulk.contains(name), "{bulk}");
    }

    server.virsh(&["setmem", "memory", "256M", "--live"]).ok();
    wait::until("currentMemory", || Some(()).filter(|()| shown() == "262144"));
    console.type_in("echo total $(($(awk '/MemTotal/ { print $2 }' /proc/meminfo) > 150000))\n");
    console.expect("total 1");
    let refused = server.virsh(&["setmem", "memory", "300M", "--live"]).err();
    assert!(refused.contains("cannot set memory higher than max memory"), "{refused}");
}

#[test]
fn processors_come_and_go_by_setvcpus() {
    let files = require!(boot_files());
    let server = Server::ours();
    let mut guest = Guest::new("processors", &files);
    (guest.vcpus, guest.current) = (3, Some(1));
    let mut console = server.launch(&guest);
    console.expect("guest: ready, 1 processors");
    server.virsh(&["setvcpus", "processors", "2", "--live"]).ok();
    console.type_in(
        "until echo 1 >/sys/devices/system/cpu/cpu1/online; do sleep 0.1; done; echo now $(nproc)\n",
    );
    console.expect("now 2");
    let listed = between(&server, "processors", "<vcpus>", "</vcpus>");
    assert!(listed.contains("<vcpu id='1' enabled='yes' hotpluggable='yes' order='2'/>"), "{listed}");
    let info = server.virsh(&["vcpuinfo", "processors"]).ok();
    assert_eq!(info.matches("VCPU:").count(), 2, "{info}");

    server.virsh(&["setvcpu", "processors", "1", "--disable", "--live"]).ok();
    console.type_in("echo now $(nproc)\n");
    console.expect("now 1");
    let listed = between(&server, "processors", "<vcpus>", "</vcpus>");
    assert!(listed.contains("<vcpu id='1' enabled='no' hotpluggable='yes'/>"), "{listed}");
    let refused = server.virsh(&["setvcpu", "processors", "0", "--disable", "--live"]).err();
    assert!(refused.contains("vcpu '0' can't be unplugged"), "{refused}");
}
