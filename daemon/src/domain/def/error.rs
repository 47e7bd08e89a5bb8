//! The errors of a definition, with the code and domain stock libvirt gives each kind.
//!
//! What the document says wrongly is libvirt's domain layer's (`Domain`); what the hypervisor cannot do is the
//! driver's (`Qemu`).

use std::fmt::Display;

use crate::error::{Error, ErrorCode, ErrorDomain};

/// `VIR_ERR_XML_ERROR`: the document is well formed and still no domain.
pub(super) fn xml_error(info: impl Display) -> Error {
    Error::new(ErrorCode::XmlError, ErrorDomain::Domain, info)
}

/// `VIR_ERR_CONFIG_UNSUPPORTED`: a value libvirt has no name for.
pub(super) fn unknown(info: impl Display) -> Error {
    Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Domain, info)
}

/// `VIR_ERR_CONFIG_UNSUPPORTED` of the driver: a value libvirt knows and this hypervisor does not do.
pub(super) fn unsupported(info: impl Display) -> Error {
    Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, info)
}

/// `VIR_ERR_INTERNAL_ERROR`, which libvirt gives for some mistakes of the document as well.
pub(super) fn internal(info: impl Display) -> Error {
    Error::new(ErrorCode::InternalError, ErrorDomain::Domain, info)
}

/// `VIR_ERR_INVALID_ARG` of a helper without a domain of its own.
pub(super) fn invalid_arg(info: impl Display) -> Error {
    Error::new(ErrorCode::InvalidArg, ErrorDomain::None, info)
}
