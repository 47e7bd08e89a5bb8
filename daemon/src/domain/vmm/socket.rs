//! Control sockets by path, without the 108 bytes that a unix address ends at: they are reached through an open
//! descriptor of their folder.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

/// Listens at `path`, for the daemon's user alone; a socket that was there before is replaced, anything else is kept
/// and an error.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    let (folder, short) = shorten(path)?;
    remove(path)?;
    let listener = UnixListener::bind(&short)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    drop(folder);
    Ok(listener)
}

/// Removes the socket at `path`, and nothing that is no socket.
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => std::fs::remove_file(path),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Connects to the socket at `path`.
pub fn connect(path: &Path) -> io::Result<UnixStream> {
    let (_folder, short) = shorten(path)?;
    UnixStream::connect(short)
}

/// The same socket by a short path, valid while the folder's descriptor is open.
fn shorten(path: &Path) -> io::Result<(OwnedFd, PathBuf)> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let handle = rustix::fs::open(folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let short = Path::new("/proc/self/fd").join(handle.as_fd().as_raw_fd().to_string()).join(name);
    Ok((handle, short))
}
