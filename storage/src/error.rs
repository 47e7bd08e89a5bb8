//! Why storage does not do as asked, naming the file.

use std::fmt;
use std::io;
use std::path::Path;

/// Kinds of failure, for the caller to branch on. Their names are those of libvirt's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A system call failed, with this errno; its text is still to be added to the message.
    System(i32),
    /// The same, in what libvirt has as a helper of no subsystem.
    Helper(i32),
    /// `VIR_ERR_OPERATION_INVALID`
    OperationInvalid,
    /// `VIR_ERR_OPERATION_FAILED`
    OperationFailed,
    /// `VIR_ERR_OPERATION_UNSUPPORTED`
    OperationUnsupported,
    /// `VIR_ERR_INVALID_ARG`
    InvalidArgument,
    /// `VIR_ERR_ARGUMENT_UNSUPPORTED`
    ArgumentUnsupported,
    /// `VIR_ERR_CONFIG_UNSUPPORTED`
    ConfigUnsupported,
    /// `VIR_ERR_NO_SUPPORT`
    NoSupport,
    /// `VIR_ERR_NO_STORAGE_VOL`
    NoVolume,
    /// `VIR_ERR_INTERNAL_ERROR`
    Internal,
    /// Flags that the named function does not know: they are the text.
    UnsupportedFlags(&'static str, u32),
    /// Two flags of the named function that exclude each other.
    ExclusiveFlags(&'static str, [&'static str; 2]),
}

/// Why storage does not do as asked.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct StorageError {
    kind: ErrorKind,
    text: String,
}

impl StorageError {
    /// An error of this kind; the text is libvirt's, without what the code's own template says.
    pub fn new(kind: ErrorKind, text: impl fmt::Display) -> Self {
        Self { kind, text: text.to_string() }
    }

    /// Which kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// A failed system call.
    pub(crate) fn system(what: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(ErrorKind::System(errno(error)), what)
    }

    /// A failed system call in what libvirt has as a helper.
    pub(crate) fn helper(what: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(ErrorKind::Helper(errno(error)), what)
    }

    /// The volume's file is not there.
    pub(crate) fn no_volume(path: &Path) -> Self {
        let text = format!("no storage vol with matching path '{}'", path.display());
        Self::new(ErrorKind::NoVolume, text)
    }
}

fn errno(error: &io::Error) -> i32 {
    // What the standard library refuses by itself has no number.
    let without = if error.kind() == io::ErrorKind::InvalidInput { libc::EINVAL } else { libc::EIO };
    error.raw_os_error().unwrap_or(without)
}

/// What calls of storage answer.
pub(crate) type Result<T, E = StorageError> = std::result::Result<T, E>;
