//! One folder of state files.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, Mode, OFlags};

/// Largest state file read: a definition is bounded by the 4 MiB string limit of the wire, and headers are small.
const MAX_FILE: u64 = 8 << 20;

/// Most earlier corrupt files of one name that are kept apart; the last number is overwritten then.
const MAX_CORRUPT: u32 = 1000;

/// First bytes of a name that is not yet, or no longer, a state file. No object's file starts so: their names are
/// written with a suffix of [`Folder::suffix`] behind them, these are not.
const TEMPORARY: &str = ".new-";

/// Whether a file outlives the host's crash or only the daemon's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// On the disk when the call returns.
    Durable,
    /// In the page cache when the call returns.
    Volatile,
}

/// Why the disk did not do as asked. The text names the file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} '{}'", path.display())]
pub struct StoreError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl StoreError {
    /// The system's answer.
    pub fn io(&self) -> &io::Error {
        &self.source
    }
}

/// A file found at start.
pub struct Loaded {
    /// The object's name: the file's without the suffix.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// One folder, open.
pub struct Folder {
    path: PathBuf,
    handle: OwnedFd,
    suffix: &'static str,
    durability: Durability,
    serial: AtomicU64,
}

impl Folder {
    /// Opens `path` for files named `NAME{suffix}`, made (for the daemon's eyes alone) where it is missing. What an
    /// interrupted write left is removed.
    pub fn open(path: &Path, suffix: &'static str, durability: Durability) -> Result<Self, StoreError> {
        let failed = |action| move |source| StoreError { action, path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed("create"))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle =
            rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from).map_err(failed("open"))?;
        let folder = Self { path: path.to_owned(), handle, suffix, durability, serial: AtomicU64::new(0) };
        for entry in fs::read_dir(path).map_err(failed("list"))? {
            let name = entry.map_err(failed("list"))?.file_name();
            if name.as_bytes().starts_with(TEMPORARY.as_bytes())
                && !name.as_bytes().ends_with(suffix.as_bytes())
            {
                folder.unlink(&name)?;
            }
        }
        Ok(folder)
    }

    /// Where the file of this name is.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}{}", self.suffix))
    }

    /// Writes the file of this name: `parts`, one behind the other.
    pub fn save(&self, name: &str, parts: &[&[u8]]) -> Result<(), StoreError> {
        let file_name = self.file_name(name)?;
        let temporary = format!("{TEMPORARY}{}", self.serial.fetch_add(1, Ordering::Relaxed));
        let failed = |action| {
            let path = self.path.join(&file_name);
            move |source: io::Error| StoreError { action, path, source }
        };
        let written = self.write_new(&temporary, parts).map_err(failed("write")).and_then(|()| {
            rustix::fs::renameat(&self.handle, &temporary, &self.handle, &file_name)
                .map_err(|error| failed("rename")(error.into()))
        });
        if let Err(error) = written {
            // What is left of it goes at the next start.
            let _ = rustix::fs::unlinkat(&self.handle, &temporary, AtFlags::empty());
            return Err(error);
        }
        self.sync()
    }

    /// Makes `NAME{suffix}` a symbolic link to `target`, as the autostart marks are; one that is there stays.
    pub fn link(&self, name: &str, target: &Path) -> Result<(), StoreError> {
        let file_name = self.file_name(name)?;
        match rustix::fs::symlinkat(target, &self.handle, &file_name) {
            Ok(()) => self.sync(),
            Err(rustix::io::Errno::EXIST) => Ok(()),
            Err(error) => {
                Err(StoreError { action: "create", path: self.path.join(file_name), source: error.into() })
            }
        }
    }

    /// Removes the file of this name; false where there is none.
    pub fn remove(&self, name: &str) -> Result<bool, StoreError> {
        let file_name = self.file_name(name)?;
        let there = self.unlink(OsStr::new(&file_name))?;
        if there {
            self.sync()?;
        }
        Ok(there)
    }

    /// The names of all files, or links.
    pub fn names(&self) -> Result<Vec<String>, StoreError> {
        let failed = |source| StoreError { action: "list", path: self.path.clone(), source };
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let Some(name) = name.to_str() else {
                tracing::error!("'{}' is not a name in UTF-8: ignored", self.path.join(name).display());
                continue;
            };
            if let Some(name) = name.strip_suffix(self.suffix).filter(|name| !name.is_empty()) {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// The file of this name.
    pub fn load(&self, name: &str) -> Result<Loaded, StoreError> {
        let file_name = self.file_name(name)?;
        let failed =
            |source: io::Error| StoreError { action: "read", path: self.path.join(&file_name), source };
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = rustix::fs::openat(&self.handle, &file_name, flags, Mode::empty())
            .map_err(|error| failed(error.into()))?;
        // Most files fit: then a read to their end is one read, and one that finds nothing more.
        let mut bytes = Vec::with_capacity(8 << 10);
        File::from(file).take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(failed(io::ErrorKind::FileTooLarge.into()));
        }
        Ok(Loaded { name: name.to_owned(), bytes })
    }

    /// Puts aside a file that says nothing sensible, and says so. Its new name is returned.
    pub fn set_aside(&self, name: &str, reason: &dyn std::fmt::Display) -> Result<PathBuf, StoreError> {
        let file_name = self.file_name(name)?;
        for number in 1..=MAX_CORRUPT {
            let aside = format!("{file_name}.corrupt-{number}");
            let renamed = if number == MAX_CORRUPT {
                rustix::fs::renameat(&self.handle, &file_name, &self.handle, &aside)
            } else {
                let flags = rustix::fs::RenameFlags::NOREPLACE;
                rustix::fs::renameat_with(&self.handle, &file_name, &self.handle, &aside, flags)
            };
            match renamed {
                Ok(()) => {
                    let path = self.path.join(aside);
                    tracing::error!(
                        "'{}' cannot be used and was renamed to '{}': {reason}",
                        self.path.join(&file_name).display(),
                        path.display()
                    );
                    return self.sync().map(|()| path);
                }
                Err(rustix::io::Errno::EXIST) => {}
                Err(error) => {
                    let path = self.path.join(file_name);
                    return Err(StoreError { action: "rename", path, source: error.into() });
                }
            }
        }
        unreachable!("the last number is always taken")
    }

    fn write_new(&self, temporary: &str, parts: &[&[u8]]) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let file = rustix::fs::openat(&self.handle, temporary, flags, Mode::RUSR | Mode::WUSR)?;
        let mut file = File::from(file);
        for part in parts {
            file.write_all(part)?;
        }
        match self.durability {
            Durability::Durable => file.sync_all(),
            Durability::Volatile => Ok(()),
        }
    }

    fn unlink(&self, file_name: &OsStr) -> Result<bool, StoreError> {
        match rustix::fs::unlinkat(&self.handle, file_name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::NOENT) => Ok(false),
            Err(error) => {
                Err(StoreError { action: "remove", path: self.path.join(file_name), source: error.into() })
            }
        }
    }

    fn sync(&self) -> Result<(), StoreError> {
        if self.durability == Durability::Volatile {
            return Ok(());
        }
        rustix::fs::fsync(&self.handle).map_err(|error| StoreError {
            action: "sync",
            path: self.path.clone(),
            source: error.into(),
        })
    }

    /// The file's name, if the object's can be one.
    fn file_name(&self, name: &str) -> Result<String, StoreError> {
        if name.is_empty() || name.contains(['/', '\0']) {
            let path = self.path.join(name.replace(['/', '\0'], "?"));
            return Err(StoreError { action: "name", path, source: io::ErrorKind::InvalidInput.into() });
        }
        Ok(format!("{name}{}", self.suffix))
    }
}

/// Opens a file that others than the daemon fill: created for its owner alone, emptied where it is there already.
pub fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .read(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC)
        .open(path)
}
