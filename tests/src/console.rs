//! `virsh console` on a terminal, as a person uses it.

use crate::process::Owned;
use crate::server::Server;
use crate::wait;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::process::Stdio;

/// An open console.
#[derive(Debug)]
pub struct Console {
    terminal: File,
    virsh: Owned,
    seen: Vec<u8>,
    /// How much of `seen` earlier expectations used up.
    used: usize,
}

impl Console {
    /// Runs `virsh console DOMAIN`.
    pub fn open(server: &Server, domain: &str) -> Console {
        Console::open_with(server, &["console", domain])
    }

    /// Runs a virsh command on a terminal.
    pub fn open_with(server: &Server, arguments: &[&str]) -> Console {
        let pair = openpty(None, None).expect("a pseudo terminal");
        let end = || Stdio::from(pair.slave.try_clone().expect("a descriptor"));
        let mut command = server.virsh_command(arguments);
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().expect("virsh runs");
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("our own descriptor");
        Console { terminal: pair.master.into(), virsh: Owned::new(child), seen: Vec::new(), used: 0 }
    }

    /// Waits for the text, after what was waited for before; gives what came up to its end.
    #[track_caller]
    pub fn expect(&mut self, text: &str) -> String {
        let Some(found) = wait::poll(|| self.find(text)) else {
            panic!("the console does not say {text:?}, but:\n{}", self.all());
        };
        let passed = String::from_utf8_lossy(&self.seen[self.used..found]).into_owned();
        self.used = found;
        passed
    }

    /// Types it.
    pub fn type_in(&mut self, text: &str) {
        self.terminal.write_all(text.as_bytes()).expect("the terminal takes it");
    }

    /// Everything so far.
    pub fn all(&mut self) -> String {
        self.take_in();
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    /// Leaves by the escape character, and waits for virsh's end.
    pub fn leave(mut self) {
        self.type_in("\x1d");
        self.virsh.wait(wait::PATIENCE).expect("virsh ends at its escape character");
    }

    /// Waits until virsh ends by itself.
    pub fn wait_end(&mut self) -> String {
        self.virsh.wait(wait::PATIENCE).expect("virsh ends when the guest does");
        self.all()
    }

    fn find(&mut self, text: &str) -> Option<usize> {
        self.take_in();
        let rest = &self.seen[self.used..];
        let at = rest.windows(text.len()).position(|window| window == text.as_bytes())?;
        Some(self.used + at + text.len())
    }

    fn take_in(&mut self) {
        let mut buffer = [0; 4096];
        loop {
            match self.terminal.read(&mut buffer) {
                Ok(0) => return,
                Ok(length) => self.seen.extend_from_slice(&buffer[..length]),
                // EIO is how a terminal says that the other end is closed.
                Err(error) if error.kind() == ErrorKind::WouldBlock || error.raw_os_error() == Some(5) => {
                    return;
                }
                Err(error) => panic!("the terminal: {error}"),
            }
        }
    }
}
