//! The ways in which a guest comes to its end, and what becomes of the domain: as on stock libvirtd.

use vireo_tests::compare::{self, Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::console::Console;
use vireo_tests::guest::{BootFiles, Guest, boot_files};
use vireo_tests::require;
use vireo_tests::server::Server;
use vireo_tests::wait;

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] = &[Allowed {
    command: "event",
    line: "Shutdown Finished after host request",
    reason: "stock tells it of a destroyed guest, or not, by how far QEMU comes with its own end",
}];

#[test]
fn guests_end_as_on_stock() {
    let files = require!(boot_files());
    let stock = require!(compare::stock());
    let expected = stock.transcript("ends", |server| ends(server, &files));
    drop(stock);
    assert_same(&expected, &ends(&Server::ours(), &files), ALLOWED);
}

/// A guest that ends by itself, the action for it, and whether the domain lives on.
const ENDS: &[(&str, &str, &str, bool)] = &[
    ("off", "", "poweroff -f", false),
    ("off-restarts", "<on_poweroff>restart</on_poweroff>", "poweroff -f", true),
    ("again", "", "reboot -f", true),
    ("again-ends", "<on_reboot>destroy</on_reboot>", "reboot -f", false),
    ("panic-resets", "", "echo c >/proc/sysrq-trigger", true),
];

fn ends(server: &Server, files: &BootFiles) -> Transcript {
    let mut tour = Tour::new(server, Names::default());
    let mut events = Console::open_with(server, &["event", "--all", "--loop"]);
    // It does not say when it has subscribed.
    std::thread::sleep(std::time::Duration::from_secs(2));
    for (name, action, command, lives_on) in ENDS {
        let mut guest = Guest::new(name, files);
        guest.more = (*action).into();
        let mut console = server.launch(&guest);
        console.expect("guest: ready");
        console.type_in(&format!("{command}\n"));
        if *lives_on {
            console.expect("guest: ready");
        } else {
            console.wait_end();
            wait::until("end", || server.state(name).starts_with("shut off").then_some(()));
        }
        tour.virsh(&["domstate", "--reason", name]);
        if *lives_on {
            tour.virsh(&["destroy", name]);
        }
        tour.virsh(&["domstate", "--reason", name]);
    }
    transient(server, files, &mut tour);
    let said = events.all();
    tour.keep("event --all --loop", &said);
    tour.transcript()
}

/// A domain that is not defined goes with its guest; one that starts paused waits to be resumed; a reset
/// asks nobody.
fn transient(server: &Server, files: &BootFiles, tour: &mut Tour<'_>) {
    let guest = Guest::new("transient", files);
    let path = server.path("transient.xml");
    std::fs::write(&path, guest.xml()).unwrap();
    let created = server.virsh(&["create", "--paused", path.to_str().unwrap()]).ok();
    tour.keep("create --paused", created.split(" from").next().unwrap_or_default());
    tour.virsh(&["domstate", "--reason", "transient"]);
    let mut console = Console::open(server, "transient");
    tour.virsh(&["resume", "transient"]);
    console.expect("guest: ready");
    tour.virsh(&["domstate", "--reason", "transient"]);
    tour.virsh(&["reset", "transient"]);
    console.expect("guest: ready");
    tour.virsh(&["domstate", "--reason", "transient"]);
    tour.virsh(&["shutdown", "--mode", "acpi", "transient"]);
    console.wait_end();
    wait::until("end of the domain", || {
        (!server.virsh(&["list", "--name"]).ok().contains("transient")).then_some(())
    });
    tour.virsh(&["domstate", "--reason", "transient"]);
}
