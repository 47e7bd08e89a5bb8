//! Every machine type boots every kind of kernel, with disk and NIC.

use std::path::Path;
use vireo_tests::guest::{BootFiles, Guest, boot_files, empty_image};
use vireo_tests::network::Bridge;
use vireo_tests::require;
use vireo_tests::server::Server;

#[test]
fn q35_boots_an_elf_kernel() {
    let files = require!(boot_files());
    boots("q35", &files.elf, &files);
}

#[test]
fn pc_boots_a_bzimage() {
    let files = require!(boot_files());
    boots("pc", &files.kernel, &files);
}

#[test]
fn microvm_boots_a_bzimage() {
    let files = require!(boot_files());
    boots("microvm", &files.kernel, &files);
}

#[test]
fn microvm_boots_an_elf_kernel() {
    let files = require!(boot_files());
    boots("microvm", &files.elf, &files);
}

fn boots(machine: &str, kernel: &Path, files: &BootFiles) {
    let kind = if kernel == files.elf { "elf" } else { "bz" };
    // They run side by side: each has a network of its own.
    let net = 10 + machine.len() * 2 + kind.len();
    let bridge = Bridge::new(&format!("vt-{machine}-{kind}"), &format!("10.77.{net}.1/24"));
    let server = Server::ours();
    let mut guest = Guest::new(&format!("{machine}-{kind}"), files);
    guest.machine = machine.into();
    guest.kernel = kernel.into();
    guest.vcpus = 2;
    guest.disks.push(empty_image(&server.path("disk"), 8));
    guest.bridges.push(bridge.name().into());
    guest.cmdline = format!("vireo.ip=10.77.{net}.2/24");
    let mut console = server.launch(&guest);
    console.expect("guest: ready, 2 processors, disks:vda nets:eth0");
    assert_eq!(bridge.ports().len(), 1, "the guest is on the bridge");
    console.type_in(&format!("ping -c 1 10.77.{net}.1\n"));
    console.expect("1 packets received");
    console.type_in("poweroff -f\n");
    console.wait_end();
    server.wait_state(&guest.name, "shut off (shutdown)");
    assert!(bridge.ports().is_empty(), "the tap went with the guest");
    assert!(server.guest_processes().is_empty(), "so did the process");
}
