//! Stock clients in Python: the scripts of `tests/clients`.

use crate::process::Owned;
use crate::server::Server;
use crate::workspace;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

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

/// A connection through the Python binding that stays open for many calls.
#[derive(Debug)]
pub struct Calls {
    process: Owned,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Calls {
    /// Connects.
    pub fn new(server: &Server) -> Calls {
        let mut command = script(server, "calls.py");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python runs");
        let questions = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Calls { process: Owned::new(child), questions, answers }
    }

    /// Makes a call, `[object, method, arguments...]`; what came of it.
    pub fn call(&mut self, call: &Value) -> String {
        writeln!(self.questions, "{call}").expect("it reads");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("it answers");
        assert!(!answer.is_empty(), "calls.py ended: {:?}", self.process.wait(Duration::from_secs(1)));
        answer.trim_end().to_owned()
    }
}
