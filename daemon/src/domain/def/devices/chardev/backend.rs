//! The host's side of a character device, by its `type=`.

use crate::{
    domain::def::words::{OnOff, words},
    xml::Element,
};

/// The host's side of a character device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChardevBackend {
    /// `type='null'`.
    Null,
    /// `type='vc'`.
    Vc,
    /// `type='pty'`.
    Pty {
        /// `path=`, of running domains only.
        path: Option<String>,
    },
    /// `type='stdio'`.
    Stdio,
    /// `type='file'`.
    File {
        /// `path=`.
        path: String,
        /// `append=`.
        append: Option<OnOff>,
    },
    /// `type='pipe'`.
    Pipe {
        /// `path=`.
        path: String,
    },
    /// `type='dev'`.
    Dev {
        /// `path=`.
        path: String,
    },
    /// `type='unix'`.
    Unix {
        /// `path=`; chosen at start where absent.
        path: Option<String>,
        /// `mode=`: listen, or connect to a listener.
        mode: UnixMode,
        /// `<reconnect>`, as written.
        reconnect: Option<Box<Element<'static>>>,
    },
    /// Another type (`tcp`, `udp`, `spicevmc`, `spiceport`, `nmdm`, `qemu-vdagent`, `dbus`), its children as
    /// written.
    Other {
        /// The device's `type=`.
        kind: String,
        /// `<source>`, `<protocol>` and whatever else belongs to the type.
        parts: Vec<Element<'static>>,
    },
}

impl ChardevBackend {
    /// The device's `type=`.
    pub fn kind(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Vc => "vc",
            Self::Pty { .. } => "pty",
            Self::Stdio => "stdio",
            Self::File { .. } => "file",
            Self::Pipe { .. } => "pipe",
            Self::Dev { .. } => "dev",
            Self::Unix { .. } => "unix",
            Self::Other { kind, .. } => kind,
        }
    }

    /// The terminal, where it is one that has been opened.
    pub(super) fn pty_path(&self) -> Option<&str> {
        match self {
            Self::Pty { path } => path.as_deref(),
            _ => None,
        }
    }
}

words! {
    /// `<source mode=>` of a unix socket.
    pub enum UnixMode {
        /// Listen.
        Bind = "bind",
        /// Connect.
        Connect = "connect",
    }
}
