//! A daemon to talk to: ours on a private root, or stock libvirtd to compare with.

use crate::process::Owned;
use crate::virsh::{self, Answer};
use crate::wait;
use crate::workspace;
use nix::sys::signal::Signal;
use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Whose daemon it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `vireod --root`.
    Ours,
    /// `tests/oracle/start`.
    Stock,
}

/// A running daemon with a directory of its own; both go at the end of the test, and with them its guests.
#[derive(Debug)]
pub struct Server {
    kind: Kind,
    directory: TempDir,
    process: Option<Owned>,
    arguments: Vec<String>,
}

impl Server {
    /// Ours, answering.
    pub fn ours() -> Server {
        Server::ours_with(&[])
    }

    /// Ours with more arguments.
    pub fn ours_with(arguments: &[&str]) -> Server {
        Server::new(Kind::Ours, arguments)
    }

    /// Stock libvirtd, answering; the reason where there is none.
    pub fn stock() -> Result<Server, String> {
        let known = ["/usr/sbin/libvirtd", "/usr/bin/libvirtd"].iter().any(|path| Path::new(path).exists());
        if !known {
            return Err("stock libvirtd is not installed".into());
        }
        if !nix::unistd::geteuid().is_root() {
            return Err("stock libvirtd needs root".into());
        }
        Ok(Server::new(Kind::Stock, &[]))
    }

    fn new(kind: Kind, arguments: &[&str]) -> Server {
        let directory =
            tempfile::Builder::new().prefix("vireo-test-").tempdir().expect("a temporary directory");
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let mut server = Server { kind, directory, process: None, arguments };
        server.start();
        server
    }

    /// Starts it (again) and waits until it answers.
    pub fn start(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        let log = File::options().create(true).append(true).open(self.path("stderr")).expect("a log");
        let mut command = match self.kind {
            Kind::Ours => {
                let mut command = Command::new(binary("vireod"));
                command.arg("--root").arg(self.directory()).args(&self.arguments);
                command
            }
            Kind::Stock => {
                let mut command = Command::new(workspace::root().join("tests/oracle/start"));
                // The same network as ours: guests are put on the same bridges.
                command.arg(self.directory()).env("ORACLE_NET", "host");
                command
            }
        };
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a descriptor")).stderr(log);
        let mut process = Owned::new(command.spawn().expect("the daemon starts"));
        wait::until("answer of the daemon", || {
            if let Some(status) = process.ended() {
                panic!("the daemon ended: {status}\n{}", self.log());
            }
            UnixStream::connect(self.socket()).ok()
        });
        self.process = Some(process);
    }

    /// Whose it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it keeps everything.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A path below its directory.
    pub fn path(&self, below: &str) -> PathBuf {
        self.directory().join(below)
    }

    /// The socket that clients connect to.
    pub fn socket(&self) -> PathBuf {
        self.path(if self.kind == Kind::Ours { "run/libvirt-sock" } else { "run/libvirt/libvirt-sock" })
    }

    /// The socket of read-only clients.
    pub fn read_only_socket(&self) -> PathBuf {
        self.path(if self.kind == Kind::Ours { "run/libvirt-sock-ro" } else { "run/libvirt/libvirt-sock-ro" })
    }

    /// What a client gives to connect here.
    pub fn uri(&self) -> String {
        format!("qemu+unix:///system?socket={}", self.socket().display())
    }

    /// What a client gives that only looks.
    pub fn read_only_uri(&self) -> String {
        format!("qemu+unix:///system?socket={}", self.read_only_socket().display())
    }

    /// Runs virsh with this connection.
    pub fn virsh(&self, arguments: &[&str]) -> Answer {
        let mut command = self.virsh_command(arguments);
        let output = command.stdin(Stdio::null()).output().expect("virsh runs");
        Answer::new(format!("virsh {}", arguments.join(" ")), &output)
    }

    /// The virsh command with this connection, to run otherwise.
    pub fn virsh_command(&self, arguments: &[&str]) -> Command {
        virsh::command(&self.uri(), self.directory(), arguments)
    }

    /// The daemon's process.
    pub fn process(&mut self) -> &mut Owned {
        self.process.as_mut().expect("it runs")
    }

    /// SIGKILL: nothing can be tidied up.
    pub fn kill(&mut self) {
        self.process.take().expect("it runs").kill();
    }

    /// SIGTERM, and waits for the end it should come to.
    pub fn stop(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process.signal(Signal::SIGTERM);
        let status = process.wait(wait::PATIENCE).expect("the daemon ends when it is told to");
        assert!(status.success(), "the daemon ended with {status}\n{}", self.log());
    }

    /// What it wrote to standard output and error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("stderr")).unwrap_or_default()
    }

    /// Processes of guests: those that have something open or were started below this directory.
    pub fn guest_processes(&self) -> Vec<i32> {
        let entries = fs::read_dir("/proc").expect("/proc");
        let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        ids.filter(|id| self.is_our_guest(*id)).collect()
    }

    fn is_our_guest(&self, id: i32) -> bool {
        let about = |name: &str| fs::read(format!("/proc/{id}/{name}")).unwrap_or_default();
        let program = fs::read_link(format!("/proc/{id}/exe")).unwrap_or_default();
        let name = program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_guest = name.starts_with("vireo-vmm") || name.starts_with("qemu-system");
        is_guest && (self.names_directory(&about("cmdline")) || self.has_open(id))
    }

    fn has_open(&self, id: i32) -> bool {
        let Ok(descriptors) = fs::read_dir(format!("/proc/{id}/fd")) else { return false };
        let sockets = fs::read_to_string("/proc/net/unix").unwrap_or_default();
        let below: Vec<&str> = sockets.lines().filter(|line| self.names_directory(line.as_bytes())).collect();
        descriptors.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok()).any(|target| {
            let inode = target.to_str().and_then(|name| name.strip_prefix("socket:[")?.strip_suffix(']'));
            let socket = inode.is_some_and(|inode| {
                below.iter().any(|line| line.split_whitespace().any(|word| word == inode))
            });
            socket || target.starts_with(self.directory())
        })
    }

    /// What the processes of the guests wrote, by file name.
    fn guest_logs(&self) -> Vec<(String, String)> {
        let logs = fs::read_dir(self.path("log/domains")).into_iter().flatten().flatten();
        logs.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some((name, fs::read_to_string(entry.path()).ok()?))
        })
        .collect()
    }

    fn names_directory(&self, text: &[u8]) -> bool {
        let name = self.directory().as_os_str().as_encoded_bytes();
        text.windows(name.len()).any(|window| window == name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the daemon's log:\n{}", self.log());
            for (guest, log) in self.guest_logs() {
                println!("the log of the guest {guest}:\n{log}");
            }
        }
        for id in self.guest_processes() {
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), Signal::SIGKILL);
        }
    }
}

/// A program of the workspace, beside the test program in the build's output.
pub fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this program's path");
    let path = test.parent().and_then(Path::parent).expect("target/*/deps").join(name);
    assert!(path.exists(), "{} is missing: build the workspace first", path.display());
    path
}
