//! What goes wrong with disks' images, as clients see it.

use std::io;

use vireo_storage::source::{Kind, SourceError};

use crate::error::{Error, ErrorDomain};

impl From<SourceError> for Error {
    fn from(error: SourceError) -> Self {
        match error.failure() {
            Kind::System(number) => {
                Self::system(ErrorDomain::Storage, error, &io::Error::from_raw_os_error(number))
            }
            // Where libvirt learns of these only when QEMU gives up, it has this code.
            Kind::Refused => Self::internal(ErrorDomain::Qemu, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use vireo_storage::source::{Source, SourceKind, open};

    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn codes_and_domains_are_libvirts() {
        let source = |path| Source {
            path: Path::new(path),
            kind: SourceKind::File,
            read_only: true,
            shareable: false,
            direct: false,
        };
        let missing = Error::from(open(&source("/nope/x.img")).unwrap_err());
        assert_eq!((missing.code(), missing.domain()), (ErrorCode::SystemError, ErrorDomain::Storage));
        assert_eq!(missing.message(), "Cannot access storage file '/nope/x.img': No such file or directory");
        let wrong = Error::from(open(&source("/dev/null")).unwrap_err());
        assert_eq!((wrong.code(), wrong.domain()), (ErrorCode::InternalError, ErrorDomain::Qemu));
        assert_eq!(wrong.message(), "internal error: '/dev/null' is not a regular file");
    }
}
