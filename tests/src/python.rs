//! Stock clients in Python: the scripts of `tests/clients`.

use crate::server::Server;
use crate::workspace;
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

/// The interpreter that the distribution's python3-libvirt belongs to.
const PYTHON: &str = "/usr/bin/python3";

/// Is there libvirt for Python? The reason if not.
pub fn available() -> Result<(), String> {
    let found = Command::new(PYTHON).args(["-c", "import libvirt"]).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success()).then_some(()).ok_or("no python3-libvirt".into())
}

/// A script of `tests/clients` with the connection as its first argument.
pub fn script(server: &Server, name: &str) -> Command {
    let mut command = Command::new(PYTHON);
    command.arg(workspace::root().join("tests/clients").join(name)).arg(server.uri());
    command.env("LC_ALL", "C.UTF-8").env("HOME", server.directory());
    command
}

/// Makes the calls, each `[object, method, arguments...]`; what came of each.
pub fn calls(server: &Server, calls: &Value) -> Vec<String> {
    let mut child =
        script(server, "calls.py").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python runs");
    child.stdin.take().expect("a pipe").write_all(calls.to_string().as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "calls.py ended with {}", output.status);
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
