//! How long a daemon takes to be useful.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use vireo_protocol::remote;
use vireo_protocol::table::RemoteProc;
use vireo_tests::process::Owned;
use vireo_tests::raw::Raw;

/// Runs the daemon and asks it for its version as soon as it listens; then ends it.
pub fn answer(socket: &Path, command: &[&str]) {
    let (program, arguments) = command.split_first().expect("a command");
    let begin = Instant::now();
    let mut daemon = Command::new(program);
    daemon.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    let daemon = Owned::new(daemon.spawn().expect("it starts"));
    while UnixStream::connect(socket).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(60), "it does not listen");
        sleep(Duration::from_micros(200));
    }
    let mut raw = Raw::open(socket);
    raw.call::<remote::ConnectGetLibVersionRet>(RemoteProc::ConnectGetLibVersion, &()).expect("a version");
    println!("answer {:.1}", begin.elapsed().as_secs_f64() * 1e3);
    drop(daemon);
}
