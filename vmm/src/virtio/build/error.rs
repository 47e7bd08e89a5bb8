//! Why the devices of a specification cannot be built.

use std::io;

use vireo_control::VmmErrorKind;
use vireo_image::OpenError;

use crate::{fds::FdError, irq::IrqError, pci::LayoutError};

/// Why the devices cannot be built; each names the device.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A value of the specification is out of bounds.
    #[error("{alias}: {what}")]
    Invalid {
        /// The device.
        alias: String,
        /// What is wrong.
        what: String,
    },
    /// A descriptor is missing.
    #[error(transparent)]
    Descriptor(#[from] FdError),
    /// No place on the PCI bus.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// No interrupts.
    #[error(transparent)]
    Irq(#[from] IrqError),
    /// A disk's image.
    #[error("{alias}: {source}")]
    Image {
        /// The disk.
        alias: String,
        /// What is wrong.
        source: OpenError,
    },
    /// A system call failed.
    #[error("{alias}: cannot {doing}: {source}")]
    System {
        /// The device.
        alias: String,
        /// What was being done.
        doing: &'static str,
        /// The cause.
        source: io::Error,
    },
}

impl BuildError {
    /// For the daemon to branch on.
    pub fn kind(&self) -> VmmErrorKind {
        match self {
            Self::Invalid { .. } | Self::Descriptor(_) | Self::Layout(_) => VmmErrorKind::Invalid,
            Self::Image { source: OpenError::Kind | OpenError::ReadOnly, .. } => VmmErrorKind::Invalid,
            Self::Irq(IrqError::NoVector | IrqError::NoLine(_)) => VmmErrorKind::Unsupported,
            Self::Image { .. } | Self::Irq(_) | Self::System { .. } => VmmErrorKind::System,
        }
    }
}

pub(super) fn system(alias: &str, doing: &'static str) -> impl FnOnce(io::Error) -> BuildError {
    move |source| BuildError::System { alias: alias.to_owned(), doing, source }
}
