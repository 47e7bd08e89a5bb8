//! What goes wrong with interfaces, in libvirt's words: clients show them.

use std::io;

/// A failure, naming the interface.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// A system call failed.
    #[error("{what}: {}", reason(source))]
    System {
        /// What was tried, on which interface.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// The name asked for is taken.
    #[error("The {0} interface already exists")]
    Exists(String),
    /// An unmanaged tap (`<target managed='no'/>`) has to be there before.
    #[error("target managed='no' but specified dev doesn't exist")]
    Unmanaged,
    /// An unmanaged tap has to be named.
    #[error("target dev must be supplied when managed='no'")]
    Unnamed,
    /// The kernel lacks something that was asked for in so many words.
    #[error("{0}")]
    Unsupported(String),
}

/// Kinds of failure, for the caller to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A system call failed, with this errno.
    System(i32),
    /// Not in this state of the host.
    Invalid,
    /// The request cannot be met as it stands.
    Request,
    /// The host lacks what was asked for.
    Unsupported,
}

impl NetError {
    pub(crate) fn system(what: impl Into<String>, source: impl Into<io::Error>) -> Self {
        Self::System { what: what.into(), source: source.into() }
    }

    /// Which kind of failure this is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::System { source, .. } => Kind::System(source.raw_os_error().unwrap_or(libc::EIO)),
            Self::Exists(_) => Kind::Invalid,
            Self::Unmanaged | Self::Unnamed => Kind::Request,
            Self::Unsupported(_) => Kind::Unsupported,
        }
    }
}

/// The C library's text of an error, without the number that the standard library adds to it.
fn reason(error: &io::Error) -> String {
    let mut text = error.to_string();
    if let Some(number) = text.rfind(" (os error ") {
        text.truncate(number);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_c_librarys() {
        let error =
            NetError::system("Cannot get interface MTU on 'br0'", io::Error::from_raw_os_error(libc::ENODEV));
        assert_eq!(error.to_string(), "Cannot get interface MTU on 'br0': No such device");
        assert_eq!(error.kind(), Kind::System(libc::ENODEV));
    }
}
