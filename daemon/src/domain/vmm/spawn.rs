//! Starting the process of a guest: a session of its own, no environment, the inherited socket at descriptor 3, and
//! nothing else of the daemon's.
//!
//! Until its first message it does nothing, and ends when the socket does: a daemon that dies between the two leaves
//! no process behind.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::domain::limits::nodes::MemoryPolicy;
use crate::domain::vmm::Process;

/// The inherited socket's number in the new process.
const SOCKET: i32 = 3;

/// The program, and what it is called with.
#[derive(Debug, Clone)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
}

/// Starts it. What it writes before it has a log of its own goes to `log`; its memory comes from where `policy` says.
pub fn spawn(
    program: &Program,
    log: File,
    policy: Option<MemoryPolicy>,
) -> io::Result<(Process, UnixStream)> {
    let (ours, theirs) = UnixStream::pair()?;
    let socket = theirs.as_raw_fd();
    let mut command = Command::new(&program.path);
    command
        .args(&program.args)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    // SAFETY: the closure runs between fork and exec and makes a few system calls, all of them safe there; it
    // allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(move || {
            // A terminal's or a service manager's signals to the daemon's group are not for guests.
            if libc::setsid() < 0 {
                return Err(io::Error::last_os_error());
            }
            // The copy does not close on exec. Where it is at its number already, that must be said.
            let inherited = if socket == SOCKET {
                libc::fcntl(SOCKET, libc::F_SETFD, 0)
            } else {
                libc::dup2(socket, SOCKET)
            };
            if inherited < 0 {
                return Err(io::Error::last_os_error());
            }
            // Kept across exec, and what every thread begins with.
            if let Some(MemoryPolicy { mode, nodes }) = &policy {
                let bits = nodes.len() * u64::BITS as usize + 1;
                if libc::syscall(libc::SYS_set_mempolicy, *mode, nodes.as_ptr(), bits) != 0 {
                    return Err(io::Error::last_os_error());
                }
            }
            Ok(())
        });
    }
    let child = command.spawn()?;
    let pid = child.id();
    // It is reaped through its process descriptor.
    drop(child);
    match Process::open(pid) {
        Ok(process) => Ok((process, ours)),
        // It ended at once. Nobody else reaps it, so its number is still its own.
        Err(error) => {
            if let Some(pid) = rustix::process::Pid::from_raw(pid as i32) {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
                let _ = rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::empty());
            }
            Err(error)
        }
    }
}
