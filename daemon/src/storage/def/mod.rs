//! The documents of pools and volumes: `<pool>` and `<volume>`, in types.
//!
//! Reading a document is parse, then validation, in libvirt's order and with its errors; writing follows its layout. What
//! has no field is kept as it was read and written back in its place. Nothing here opens anything.

mod permissions;
mod pool;
mod schema;
mod size;
#[cfg(test)]
mod tests;
mod volume;
mod volume_format;

pub use permissions::PermissionsDef;
pub use pool::{Live, PoolDef};
pub use volume::VolumeDef;
pub use volume_format::format_volume;

use crate::error::{Error, ErrorCode, ErrorDomain};

/// `VIR_ERR_XML_ERROR` of libvirt's storage layer.
fn xml_error(info: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::XmlError, ErrorDomain::Storage, info)
}

/// `VIR_ERR_CONFIG_UNSUPPORTED` of libvirt's storage layer.
fn unsupported(info: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Storage, info)
}

/// A document of another kind.
fn check_root(found: &str, expected: &str) -> crate::error::Result<()> {
    if found == expected {
        return Ok(());
    }
    let text = format_args!("expecting root element of '{expected}', not '{found}'");
    Err(Error::new(ErrorCode::XmlError, ErrorDomain::Xml, text))
}

/// A path as libvirt cleans it: no slash twice but for exactly two at the start, none at the end.
pub fn clean_path(path: &str) -> String {
    let two = path.starts_with("//") && !path.starts_with("///");
    let mut clean = String::with_capacity(path.len());
    if two {
        clean.push('/');
    }
    let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
    if path.starts_with('/') {
        clean.push('/');
    }
    while let Some(part) = parts.next() {
        clean.push_str(part);
        if parts.peek().is_some() {
            clean.push('/');
        }
    }
    clean
}
