//! What goes wrong with pools and volumes, as clients see it.

use std::io;

use vireo_storage::{ErrorKind, StorageError};

use crate::error::{Error, ErrorCode, ErrorDomain};

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        let code = match error.kind() {
            ErrorKind::System(number) => return system(ErrorDomain::Storage, &error, number),
            ErrorKind::Helper(number) => return system(ErrorDomain::None, &error, number),
            ErrorKind::UnsupportedFlags(function, flags) => {
                return Self::unsupported_flags(ErrorDomain::Storage, function, flags);
            }
            ErrorKind::ExclusiveFlags(function, names) => {
                // That is what libvirt names the argument.
                return Self::exclusive_flags(ErrorDomain::Storage, function, "ctl", names);
            }
            ErrorKind::OperationInvalid => ErrorCode::OperationInvalid,
            ErrorKind::OperationFailed => ErrorCode::OperationFailed,
            ErrorKind::OperationUnsupported => ErrorCode::OperationUnsupported,
            ErrorKind::InvalidArgument => ErrorCode::InvalidArg,
            ErrorKind::ArgumentUnsupported => ErrorCode::ArgumentUnsupported,
            ErrorKind::ConfigUnsupported => ErrorCode::ConfigUnsupported,
            ErrorKind::NoSupport => ErrorCode::NoSupport,
            ErrorKind::NoVolume => ErrorCode::NoStorageVol,
            ErrorKind::Internal => ErrorCode::InternalError,
        };
        storage(code, error)
    }
}

fn system(domain: ErrorDomain, what: &StorageError, number: i32) -> Error {
    Error::system(domain, what, &io::Error::from_raw_os_error(number))
}

/// An error of libvirt's storage layer.
pub(super) fn storage(code: ErrorCode, info: impl std::fmt::Display) -> Error {
    Error::new(code, ErrorDomain::Storage, info)
}

/// A call that does not fit the state of the pool or volume.
pub(super) fn invalid(info: impl std::fmt::Display) -> Error {
    storage(ErrorCode::OperationInvalid, info)
}
