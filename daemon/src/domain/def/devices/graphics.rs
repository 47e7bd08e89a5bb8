//! `<graphics>`.

use crate::domain::def::{
    kept::Kept,
    words::{YesNo, words},
};

/// `<graphics>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graphics {
    /// `type=`.
    pub kind: GraphicsKind,
    /// `port=`; -1 asks for a free one.
    pub port: Option<i32>,
    /// `tlsPort=`.
    pub tls_port: Option<i32>,
    /// `autoport=`.
    pub autoport: Option<YesNo>,
    /// `websocket=`.
    pub websocket: Option<i32>,
    /// `passwd=`: written only to those who may see it.
    pub passwd: Option<String>,
    /// `<listen>`, in order.
    pub listens: Vec<Listen>,
    /// Everything else (`keymap=`, `<image>`, `<gl>`...).
    pub kept: Kept,
}

words! {
    /// `<graphics type=>`.
    pub enum GraphicsKind {
        /// An SDL window.
        Sdl = "sdl",
        /// VNC.
        Vnc = "vnc",
        /// RDP.
        Rdp = "rdp",
        /// A full-screen window.
        Desktop = "desktop",
        /// SPICE.
        Spice = "spice",
        /// None, but with a renderer.
        EglHeadless = "egl-headless",
        /// D-Bus.
        Dbus = "dbus",
    }
}

/// `<listen>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// `type=`.
    pub kind: ListenKind,
    /// `address=`.
    pub address: Option<String>,
    /// `network=`.
    pub network: Option<String>,
    /// `socket=`.
    pub socket: Option<String>,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<listen type=>`.
    pub enum ListenKind {
        /// Nothing listens.
        None = "none",
        /// An IP address.
        Address = "address",
        /// A virtual network's address.
        Network = "network",
        /// A unix socket.
        Socket = "socket",
    }
}
