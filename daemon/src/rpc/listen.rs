//! The sockets that clients connect to.
//!
//! One daemon serves every object, so it listens under the names of all of stock's daemons, the one and the
//! modular ones, each with its read-only twin. With socket activation it takes those it was given and makes none.

use std::fs::{self, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use nix::unistd::Group;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use crate::config::Config;
use crate::identity::Identity;

/// What stock's daemons call their sockets.
const NAMES: [&str; 8] = [
    "libvirt-sock",
    "virtqemud-sock",
    "virtnetworkd-sock",
    "virtstoraged-sock",
    "virtinterfaced-sock",
    "virtnodedevd-sock",
    "virtsecretd-sock",
    "virtnwfilterd-sock",
];

/// The group that may use the read-write sockets where nothing else was configured.
const GROUP: &str = "libvirt";

/// One listening socket.
pub struct Listener {
    /// The socket.
    pub socket: UnixListener,
    /// Whether its clients may only look.
    pub read_only: bool,
    /// Its path, to remove it at the end; none for one that was made by somebody else.
    path: Option<PathBuf>,
}

/// Why there is no socket; it names the one that failed.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody serves it.
    #[error("{} is served by another daemon, process {pid}", path.display())]
    Served {
        /// The socket.
        path: PathBuf,
        /// Who.
        pid: i32,
    },
    /// A system call failed.
    #[error("cannot {what} {}: {reason}", path.display())]
    Failed {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// The configured group.
    #[error("unix_sock_group: there is no group '{0}'")]
    NoGroup(String),
    /// What the service manager passed.
    #[error("descriptor {number} ({name}), passed by the service manager, is not a listening unix socket")]
    NotUnix {
        /// Its number.
        number: i32,
        /// Its name.
        name: String,
    },
}

/// Who may use the sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Access {
    group: Option<u32>,
    read_write: u32,
    read_only: u32,
}

impl Access {
    /// By the configuration; where it says nothing, the group `libvirt` of a system daemon, and else nobody.
    fn new(config: &Config, privileged: bool) -> Result<Self, ListenError> {
        let find = |name: &str| Group::from_name(name).ok().flatten().map(|group| group.gid.as_raw());
        let group = match &config.unix_sock_group {
            Some(name) => Some(find(name).ok_or_else(|| ListenError::NoGroup(name.clone()))?),
            None if privileged => find(GROUP),
            None => None,
        };
        let default = if group.is_some() { 0o770 } else { 0o700 };
        let read_write = config.unix_sock_rw_perms.unwrap_or(default);
        Ok(Self { group, read_write, read_only: config.unix_sock_ro_perms })
    }
}

/// The sockets of this instance, in `folder`. One whose server is gone is taken over; one that is served is an
/// error. As with stock, a session has no read-only ones: all its clients are its own user.
pub fn bind(folder: &Path, config: &Config, session: bool) -> Result<Vec<Listener>, ListenError> {
    let access = Access::new(config, nix::unistd::geteuid().is_root() && !session)?;
    let mut listeners = Vec::with_capacity(2 * NAMES.len());
    for name in NAMES {
        let modes =
            [(name.to_owned(), access.read_write, false), (format!("{name}-ro"), access.read_only, true)];
        for (name, mode, read_only) in modes {
            if read_only && session {
                continue;
            }
            let path = folder.join(name);
            let socket = bind_one(&path, mode, access.group, config.max_queued_clients)?;
            listeners.push(Listener { socket, read_only, path: Some(path) });
        }
    }
    Ok(listeners)
}

fn bind_one(path: &Path, mode: u32, group: Option<u32>, backlog: u32) -> Result<UnixListener, ListenError> {
    let fail = |what| move |reason: io::Error| ListenError::Failed { what, path: path.to_owned(), reason };
    if path.exists() {
        if let Ok(other) = UnixStream::connect(path) {
            let pid = Identity::of_peer(&other).map_or(0, |identity| identity.pid);
            return Err(ListenError::Served { path: path.to_owned(), pid });
        }
        fs::remove_file(path).map_err(fail("remove the stale socket"))?;
    }
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let address = SocketAddrUnix::new(path).map_err(|error| fail("use the path")(error.into()))?;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
        .and_then(|socket| rustix::net::bind(&socket, &address).map(|()| socket))
        .map_err(|error| fail("bind")(error.into()))?;
    // Nobody can connect before it listens, so it is never open to more than it should be.
    chown(path, None, group).map_err(fail("set the group of"))?;
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(fail("set the mode of"))?;
    let backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
    rustix::net::listen(&socket, backlog).map_err(|error| fail("listen on")(error.into()))?;
    Ok(socket.into())
}

/// The sockets that the service manager passed, if it passed any.
pub fn activated() -> Result<Option<Vec<Listener>>, ListenError> {
    // The names are read first: taking the descriptors removes them from the environment.
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    let mut names = names.split(':');
    let mut passed = listenfd::ListenFd::from_env();
    if passed.len() == 0 {
        return Ok(None);
    }
    let mut listeners = Vec::new();
    for index in 0..passed.len() {
        let name = names.next().unwrap_or_default().to_owned();
        // Where the service manager's descriptors begin.
        let number = 3 + index as i32;
        let Ok(Some(socket)) = passed.take_unix_listener(index) else {
            return Err(ListenError::NotUnix { number, name });
        };
        listeners.extend(adopt(socket, &name));
    }
    Ok(Some(listeners))
}

/// A passed socket, known by its own path where it has one, else by the unit's name.
fn adopt(socket: UnixListener, unit: &str) -> Option<Listener> {
    let path = socket.local_addr().ok().and_then(|address| address.as_pathname().map(Path::to_owned));
    let name = match path.as_deref().and_then(Path::file_name) {
        Some(name) => name.to_string_lossy().into_owned(),
        None => unit.trim_end_matches(".socket").to_owned(),
    };
    if name.contains("admin") {
        tracing::warn!("{name}: the administration socket is not served");
        return None;
    }
    if let Err(reason) = socket.set_nonblocking(true) {
        tracing::error!("{name}: {reason}");
        return None;
    }
    Some(Listener { socket, read_only: name.ends_with("-ro"), path: None })
}

impl Listener {
    /// A socket for tests.
    #[cfg(test)]
    pub(crate) fn at(path: &Path, read_only: bool) -> Self {
        let socket = bind_one(path, 0o600, None, 100).unwrap();
        Self { socket, read_only, path: Some(path.to_owned()) }
    }

    /// The socket, to accept from, and its path, to remove at the end.
    pub(crate) fn split(self) -> (OwnedFd, bool, Option<PathBuf>) {
        (self.socket.into(), self.read_only, self.path)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn every_name_is_served_and_has_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let config =
            Config { unix_sock_rw_perms: Some(0o640), unix_sock_ro_perms: 0o604, ..Config::default() };
        let listeners = bind(folder.path(), &config, false).unwrap();
        assert_eq!(listeners.len(), 16);
        for listener in &listeners {
            let mode = fs::metadata(listener.path.as_ref().unwrap()).unwrap().mode() & 0o777;
            assert_eq!(mode, if listener.read_only { 0o604 } else { 0o640 });
        }
        assert_eq!(bind(&folder.path().join(""), &config, true).err().map(|_| ()), Some(()));
    }

    #[test]
    fn a_session_has_no_read_only_sockets() {
        let folder = tempfile::tempdir().unwrap();
        let listeners = bind(folder.path(), &Config::default(), true).unwrap();
        assert!(listeners.iter().all(|listener| !listener.read_only) && listeners.len() == 8);
    }

    #[test]
    fn a_stale_socket_is_taken_over_and_a_served_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libvirt-sock");
        drop(UnixListener::bind(&path).unwrap());
        let served = bind_one(&path, 0o600, None, 1).unwrap();
        let error = bind_one(&path, 0o600, None, 1).unwrap_err().to_string();
        assert!(error.ends_with(&format!("another daemon, process {}", std::process::id())), "{error}");
        drop(served);
    }

    #[test]
    fn a_group_that_is_missing_is_named() {
        let config = Config { unix_sock_group: Some("no such group".into()), ..Config::default() };
        let error = bind(Path::new("/tmp"), &config, false).err().unwrap().to_string();
        assert_eq!(error, "unix_sock_group: there is no group 'no such group'");
    }

    #[test]
    fn passed_sockets_are_known_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let bound = |name: &str| UnixListener::bind(folder.path().join(name)).unwrap();
        let adopted = adopt(bound("virtqemud-sock-ro"), "virtqemud-ro.socket").unwrap();
        assert!(adopted.read_only && adopted.path.is_none());
        assert!(!adopt(bound("libvirt-sock"), "").unwrap().read_only);
        assert!(adopt(bound("libvirt-admin-sock"), "libvirtd-admin.socket").is_none());
    }
}
