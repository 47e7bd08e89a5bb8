//! Consoles: one at a time, with what was said before, through a reboot.

use vireo_tests::console::Console;
use vireo_tests::guest::{Guest, boot_files};
use vireo_tests::require;
use vireo_tests::server::Server;

#[test]
fn a_console_shows_what_was_said_before_and_lives_through_a_reboot() {
    let files = require!(boot_files());
    let server = Server::ours();
    let mut first = server.launch(&Guest::new("talk", &files));
    first.expect("guest: ready");
    first.type_in("echo $((6 * 7)) is the answer\n");
    first.expect("42 is the answer");

    let mut refused = Console::open(&server, "talk");
    let said = refused.wait_end();
    assert!(said.contains("Active console session exists for this domain"), "{said}");

    let mut second = Console::open_with(&server, &["console", "--force", "talk"]);
    second.expect("guest: ready");
    second.expect("42 is the answer");
    first.wait_end();

    second.type_in("reboot -f\n");
    second.expect("guest: init");
    second.expect("guest: ready");
    second.leave();
    let mut third = Console::open(&server, "talk");
    third.expect("guest: ready");
    third.type_in("poweroff -f\n");
    third.wait_end();
    server.wait_state("talk", "shut off (shutdown)");
    let said = Console::open(&server, "talk").wait_end();
    assert!(said.contains("The domain is not running"), "{said}");
}
