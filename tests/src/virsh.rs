//! Stock virsh, run like a user would.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::{Command, Output};

/// What came of one command.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was run, for messages.
    pub command: String,
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Answer {
    /// From what a finished process left.
    pub fn new(command: String, output: &Output) -> Answer {
        Answer {
            command,
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Its output; the test fails when the command did.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, 0, "{self}");
        self.stdout
    }

    /// Its messages; the test fails when the command did not.
    #[track_caller]
    pub fn err(self) -> String {
        assert_ne!(self.status, 0, "{self}");
        self.stderr
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ended with {}\n{}{}", self.command, self.status, self.stdout, self.stderr)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Is there a virsh? The reason if not.
pub fn available() -> Result<(), String> {
    Command::new("virsh").arg("--version").output().map(|_| ()).map_err(|error| format!("no virsh: {error}"))
}

/// The command `virsh -c URI ARGUMENTS`, with a home that is not the user's.
pub fn command<S: AsRef<OsStr>>(uri: &str, home: &Path, arguments: &[S]) -> Command {
    let mut command = Command::new("virsh");
    command.arg("-c").arg(uri).args(arguments);
    command
        .env("LC_ALL", "C")
        .env("HOME", home)
        .env("XDG_CACHE_HOME", home)
        .env_remove("LIBVIRT_DEFAULT_URI");
    command
}
