//! Who is at the other end of a connection.
//!
//! The kernel says it (`SO_PEERCRED`), as it was when the peer connected; nothing a client sends can change it.

use std::fmt;
use std::io;
use std::os::fd::AsFd;

use nix::sys::socket::{getsockopt, sockopt};
use nix::unistd::{Uid, User};

/// The peer of a unix socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its effective user.
    pub uid: u32,
    /// Its effective group.
    pub gid: u32,
    /// The process that connected. It may have ended since, and its number may be another's: for logs only.
    pub pid: i32,
}

impl Identity {
    /// Asks the kernel who connected.
    pub fn of_peer(socket: impl AsFd) -> io::Result<Self> {
        let credentials = getsockopt(&socket, sockopt::PeerCredentials)?;
        Ok(Self { uid: credentials.uid(), gid: credentials.gid(), pid: credentials.pid() })
    }

    /// The user's name, if the host knows one. It reads files: not for every call.
    pub fn user_name(&self) -> Option<String> {
        User::from_uid(Uid::from_raw(self.uid)).ok().flatten().map(|user| user.name)
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "uid {} pid {}", self.uid, self.pid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peer_of_our_own_socket_is_us() {
        let (ours, _theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        let identity = Identity::of_peer(&ours).unwrap();
        assert_eq!(identity.pid, std::process::id() as i32);
        assert_eq!(identity.uid, nix::unistd::geteuid().as_raw());
    }
}
