//! What goes wrong with taps and bridges, as clients see it.

use std::io;

use vireo_net::{Kind, NetError};

use crate::error::{Error, ErrorCode, ErrorDomain};

impl From<NetError> for Error {
    fn from(error: NetError) -> Self {
        match (error.kind(), error) {
            (Kind::System(number), NetError::System { what, .. }) => {
                Self::system(ErrorDomain::None, what, &io::Error::from_raw_os_error(number))
            }
            (Kind::System(_), error) => {
                Self::raw(ErrorCode::SystemError, ErrorDomain::None, error.to_string())
            }
            (Kind::Invalid, error) => Self::new(ErrorCode::OperationInvalid, ErrorDomain::None, error),
            (Kind::Request, error) => Self::internal(ErrorDomain::Qemu, error),
            (Kind::Unsupported, error) => Self::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_domains_are_libvirts() {
        let exists = Error::from(NetError::Exists("lo".into()));
        assert_eq!((exists.code(), exists.domain()), (ErrorCode::OperationInvalid, ErrorDomain::None));
        assert_eq!(exists.message(), "Requested operation is not valid: The lo interface already exists");

        let what = "Cannot get interface MTU on 'br-nope'".to_owned();
        let missing =
            Error::from(NetError::System { what, source: io::Error::from_raw_os_error(libc::ENODEV) });
        assert_eq!((missing.code(), missing.domain()), (ErrorCode::SystemError, ErrorDomain::None));
        assert_eq!(missing.message(), "Cannot get interface MTU on 'br-nope': No such device");

        let unmanaged = Error::from(NetError::Unmanaged);
        assert_eq!((unmanaged.code(), unmanaged.domain()), (ErrorCode::InternalError, ErrorDomain::Qemu));
    }
}
