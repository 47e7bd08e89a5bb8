//! Libvirt's Python binding: events and a console as a stream.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use vireo_tests::guest::{Guest, boot_files};
use vireo_tests::process::Owned;
use vireo_tests::python;
use vireo_tests::require;
use vireo_tests::server::Server;

#[test]
fn python_sees_events_and_types_on_the_console() {
    let files = require!(boot_files());
    require!(python::available());
    let server = Server::ours();
    server.define(&Guest::new("watched", &files));
    let mut command = python::script(&server, "watch.py");
    let mut child = command.arg("watched").stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut child = Owned::new(child);
    assert_eq!(said.next().unwrap(), "watching");

    let mut heard = Vec::new();
    let mut until = |text: &str| loop {
        let line = said.next().unwrap_or_else(|| panic!("it ended before {text}: {heard:#?}"));
        heard.push(line.clone());
        if line.contains(text) {
            return;
        }
    };
    server.virsh(&["start", "watched"]).ok();
    until("console typed 42");
    server.virsh(&["suspend", "watched"]).ok();
    server.virsh(&["resume", "watched"]).ok();
    server.virsh(&["shutdown", "watched"]).ok();
    until("console closed");
    assert!(child.wait(vireo_tests::wait::PATIENCE).is_some_and(|status| status.success()), "it ends");
    heard.extend(said);

    let events: Vec<&str> = heard.iter().filter_map(|line| line.strip_prefix("event ")).collect();
    let expected = ["resumed 0", "started 0", "suspended 0", "resumed 0", "shutdown 1", "stopped 0"];
    assert_eq!(events, expected, "resumed and started, in libvirt's order; shut down by the guest");
    let console: Vec<&str> = heard.iter().filter_map(|line| line.strip_prefix("console ")).collect();
    assert!(console.iter().any(|line| line.starts_with("guest: ready")), "{console:#?}");
    assert!(console.iter().any(|line| line.ends_with("guest: power button")), "{console:#?}");
}
