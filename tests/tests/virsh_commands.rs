//! Which of virsh's commands work: all of the groups domain, monitoring and host are tried, and those that are not
//! served stand in `tests/test_data/virsh-commands.txt` with the reason.

use std::collections::BTreeSet;
use std::fs;
use vireo_tests::server::Server;
use vireo_tests::wrong::DEFINITION;
use vireo_tests::{compare, python, require, workspace};

#[test]
fn what_is_not_served_of_virsh_is_listed_with_its_reason() {
    require!(python::available());
    // Other versions have other commands.
    drop(require!(compare::stock()));
    let server = Server::ours();
    let definition = server.path("definition.xml");
    fs::write(&definition, DEFINITION).unwrap();
    let mut command = python::script(&server, "virsh_commands.py");
    let output = command.arg(&definition).arg(server.directory()).output().expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let said = String::from_utf8(output.stdout).expect("text");
    assert!(said.lines().count() > 140, "{said}");
    let not_asked: Vec<_> = said.lines().filter(|line| line.contains(": not asked")).collect();
    assert!(not_asked.is_empty(), "{not_asked:?}");
    let (listed, mut missing) = (listed(), Vec::new());
    for line in said.lines().filter(|line| line.contains(": not served")) {
        let name = line.split([' ', ':']).nth(1).expect("a command");
        if !listed.contains(name) {
            missing.push(line);
        }
    }
    assert!(missing.is_empty(), "not served and not listed:\n{}", missing.join("\n"));
}

/// The commands of the list.
fn listed() -> BTreeSet<String> {
    let path = workspace::root().join("tests/test_data/virsh-commands.txt");
    let text = fs::read_to_string(path).expect("the list");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let names =
        lines.filter_map(|line| line.split_once(": ")).flat_map(|(_, names)| names.split_whitespace());
    names.map(str::to_owned).collect()
}
