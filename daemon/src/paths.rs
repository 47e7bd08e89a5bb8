//! Where this instance of the daemon keeps what.
//!
//! | | system | `--session` | `--root DIR` |
//! | --- | --- | --- | --- |
//! | sockets | `/run/libvirt` | `$XDG_RUNTIME_DIR/libvirt` | `DIR/run` |
//! | run | `/run/vireo` | `$XDG_RUNTIME_DIR/vireo` | `DIR/run` |
//! | lib | `/var/lib/vireo` | `$XDG_DATA_HOME/vireo` | `DIR/lib` |
//! | etc | `/etc/vireo` | `$XDG_CONFIG_HOME/vireo` | `DIR/etc` |
//! | log | `/var/log/vireo` | `$XDG_CACHE_HOME/vireo/log` | `DIR/log` |

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The folders of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The sockets that clients connect to.
    pub sockets: PathBuf,
    /// Live status, control sockets, exit files, the lock: gone after a reboot.
    pub run: PathBuf,
    /// Saves, snapshots, NVRAM, leases, images.
    pub lib: PathBuf,
    /// Configuration and defined XML.
    pub etc: PathBuf,
    /// Logs.
    pub log: PathBuf,
}

impl Paths {
    /// The one system instance of a host.
    pub fn system() -> Self {
        Self {
            sockets: "/run/libvirt".into(),
            run: "/run/vireo".into(),
            lib: "/var/lib/vireo".into(),
            etc: "/etc/vireo".into(),
            log: "/var/log/vireo".into(),
        }
    }

    /// A private instance: everything below one folder.
    pub fn rooted(root: &Path) -> Self {
        Self {
            sockets: root.join("run"),
            run: root.join("run"),
            lib: root.join("lib"),
            etc: root.join("etc"),
            log: root.join("log"),
        }
    }

    /// The instance of the user who runs it, by the XDG folders. An error names the variable that is missing.
    pub fn session() -> Result<Self, String> {
        let runtime = xdg("XDG_RUNTIME_DIR").ok_or("XDG_RUNTIME_DIR is not set: there is no session")?;
        let home = xdg("HOME").ok_or("HOME is not set: there is no session");
        let folder = |variable, below: &str| match xdg(variable) {
            Some(path) => Ok(path),
            None => home.clone().map(|home| home.join(below)),
        };
        Ok(Self {
            sockets: runtime.join("libvirt"),
            run: runtime.join("vireo"),
            lib: folder("XDG_DATA_HOME", ".local/share")?.join("vireo"),
            etc: folder("XDG_CONFIG_HOME", ".config")?.join("vireo"),
            log: folder("XDG_CACHE_HOME", ".cache")?.join("vireo/log"),
        })
    }

    /// Makes the folders that are missing. The sockets' folder is open to all, since each socket has its own
    /// mode; the others hold guests' secrets and are the daemon's alone.
    pub fn create(&self) -> io::Result<()> {
        make(&self.sockets, 0o755)?;
        for private in [&self.run, &self.lib, &self.etc, &self.log] {
            make(private, 0o711)?;
        }
        Ok(())
    }
}

/// The program that runs guests: beside this one, as it is built, or where it is installed.
pub fn emulator() -> PathBuf {
    const NAME: &str = "vireo-vmm";
    let own = env::current_exe().unwrap_or_default();
    let beside = own.with_file_name(NAME);
    let installed = own.parent().and_then(Path::parent).map(|prefix| prefix.join("libexec").join(NAME));
    match installed {
        Some(installed) if installed.exists() && !beside.exists() => installed,
        _ => beside,
    }
}

/// A variable that names an absolute path; the XDG rules have relative ones ignored.
fn xdg(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

fn make(path: &Path, mode: u32) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_root_holds_everything() {
        let paths = Paths::rooted(Path::new("/tmp/x"));
        for path in [&paths.sockets, &paths.run, &paths.lib, &paths.etc, &paths.log] {
            assert!(path.starts_with("/tmp/x"));
        }
    }

    #[test]
    fn missing_folders_are_made() {
        let root = tempfile::tempdir().unwrap();
        let paths = Paths::rooted(&root.path().join("a/b"));
        paths.create().unwrap();
        paths.create().unwrap();
        assert!(paths.etc.is_dir() && paths.run.is_dir());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let error = Paths::rooted(Path::new("/proc/nothing")).create().unwrap_err();
        assert!(error.to_string().contains("/proc/nothing/run"), "{error}");
    }
}
