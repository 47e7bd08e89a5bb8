//! Overwriting a volume.
//!
//! With zeros it is done here; other patterns are the tool `scrub`'s, where it is installed, as with libvirt.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::Result;
use crate::{ErrorKind, StorageError};

/// What is written at once.
const BUFFER: usize = 1 << 20;

/// How a volume is overwritten (`virStorageVolWipeAlgorithm`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wipe {
    /// With zeros, once.
    Zero,
    /// By `scrub`, with the pattern of this name.
    Scrub(&'static str),
}

/// The patterns of `scrub`, from number 1 on.
const PATTERNS: [&str; 8] =
    ["nnsa", "dod", "bsi", "gutmann", "schneier", "pfitzner7", "pfitzner33", "random"];

/// The number behind them.
const TRIM: u32 = 9;

impl Wipe {
    /// The algorithm of libvirt's number.
    pub fn from_number(number: u32) -> Result<Self> {
        if number == 0 {
            return Ok(Self::Zero);
        }
        if number == TRIM {
            let text = "'trim' algorithm not supported";
            return Err(StorageError::new(ErrorKind::ArgumentUnsupported, text));
        }
        PATTERNS.get(number as usize - 1).map(|name| Self::Scrub(name)).ok_or_else(|| {
            let text = format!("wiping algorithm {} not supported", number as i32);
            StorageError::new(ErrorKind::InvalidArgument, text)
        })
    }
}

/// Overwrites a volume's file; its length stays.
pub fn wipe(path: &Path, wipe: Wipe) -> Result<()> {
    let failed = |what: &str, error: io::Error| {
        StorageError::system(
            format!("Failed to {what} storage volume with path '{}'", path.display()),
            &error,
        )
    };
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
        .map_err(|error| failed("open", error))?;
    match wipe {
        Wipe::Zero => zero(&file).map_err(|error| failed("write to", error)),
        Wipe::Scrub(pattern) => scrub(path, pattern),
    }
}

fn zero(file: &File) -> io::Result<()> {
    let metadata = file.metadata()?;
    let length = metadata.len();
    if metadata.is_file() && metadata.blocks() < length / 512 {
        // A file with holes: cut off, its blocks are no longer anybody's to read.
        file.set_len(0)?;
        return file.set_len(length);
    }
    let buffer = vec![0; BUFFER];
    let mut at = 0;
    while at < length {
        let count = (length - at).min(BUFFER as u64);
        file.write_all_at(&buffer[..count as usize], at)?;
        at += count;
    }
    file.sync_data()
}

fn scrub(path: &Path, pattern: &str) -> Result<()> {
    let outcome = Command::new("scrub").args(["-f", "-p", pattern]).arg(path).stdin(Stdio::null()).output();
    let output = outcome.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => StorageError::helper("Cannot find 'scrub' in path", &error),
        _ => StorageError::helper("Cannot run 'scrub'", &error),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let text = format!("scrub of '{}' failed ({}): {}", path.display(), output.status, said.trim_end());
    Err(StorageError::new(ErrorKind::Internal, text))
}
