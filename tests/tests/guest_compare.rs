//! One guest's life, step by step, on stock libvirtd and on ours: the same output.

use std::fs;
use vireo_tests::compare::{self, Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::console::Console;
use vireo_tests::guest::{BootFiles, Guest, boot_files, empty_image};
use vireo_tests::network::Bridge;
use vireo_tests::require;
use vireo_tests::server::Server;
use vireo_tests::wait;

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] = &[
    allow("dumpxml", "<emulator>", "the VMM is another program"),
    allow("dumpxml", "<controller type='usb'", NOT_ADDED),
    allow("dumpxml", "<controller type='sata'", NOT_ADDED),
    allow("dumpxml", "<alias name='usb'/>", NOT_ADDED),
    allow("dumpxml", "<alias name='ide'/>", NOT_ADDED),
    allow("dumpxml", "<input type=", NOT_ADDED),
    allow("dumpxml", "<alias name='input", NOT_ADDED),
    allow("dumpxml", "</input>", NOT_ADDED),
    allow("dumpxml", "<audio id='1' type='none'/>", NOT_ADDED),
    allow("dumpxml", "memballoon", NOT_ADDED),
    allow("dumpxml", "<alias name='balloon0'/>", NOT_ADDED),
    allow("dumpxml", "model='pcie-root-port'/>", FEWER_PORTS),
    allow("dumpxml", "model='pcie-root-port'>", FEWER_PORTS),
    allow("dumpxml", "<model name='pcie-root-port'/>", FEWER_PORTS),
    allow("dumpxml", "<target chassis='", FEWER_PORTS),
    allow("dumpxml", "<alias name='pci.", FEWER_PORTS),
    allow("dumpxml", "<address type='pci'", FEWER_PORTS),
    allow("dumpxml", "</controller>", FEWER_PORTS),
    allow("dumpxml", "</disk>", "the same line, matched elsewhere"),
    allow("dumpxml", "<resource>", NO_MACHINED),
    allow("dumpxml", "<partition>/machine</partition>", NO_MACHINED),
    allow("dumpxml", "</resource>", NO_MACHINED),
    allow("dumpxml", "<seclabel type='dynamic' model='dac'", NO_RELABEL),
    allow("dumpxml", "label>+0:+0<", NO_RELABEL),
    allow("dumpxml", "</seclabel>", NO_RELABEL),
    allow("dominfo", "Messages:", "a guest's process is never privileged, so nothing is tainted by it"),
    allow("domstats", "balloon.last-update=", "there is no balloon to ask"),
    allow("domstats", ".haltpoll.", KVM_COUNTERS),
    allow("domstats", ".sum=", KVM_COUNTERS),
    allow("domstats", ".cur=", KVM_COUNTERS),
    allow("domstats", ".max=", KVM_COUNTERS),
    allow("domstats", "cpu.", "stock counts an inactive domain's empty group; nothing has used time"),
];

const NOT_ADDED: &str = "a device that nobody asked for is not added";
const FEWER_PORTS: &str = "without the devices that nobody asked for, fewer ports are taken";
const NO_MACHINED: &str = "guests are not registered with machined";
const NO_RELABEL: &str = "files are opened for the guest, never handed to another owner";
const KVM_COUNTERS: &str = "counters of KVM's own, served later";

const fn allow(command: &'static str, line: &'static str, reason: &'static str) -> Allowed {
    Allowed { command, line, reason }
}

#[test]
fn one_guests_life_looks_the_same() {
    let files = require!(boot_files());
    let stock = require!(compare::stock());
    let bridge = Bridge::new("vt-life", "10.77.1.1/24");
    let expected = stock.transcript("life", |server| life(server, &files, &bridge));
    drop(stock);
    let ours = life(&Server::ours(), &files, &bridge);
    assert_same(&expected, &ours, ALLOWED);
}

fn names(server: &Server) -> Names {
    Names::default().path(&server.socket(), "SOCKET").path(server.directory(), "DIR")
}

fn life(server: &Server, files: &BootFiles, bridge: &Bridge) -> Transcript {
    let mut guest = Guest::new("life", files);
    guest.vcpus = 2;
    guest.disks.push(empty_image(&server.path("disk"), 64));
    guest.bridges.push(bridge.name().into());
    guest.devices = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>".into();
    let xml = server.path("life.xml");
    fs::write(&xml, guest.xml()).unwrap();
    let xml = xml.to_str().unwrap();

    let names = names(server).path(&files.kernel, "KERNEL").path(&files.initrd, "INITRD");
    let mut tour = Tour::new(server, names);
    let mut events = Console::open_with(server, &["event", "--all", "--loop"]);
    // It does not say when it has subscribed.
    std::thread::sleep(std::time::Duration::from_secs(2));

    tour.virsh(&["define", xml]);
    tour.virsh(&["list", "--all"]);
    tour.virsh(&["dominfo", "life"]);
    tour.virsh(&["domstate", "--reason", "life"]);
    tour.virsh(&["dumpxml", "life"]);
    tour.virsh(&["domstats", "life"]);
    tour.virsh(&["domuuid", "life"]);
    tour.virsh(&["shutdown", "life"]);
    tour.virsh(&["suspend", "life"]);

    tour.virsh(&["start", "life"]);
    let mut console = Console::open(server, "life");
    console.expect("guest: ready");
    tour.virsh(&["start", "life"]);
    describe(&mut tour);
    tour.virsh(&["dumpxml", "life"]);
    tour.virsh(&["dumpxml", "--inactive", "life"]);
    tour.virsh(&["domstats", "life"]);

    tour.virsh(&["suspend", "life"]);
    describe(&mut tour);
    tour.virsh(&["suspend", "life"]);
    tour.virsh(&["resume", "life"]);
    describe(&mut tour);
    tour.virsh(&["resume", "life"]);

    console.type_in("echo answer $((6 * 7))\n");
    console.expect("answer 42");
    tour.virsh(&["reboot", "life"]);
    // Through the power button, as by shutdown, but the domain starts again.
    console.expect("guest: power button");
    console.expect("guest: ready");
    describe(&mut tour);
    tour.virsh(&["shutdown", "life"]);
    console.expect("guest: power button");
    console.wait_end();
    wait::until("end of the domain", || {
        server.virsh(&["domstate", "life"]).ok().starts_with("shut off").then_some(())
    });
    describe(&mut tour);
    tour.virsh(&["start", "life"]);
    tour.virsh(&["undefine", "life"]);
    tour.virsh(&["dominfo", "life"]);
    tour.virsh(&["destroy", "life"]);
    tour.virsh(&["list", "--all"]);
    tour.virsh(&["domstate", "life"]);

    let said = events.all();
    tour.keep("event --all --loop", &said);
    tour.transcript()
}

/// What users look at.
fn describe(tour: &mut Tour<'_>) {
    let commands: &[&[&str]] = &[
        &["list", "--all"],
        &["dominfo", "life"],
        &["domstate", "--reason", "life"],
        &["domblklist", "life"],
        &["domblklist", "--details", "life"],
        &["domiflist", "life"],
        &["domcontrol", "life"],
    ];
    for command in commands {
        tour.virsh(command);
    }
}
