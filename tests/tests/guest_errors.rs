//! Wrong calls about guests that run and that are paused, on stock libvirtd and on ours.

use vireo_protocol::remote::{DomainLookupByNameArgs, DomainLookupByNameRet, NonnullDomain};
use vireo_protocol::table::RemoteProc;
use vireo_tests::compare::{self, Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::guest::{BootFiles, Guest, boot_files, empty_image};
use vireo_tests::question::in_words;
use vireo_tests::raw::Raw;
use vireo_tests::require;
use vireo_tests::server::Server;
use vireo_tests::wrong;

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] = &[Allowed {
    command: "domain_get_cpu_stats: a processor that is not there",
    line: "",
    reason: "where stock is compared it has no cgroups to ask; ours has no times by processor",
}];

#[test]
fn wrong_calls_about_guests_are_refused_in_stocks_words() {
    let files = require!(boot_files());
    let stock = require!(compare::stock());
    let expected = stock.transcript("errors-of-guests", |server| tour(server, &files));
    drop(stock);
    assert_same(&expected, &tour(&Server::ours(), &files), ALLOWED);
}

fn tour(server: &Server, files: &BootFiles) -> Transcript {
    let mut guest = Guest::new("runs", files);
    guest.disks.push(empty_image(&server.path("disk"), 4));
    server.define(&guest);
    server.virsh(&["start", "runs"]).ok();
    let mut tour = Tour::new(server, Names::default().path(server.directory(), "DIR"));
    ask_all(&mut tour, "running");
    server.virsh(&["suspend", "runs"]).ok();
    ask_all(&mut tour, "paused");
    server.virsh(&["destroy", "runs"]).ok();
    tour.transcript()
}

/// On one connection while it lasts.
fn ask_all(tour: &mut Tour<'_>, state: &str) {
    let socket = tour.server.socket();
    let mut raw = Raw::open(&socket);
    let dom = lookup(&mut raw);
    for call in wrong::running::wrong(&dom) {
        let said = in_words(call.1.call(&mut raw));
        if said == "closed" {
            raw = Raw::open(&socket);
        }
        // A paused guest that is resumed is no error, and runs.
        if said == "ok" && state == "paused" {
            tour.server.virsh(&["suspend", "runs"]).ok();
        }
        tour.keep(&format!("{} ({state})", wrong::name(&call)), &said);
    }
}

fn lookup(raw: &mut Raw) -> NonnullDomain {
    let args = DomainLookupByNameArgs { name: "runs".into() };
    raw.call::<DomainLookupByNameRet>(RemoteProc::DomainLookupByName, &args).expect("the domain is there").dom
}
