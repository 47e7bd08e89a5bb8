//! Why an image cannot be opened, naming it.

use std::io;
use std::path::PathBuf;

use vireo_image::lock::LockError;

use super::{Source, SourceKind};

/// Why an image cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be opened.
    #[error("Cannot access storage file '{}'", .path.display())]
    Access {
        /// The image.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// It is not what the disk's definition says.
    #[error("'{}' is not a {}", .path.display(), describe(*.expected))]
    Kind {
        /// The image.
        path: PathBuf,
        /// What it should be.
        expected: SourceKind,
    },
    /// Its file system has no direct I/O.
    #[error("Could not open '{}': filesystem does not support O_DIRECT", .path.display())]
    NotDirect {
        /// The image.
        path: PathBuf,
    },
    /// Somebody else uses it.
    #[error("Failed to lock '{}': {source}", .path.display())]
    Locked {
        /// The image.
        path: PathBuf,
        /// Who, and what for.
        source: LockError,
    },
}

/// Kinds of failure, for the caller to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A system call failed, with this errno; its text is still to be added to the message.
    System(i32),
    /// The image is not what was said, or somebody else has it.
    Refused,
}

impl SourceError {
    pub(super) fn kind(source: &Source<'_>) -> Self {
        Self::Kind { path: source.path.into(), expected: source.kind }
    }

    /// Which kind of failure this is.
    pub fn failure(&self) -> Kind {
        match self {
            Self::Access { source, .. } => Kind::System(source.raw_os_error().unwrap_or(libc::EIO)),
            _ => Kind::Refused,
        }
    }
}

fn describe(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::File => "regular file",
        SourceKind::Block => "block device",
    }
}
