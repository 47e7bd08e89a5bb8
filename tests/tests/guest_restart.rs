//! The daemon is killed again and again; its guest notices nothing.

use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::{Duration, Instant};
use vireo_tests::console::Console;
use vireo_tests::echo::{EchoClient, EchoServer};
use vireo_tests::guest::{Guest, boot_files, empty_image};
use vireo_tests::network::Bridge;
use vireo_tests::require;
use vireo_tests::server::Server;

const SECONDS: u64 = 60;
const KILLS: u32 = 10;

#[test]
fn a_busy_guest_outlives_ten_kills_of_the_daemon() {
    let files = require!(boot_files());
    let mut server = Server::ours();
    let bridge = Bridge::new("vt-busy", "10.77.2.1/24");
    let _echo = EchoServer::new("10.77.2.1");
    let mut guest = Guest::new("busy", &files);
    guest.vcpus = 2;
    guest.disks.push(empty_image(&server.path("disk"), 64));
    guest.bridges.push(bridge.name().into());
    guest.cmdline =
        format!("vireo.ip=10.77.2.2/24 vireo.run=stress vireo.seconds={SECONDS} vireo.peer=10.77.2.1");
    let mut console = server.launch(&guest);
    console.expect("stress: line 1");
    let processes = server.guest_processes();
    assert_eq!(processes.len(), 1, "one process for one guest");
    let id = server.virsh(&["domid", "busy"]).ok();
    let client = EchoClient::new("10.77.2.2");

    let mut heard = Vec::new();
    let mut written = 0;
    let begin = Instant::now();
    for kill in 1..=KILLS {
        let next = Duration::from_secs(SECONDS) * kill / (KILLS + 1);
        sleep(next.saturating_sub(begin.elapsed()));
        server.kill();
        heard.push(console.all());
        server.start();
        assert_eq!(server.state("busy"), "running (booted)");
        assert_eq!(server.virsh(&["domid", "busy"]).ok(), id);
        let now = written_bytes(&server);
        assert!(now >= written, "statistics go on, from {written} to {now}");
        written = now;
        console = Console::open(&server, "busy");
    }
    console.expect("stress: lines ");
    assert!(client.finish() > 0, "the guest echoed");
    let said = console.wait_end();
    assert!(said.contains("guest: scenario stress ended with 0"), "{said}");
    assert!(written > 0, "the disk was written");
    heard.push(said);

    let lines: BTreeSet<u64> = heard.iter().flat_map(|said| numbers(said)).collect();
    let last = *lines.last().unwrap();
    let lost: Vec<u64> = (1..=last).filter(|line| !lines.contains(line)).collect();
    assert!(lost.is_empty() && last > SECONDS, "of {last} console lines these are missing: {lost:?}");
    assert!(server.guest_processes().is_empty(), "the guest is over");
}

fn numbers(said: &str) -> impl Iterator<Item = u64> {
    // A terminal ends lines with \r\n; what is cut off in the middle of its number has neither.
    said.split('\n').filter(|line| line.ends_with('\r')).filter_map(|line| {
        line.trim_end().rsplit_once("stress: line ").and_then(|(_, number)| number.parse().ok())
    })
}

fn written_bytes(server: &Server) -> u64 {
    let stats = server.virsh(&["domstats", "--block", "busy"]).ok();
    let value = stats.lines().find_map(|line| line.trim().strip_prefix("block.0.wr.bytes="));
    value.expect("the disk's statistics").parse().unwrap()
}
