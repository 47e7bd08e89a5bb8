//! `<serial>`, `<parallel>`, `<console>` and `<channel>`: the guest's side differs, the host's side is one.

use crate::{
    domain::def::{
        address::DeviceInfo,
        kept::Kept,
        words::{OnOff, words},
    },
    xml::Element,
};

/// `<serial>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serial {
    /// `type=` and `<source>`.
    pub backend: ChardevBackend,
    /// `<target type=>`.
    pub target_type: SerialTargetType,
    /// `<target port=>`.
    pub port: u32,
    /// `<target><model name=>`.
    pub model: Option<String>,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<serial><target type=>`.
    pub enum SerialTargetType {
        /// A 16550A.
        IsaSerial = "isa-serial",
        /// A USB adapter.
        UsbSerial = "usb-serial",
        /// A PCI card.
        PciSerial = "pci-serial",
        /// Arm's PL011.
        SystemSerial = "system-serial",
        /// PowerPC's console.
        SpaprVioSerial = "spapr-vio-serial",
        /// s390's console.
        SclpSerial = "sclp-serial",
        /// A debug port that only writes.
        IsaDebug = "isa-debug",
    }
}

/// `<console>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Console {
    /// `type=` and `<source>`. That of a `serial` console at port 0 mirrors the first serial port's.
    pub backend: ChardevBackend,
    /// `<target type=>`.
    pub target_type: ConsoleTargetType,
    /// `<target port=>`.
    pub port: u32,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<console><target type=>`.
    pub enum ConsoleTargetType {
        /// The first serial port.
        Serial = "serial",
        /// A paravirtual Xen console.
        Xen = "xen",
        /// UML.
        Uml = "uml",
        /// A port of a virtio-serial controller.
        Virtio = "virtio",
        /// LXC.
        Lxc = "lxc",
        /// OpenVZ.
        Openvz = "openvz",
        /// s390's.
        Sclp = "sclp",
        /// s390's line mode console.
        Sclplm = "sclplm",
    }
}

/// `<channel>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// `type=` and `<source>`.
    pub backend: ChardevBackend,
    /// `<target>`.
    pub target: ChannelTarget,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

/// `<channel><target>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelTarget {
    /// `type='virtio'`.
    Virtio {
        /// `name=`.
        name: Option<String>,
        /// `state=`: whether the guest holds it open, of running domains only.
        state: Option<ChannelState>,
    },
    /// Another type (`guestfwd`, `xen`), as written.
    Other(Box<Element<'static>>),
}

words! {
    /// `<target state=>`.
    pub enum ChannelState {
        /// Open in the guest.
        Connected = "connected",
        /// Closed in the guest.
        Disconnected = "disconnected",
    }
}

/// `<parallel>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parallel {
    /// `type=` and `<source>`.
    pub backend: ChardevBackend,
    /// `<target port=>`.
    pub port: u32,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

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

/// `<log>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChardevLog {
    /// `file=`.
    pub file: String,
    /// `append=`.
    pub append: Option<OnOff>,
}
