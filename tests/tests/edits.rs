//! What is changed of a definition that is not replaced: the same commands on stock libvirtd and on ours.

use serde_json::json;
use std::fs;
use vireo_tests::compare::{self, Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::console::Console;
use vireo_tests::python::{self, Calls};
use vireo_tests::require;
use vireo_tests::server::Server;

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] =
    &[Allowed { command: "web metadata [-1", line: "", reason: "there is no such kind" }];

#[test]
fn edits_look_the_same() {
    require!(python::available());
    let stock = require!(compare::stock());
    let expected = stock.transcript("edits", tour);
    drop(stock);
    assert_same(&expected, &tour(&Server::ours()), ALLOWED);
}

fn tour(server: &Server) -> Transcript {
    let mut tour = Tour::new(server, Names::default().path(server.directory(), "DIR"));
    let mut events = Console::open_with(server, &["event", "--all", "--loop"]);
    // It does not say when it has subscribed.
    std::thread::sleep(std::time::Duration::from_secs(2));
    for (name, file) in [("web", "web.xml"), ("mail", "mail.xml")] {
        let xml = server.path(file);
        fs::write(&xml, definition(name)).unwrap();
        tour.virsh(&["define", xml.to_str().unwrap()]);
    }
    for command in COMMANDS {
        tour.virsh(command);
    }
    let mut calls = Calls::new(server);
    for (method, arguments) in CALLS {
        let arguments: Vec<serde_json::Value> = serde_json::from_str(arguments).expect("arguments");
        let call: Vec<_> = [json!("web"), json!(method)].into_iter().chain(arguments.clone()).collect();
        tour.keep(&format!("web {method} {}", json!(arguments)), &calls.call(&json!(call)));
    }
    tour.virsh(&["dumpxml", "web", "--xpath", "//metadata"]);
    for command in ENDS {
        tour.virsh(command);
    }
    let said = events.all();
    tour.keep("event --all --loop", &said);
    tour.transcript()
}

/// Never started, so the files need not be there.
fn definition(name: &str) -> String {
    let last = if name == "web" { 1 } else { 2 };
    format!(
        "<domain type='kvm'><name>{name}</name><uuid>5d7e8a3c-1b1f-4c58-9d5e-2f1c3b6a7d0{last}</uuid>
         <memory unit='MiB'>64</memory>
         <os><type arch='x86_64' machine='q35'>hvm</type><kernel>/nowhere/vmlinuz</kernel></os>
         <features><acpi/></features>
         <devices><memballoon model='none'/></devices></domain>"
    )
}

/// As a user types them.
const COMMANDS: &[&[&str]] = &[
    &["desc", "web"],
    &["desc", "web", "--title"],
    &["desc", "web", "--config", "What", "it", "is", "for"],
    &["desc", "web", "--title", "The web <server>"],
    &["desc", "web"],
    &["desc", "web", "--title"],
    &["desc", "web", "--live", "gone"],
    &["desc", "web", "--live", "--config", "gone"],
    &["list", "--all", "--title"],
    &["desc", "web", "--new-desc", ""],
    &["desc", "web"],
    &["metadata", "web", "urn:app"],
    &["metadata", "web", "urn:app", "--key", "app", "--set", "<seen by='me'><times>3</times></seen>"],
    &["metadata", "web", "urn:app"],
    &["metadata", "web", "urn:app", "--config"],
    &["metadata", "web", "urn:app", "--live"],
    &["dumpxml", "web", "--xpath", "//metadata"],
    &["metadata", "web", "urn:other", "--key", "other", "--set", "<x/>"],
    &["metadata", "web", "urn:app", "--key", "new", "--set", "<y/>"],
    &["dumpxml", "web", "--xpath", "//metadata"],
    &["metadata", "web", "urn:app", "--remove"],
    &["metadata", "web", "urn:app", "--remove"],
    &["metadata", "web", "urn:other", "--remove"],
    &["dumpxml", "web", "--xpath", "//metadata"],
    &["set-lifecycle-action", "web", "poweroff", "restart"],
    &["set-lifecycle-action", "web", "reboot", "destroy"],
    &["set-lifecycle-action", "web", "poweroff", "destroy", "--config"],
    &["set-lifecycle-action", "web", "reboot", "destroy", "--config"],
    &["set-lifecycle-action", "web", "crash", "preserve", "--config"],
    &["set-lifecycle-action", "web", "crash", "destroy", "--live"],
    &["dumpxml", "web", "--xpath", "//on_poweroff|//on_reboot|//on_crash"],
    &["autostart", "web"],
    &["autostart", "nobody"],
    &["list", "--all", "--autostart"],
    &["domrename", "web", "mail"],
    &["domrename", "web", "web"],
    &["domrename", "web", "a/b"],
    &["domrename", "web", "shop"],
    &["list", "--all", "--autostart"],
    &["domuuid", "shop"],
    &["domuuid", "web"],
    &["dumpxml", "shop", "--xpath", "//name"],
    &["domrename", "shop", "web"],
    &["autostart", "web", "--disable"],
    &["list", "--all", "--autostart"],
    &["domhostname", "web"],
    &["domtime", "web"],
    &["domfsinfo", "web"],
    &["domifaddr", "web"],
    &["domjobinfo", "web"],
    &["domjobabort", "web"],
    &["managedsave-remove", "web"],
    &["managedsave-dumpxml", "web"],
    &["snapshot-list", "web"],
    &["snapshot-current", "web"],
    &["snapshot-dumpxml", "web", "one"],
    &["checkpoint-list", "web"],
    &["checkpoint-dumpxml", "web", "one"],
    &["perf", "web"],
    &["qemu-agent-command", "web", "{}"],
];

/// What virsh does not let through.
const CALLS: &[(&str, &str)] = &[
    ("setMetadata", r#"[2, "<a xmlns:z='urn:q' z:c='2' b='1'>x&amp;y</a>", "k", "urn:y", 0]"#),
    ("metadata", r#"[2, "urn:y", 0]"#),
    ("setMetadata", r#"[2, "<a><b xmlns='urn:d'><c/></b><d><e/></d></a>", "k", "urn:y", 0]"#),
    ("metadata", r#"[2, "urn:y", 0]"#),
    ("setMetadata", r#"[2, "<p:a xmlns:p='urn:y'><p:b/><c/></p:a>", "k", "urn:y", 0]"#),
    ("metadata", r#"[2, "urn:y", 0]"#),
    ("setMetadata", r#"[2, "<q:a xmlns:q='urn:z' at='1'/>", "k", "urn:y", 0]"#),
    ("metadata", r#"[2, "urn:y", 0]"#),
    ("metadata", r#"[2, "urn:z", 0]"#),
    ("metadata", "[-1, null, 0]"),
    ("setMetadata", "[0, null, null, null, 0]"),
    ("setMetadata", r#"[1, "two\nlines", null, null, 0]"#),
    ("setMetadata", r#"[0, "two\nlines", null, null, 0]"#),
    ("metadata", "[0, null, 0]"),
    ("setMetadata", r#"[1, "", null, null, 0]"#),
    ("metadata", "[1, null, 0]"),
    ("isUpdated", "[]"),
    ("setAutostart", "[-1]"),
    ("autostart", "[]"),
];

/// The end of the domains, in the ways there are.
const ENDS: &[&[&str]] = &[
    &["undefine", "web", "--nvram", "--keep-nvram"],
    &["undefine", "web", "--managed-save", "--snapshots-metadata", "--checkpoints-metadata", "--nvram"],
    &["undefine", "mail", "--keep-nvram", "--keep-tpm"],
    &["undefine", "web"],
    &["list", "--all"],
];
