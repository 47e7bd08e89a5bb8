//! What is defined stays, whatever happens to the daemon.

use std::fs;
use std::path::PathBuf;
use vireo_tests::guest::{BootFiles, Guest};
use vireo_tests::require;
use vireo_tests::server::Server;
use vireo_tests::virsh;

/// Never started, so the files need not be there.
fn guest(name: &str) -> Guest {
    let file = |name: &str| PathBuf::from("/boot").join(name);
    let mut guest = Guest::new(
        name,
        &BootFiles { kernel: file("vmlinuz"), elf: file("vmlinux"), initrd: file("initrd") },
    );
    guest.disks.push("/var/lib/images/disk.raw".into());
    guest
}

#[test]
fn definitions_outlive_a_kill_and_a_stop() {
    require!(virsh::available());
    let mut server = Server::ours();
    for name in ["one", "two", "three"] {
        server.define(&guest(name));
    }
    server.virsh(&["autostart", "two"]);
    let before = everything(&server);
    server.kill();
    server.start();
    assert_eq!(everything(&server), before, "after a kill");
    server.stop();
    server.start();
    assert_eq!(everything(&server), before, "after a stop");
    server.virsh(&["undefine", "one"]).ok();
    server.kill();
    server.start();
    let names = server.virsh(&["list", "--all", "--name"]).ok();
    assert_eq!(
        names.split_whitespace().collect::<Vec<_>>(),
        ["three", "two"],
        "what is undefined stays away"
    );
}

fn everything(server: &Server) -> Vec<String> {
    let mut said = vec![server.virsh(&["list", "--all"]).ok()];
    for name in ["one", "two", "three"] {
        said.push(server.virsh(&["dumpxml", "--security-info", name]).ok());
        said.push(server.virsh(&["dominfo", name]).ok());
    }
    said
}

#[test]
fn a_definition_that_cannot_be_read_is_set_aside_and_the_others_are_there() {
    require!(virsh::available());
    let mut server = Server::ours();
    for name in ["good", "broken"] {
        server.define(&guest(name));
    }
    server.stop();
    let file = file_with(&server, "<name>broken</name>");
    fs::write(&file, "<domain type='kvm'><name>brok").unwrap();
    server.start();
    assert_eq!(server.virsh(&["list", "--all", "--name"]).ok().trim(), "good");
    assert!(!file.exists(), "it is out of the way");
    assert!(server.log().contains("broken"), "the log tells of it: {}", server.log());
    let kept = fs::read_dir(file.parent().unwrap())
        .unwrap()
        .any(|entry| fs::read_to_string(entry.unwrap().path()).is_ok_and(|text| text.contains("<name>brok")));
    assert!(kept, "but it is still there to be looked at");
    server.define(&guest("broken"));
}

/// The file under `etc` that has this text.
fn file_with(server: &Server, text: &str) -> PathBuf {
    let mut left = vec![server.path("etc")];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if fs::read_to_string(&path).is_ok_and(|content| content.contains(text)) {
                return path;
            }
        }
    }
    panic!("no file has {text}");
}

#[test]
fn metadata_comments_and_unknown_elements_come_back_as_they_were() {
    require!(virsh::available());
    let server = Server::ours();
    let mut guest = guest("lossless");
    guest.more = "<metadata><app:x xmlns:app=\"urn:app\" a=\"1\">  two  <app:y/></app:x></metadata>\
                  <title>A &amp; B</title><description>first\n  second</description>"
        .into();
    server.define(&guest);
    let xml = server.virsh(&["dumpxml", "lossless"]).ok();
    assert!(xml.contains("<app:x xmlns:app=\"urn:app\" a=\"1\">  two  <app:y/></app:x>"), "{xml}");
    assert!(xml.contains("<title>A &amp; B</title>"), "{xml}");
    assert!(xml.contains("<description>first\n  second</description>"), "{xml}");
    fs::write(server.path("again.xml"), &xml).unwrap();
    server.virsh(&["define", server.path("again.xml").to_str().unwrap()]).ok();
    assert_eq!(server.virsh(&["dumpxml", "lossless"]).ok(), xml, "its own output defines the same");
}
