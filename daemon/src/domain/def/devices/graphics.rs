//! `<graphics>`.

use crate::{
    domain::def::{
        error::internal,
        kept::Kept,
        options::FormatOptions,
        words::{YesNo, words},
    },
    error::Result,
    xml::{Element, Fields, Writer, parse_signed},
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

impl Graphics {
    const ORDER: &'static [&'static str] = &["listen"];

    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let kind: GraphicsKind = fields.required_word("type")?;
        let mut graphics = Self {
            kind,
            port: None,
            tls_port: None,
            autoport: None,
            websocket: None,
            passwd: None,
            listens: Vec::new(),
            kept: Kept::default(),
        };
        if kind.listens() {
            let mut port = |name: &str| {
                let Some(text) = fields.attr(name) else { return Ok(None) };
                let number = parse_signed(&text).and_then(|port| i32::try_from(port).ok());
                number.map(Some).ok_or_else(|| internal(format_args!("cannot parse {kind} {name} {text}")))
            };
            (graphics.port, graphics.tls_port) = (port("port")?, port("tlsPort")?);
            graphics.websocket = port("websocket")?;
            graphics.autoport = fields.word("autoport")?;
            graphics.passwd = fields.string("passwd");
            let address = fields.nonempty("listen");
            for listen in fields.children("listen") {
                graphics.listens.push(Listen::parse(listen)?);
            }
            if graphics.listens.is_empty() {
                graphics.listens.push(Listen::of(address));
            } else if let Some(listen) =
                graphics.listens.iter_mut().find(|listen| listen.kind == ListenKind::Address)
            {
                listen.address = listen.address.take().or(address);
            }
            graphics.settle();
        }
        graphics.kept = Kept::rest(fields);
        Ok(graphics)
    }

    /// A port of -1, or none at all, asks for a free one.
    fn settle(&mut self) {
        let asks = self.kind == GraphicsKind::Vnc && self.port.is_none_or(|port| port == -1);
        if asks || self.autoport == Some(YesNo::Yes) && self.kind == GraphicsKind::Vnc {
            self.port = Some(-1);
            self.autoport = Some(YesNo::Yes);
        } else if self.kind == GraphicsKind::Vnc {
            self.autoport = Some(YesNo::No);
        }
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        let address = self.listens.iter().find_map(|listen| listen.address.as_deref());
        let tag = w
            .tag("graphics")
            .attr("type", self.kind)
            .opt("port", self.port)
            .opt("tlsPort", self.tls_port)
            .opt("autoport", self.autoport)
            .opt("websocket", self.websocket)
            .opt("listen", address);
        let passwd = self.passwd.as_deref().filter(|_| options.secure);
        self.kept.write_attrs(tag).opt("passwd", passwd).children(|w| {
            self.listens.iter().for_each(|listen| listen.format(w));
            self.kept.placed(Self::ORDER).rest(w);
        });
    }
}

impl GraphicsKind {
    /// Whether clients connect to it.
    fn listens(self) -> bool {
        matches!(self, Self::Vnc | Self::Spice | Self::Rdp)
    }
}

impl Listen {
    fn of(address: Option<String>) -> Self {
        Self { kind: ListenKind::Address, address, network: None, socket: None, kept: Kept::default() }
    }

    fn parse(element: Element<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        Ok(Self {
            kind: fields.required_word("type")?,
            address: fields.nonempty("address"),
            network: fields.nonempty("network"),
            socket: fields.nonempty("socket"),
            kept: Kept::rest(fields),
        })
    }

    fn format(&self, w: &mut Writer) {
        let tag = w
            .tag("listen")
            .attr("type", self.kind)
            .opt("address", self.address.as_deref())
            .opt("network", self.network.as_deref())
            .opt("socket", self.socket.as_deref());
        self.kept.write_attrs(tag).children(|w| self.kept.write_children(w));
    }
}
