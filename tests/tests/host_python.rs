//! The development guide's chapter on connections, walked by libvirt's Python binding.

use vireo_tests::python;
use vireo_tests::require;
use vireo_tests::server::Server;

/// What each call of the chapter said.
fn walk(server: &Server) -> String {
    let mut command = python::script(server, "host.py");
    let output = command.arg(server.read_only_uri()).output().expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn every_call_of_the_guides_chapter_on_connections_answers() {
    require!(python::available());
    let said = walk(&Server::ours());
    for line in [
        "open another driver error 5 from 0",
        "a change, read-only error 29 from 20",
        "getType 'QEMU'",
        "isEncrypted 0",
        "isSecure 1",
        "isAlive 1",
        "getCapabilities capabilities []",
        "getFreePages [2048]",
        "getCPUStats ['idle', 'iowait', 'kernel', 'user'] ['idle', 'iowait', 'kernel', 'user']",
        "close 0",
    ] {
        assert!(said.lines().any(|said| said == line), "no `{line}` in\n{said}");
    }
    assert!(!said.contains("error 3 "), "something is not supported:\n{said}");
}

#[test]
fn they_answer_as_stock_does_on_this_host() {
    require!(python::available());
    let stock = require!(Server::stock());
    let expected = walk(&stock);
    drop(stock);
    assert_eq!(walk(&Server::ours()), expected);
}
