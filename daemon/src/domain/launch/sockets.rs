//! The sockets that a guest's serial ports listen on: files that the kernel does not take back with the process.
//!
//! They go with this list until a guest has them; from then on its status file names them. What is no socket is never
//! removed.

use std::path::{Path, PathBuf};

use crate::domain::vmm::socket;

/// Sockets that no guest has yet. Dropped, it removes them.
#[derive(Debug, Default)]
pub struct Sockets(Vec<PathBuf>);

impl Sockets {
    /// There is one at `path` now.
    pub(super) fn add(&mut self, path: &Path) {
        self.0.push(path.to_owned());
    }

    /// The paths, for a guest that has them: whoever takes them removes them at its end.
    #[must_use]
    pub fn keep(mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        remove_sockets(&self.0);
    }
}

/// Removes the sockets of a guest that is no more.
pub(in crate::domain) fn remove_sockets(paths: &[PathBuf]) {
    for path in paths {
        if let Err(error) = socket::remove(path) {
            tracing::warn!("cannot remove the socket '{}': {error}", path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_go_unless_they_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (socket, file) = (folder.path().join("socket"), folder.path().join("file"));
        std::fs::write(&file, "").unwrap();
        let list = || {
            let listener = socket::listen(&socket).unwrap();
            let mut sockets = Sockets::default();
            sockets.add(&socket);
            sockets.add(&file);
            (listener, sockets)
        };
        let (_listener, sockets) = list();
        drop(sockets);
        assert!(!socket.exists() && file.exists());
        let (_listener, sockets) = list();
        let kept = sockets.keep();
        assert!(socket.exists());
        remove_sockets(&kept);
        assert!(!socket.exists() && file.exists());
    }
}
