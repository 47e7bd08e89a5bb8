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
const ALLOWED: &[Allowed] = &[];

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
