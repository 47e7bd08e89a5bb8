//! `<interface>`.

use std::fmt;

use uuid::Uuid;

use crate::{
    domain::def::{
        address::DeviceInfo,
        devices::bandwidth::Bandwidth,
        error::{unknown, unsupported, xml_error},
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::{YesNo, words},
    },
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Element, Fields, Writer, missing_attribute, parse_unsigned},
};

/// `<interface>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// `type=` and `<source>`.
    pub source: InterfaceSource,
    /// `<mac address=>`: made up at parse where absent.
    pub mac: MacAddr,
    /// `<target dev=>`: the host's device. A name libvirt made (`vnet0`) is dropped from inactive XML.
    pub target_dev: Option<String>,
    /// `<target managed=>`.
    pub target_managed: Option<YesNo>,
    /// `<guest dev=>`.
    pub guest_dev: Option<String>,
    /// `<model type=>`.
    pub model: Option<String>,
    /// `<driver>`.
    pub driver: Option<Box<InterfaceDriver>>,
    /// `<script path=>`.
    pub script: Option<String>,
    /// `<link state=>`.
    pub link: Option<LinkState>,
    /// `<mtu size=>`.
    pub mtu: Option<u32>,
    /// Alias, address, boot order.
    pub info: DeviceInfo,
    /// `<bandwidth>`.
    pub bandwidth: Option<Box<Bandwidth>>,
    /// Everything else (`<virtualport>`, `<filterref>`, `<vlan>`...).
    pub kept: Kept,
}

/// `type=` and `<source>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InterfaceSource {
    /// `type='network'`.
    Network {
        /// `network=`.
        network: String,
        /// `portgroup=`.
        portgroup: Option<String>,
        /// `portid=`, of running domains only.
        portid: Option<String>,
        /// `bridge=`: the network's bridge, of running domains only.
        bridge: Option<String>,
    },
    /// `type='bridge'`.
    Bridge {
        /// `bridge=`.
        bridge: String,
    },
    /// `type='ethernet'`: a tap device of its own.
    Ethernet,
    /// Another type (`direct`, `user`, `hostdev`, `vhostuser`...), its source as written.
    Other {
        /// The interface's `type=`.
        kind: InterfaceKind,
        /// `<source>`.
        source: Option<Box<Element<'static>>>,
    },
}

impl InterfaceSource {
    /// The interface's `type=`.
    pub fn kind(&self) -> InterfaceKind {
        match self {
            Self::Network { .. } => InterfaceKind::Network,
            Self::Bridge { .. } => InterfaceKind::Bridge,
            Self::Ethernet => InterfaceKind::Ethernet,
            Self::Other { kind, .. } => *kind,
        }
    }
}

words! {
    /// `<interface type=>`.
    pub enum InterfaceKind {
        /// User-mode network.
        User = "user",
        /// A tap device of its own.
        Ethernet = "ethernet",
        /// A vhost-user socket.
        Vhostuser = "vhostuser",
        /// A TCP server.
        Server = "server",
        /// A TCP client.
        Client = "client",
        /// A multicast group.
        Mcast = "mcast",
        /// A virtual network.
        Network = "network",
        /// A host bridge.
        Bridge = "bridge",
        /// A network inside the hypervisor.
        Internal = "internal",
        /// macvtap on a host interface.
        Direct = "direct",
        /// A passed-through device.
        Hostdev = "hostdev",
        /// A UDP tunnel.
        Udp = "udp",
        /// A vDPA device.
        Vdpa = "vdpa",
        /// Nothing.
        Null = "null",
        /// A VMware distributed switch.
        Vds = "vds",
    }
}

words! {
    /// `<link state=>`.
    pub enum LinkState {
        /// Up.
        Up = "up",
        /// Down.
        Down = "down",
    }
}

/// `<driver>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InterfaceDriver {
    /// `name=`.
    pub name: Option<NetBackend>,
    /// `queues=`.
    pub queues: Option<u32>,
    /// `rx_queue_size=`.
    pub rx_queue_size: Option<u32>,
    /// `tx_queue_size=`.
    pub tx_queue_size: Option<u32>,
    /// Everything else (`ioeventfd=`, `<host>`, `<guest>`...).
    pub kept: Kept,
}

words! {
    /// `<driver name=>`.
    pub enum NetBackend {
        /// Packets moved by the hypervisor process.
        Qemu = "qemu",
        /// Packets moved by the kernel.
        Vhost = "vhost",
    }
}

/// A MAC address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MacAddr(pub [u8; 6]);

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Debug for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Interface {
    const ORDER: &'static [&'static str] = &[
        "mac",
        "source",
        "vlan",
        "port",
        "virtualport",
        "bandwidth",
        "ip",
        "route",
        "script",
        "downscript",
        "backenddomain",
        "target",
        "guest",
        "model",
        "driver",
        "backend",
        "filterref",
        "tune",
        "teaming",
        "link",
        "mtu",
        "coalesce",
    ];

    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let kind = fields.word("type")?.unwrap_or(InterfaceKind::User);
        let source = InterfaceSource::parse(kind, &mut fields, flags)?;
        let mac = match fields.fields("mac").and_then(|mut mac| mac.attr("address")) {
            Some(text) => MacAddr::parse(&text)?,
            None => MacAddr::random(),
        };
        let target = fields.fields("target");
        let (target_dev, target_managed) = match target {
            Some(mut target) => (target.nonempty("dev"), target.word("managed")?),
            None => (None, None),
        };
        // Names made at each start come back anew.
        let made = |name: &str| target_managed != Some(YesNo::No) && is_made_name(name);
        let target_dev = target_dev.filter(|name| flags.live || !made(name));
        let model = fields.fields("model").and_then(|mut model| model.nonempty("type"));
        if model.as_deref().is_some_and(|model| !model.bytes().all(is_model_byte)) {
            let text = "Model name contains invalid characters";
            return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Domain, text));
        }
        let driver = fields.fields("driver").map(InterfaceDriver::parse).transpose()?;
        let link = fields.fields("link").and_then(|mut link| link.attr("state")).map(|state| {
            let error = || unknown(format_args!("unknown interface link state '{state}'"));
            LinkState::from_word(&state).ok_or_else(error)
        });
        let mtu = fields.fields("mtu").and_then(|mut mtu| mtu.attr("size")).map(|size| {
            let number = parse_unsigned(&size, 10).and_then(|size| u32::try_from(size).ok());
            number.ok_or_else(|| xml_error("malformed mtu size"))
        });
        Ok(Self {
            source,
            mac,
            target_dev,
            target_managed,
            guest_dev: fields.fields("guest").and_then(|mut guest| guest.nonempty("dev")),
            model,
            driver: driver.filter(|driver| *driver != InterfaceDriver::default()).map(Box::new),
            script: fields.fields("script").and_then(|mut script| script.nonempty("path")),
            link: link.transpose()?,
            mtu: mtu.transpose()?.filter(|mtu| *mtu != 0),
            info: DeviceInfo::parse(&mut fields, flags)?,
            bandwidth: fields
                .fields("bandwidth")
                .map(|bandwidth| Bandwidth::parse(bandwidth, kind == InterfaceKind::Network))
                .transpose()?
                .filter(|bandwidth| !bandwidth.is_unlimited())
                .map(Box::new),
            kept: Kept::rest(fields),
        })
    }

    /// Fills in the model: the hypervisor's choice is libvirt's to make, and ours is virtio.
    pub(in crate::domain::def) fn settle(&mut self) {
        if self.source.kind() != InterfaceKind::Hostdev {
            self.model.get_or_insert_with(|| VIRTIO.to_owned());
        }
    }

    /// Whether the guest sees a virtio device.
    pub fn is_virtio(&self) -> bool {
        matches!(self.model.as_deref(), Some(VIRTIO | "virtio-transitional" | "virtio-non-transitional"))
    }

    /// Refuses what cannot be.
    pub(in crate::domain::def) fn validate(&self) -> Result<()> {
        let Some(driver) = &self.driver else { return Ok(()) };
        for (name, size) in [("rx_queue_size", driver.rx_queue_size), ("tx_queue_size", driver.tx_queue_size)]
        {
            if size.is_some_and(|size| !size.is_power_of_two()) {
                return Err(unsupported(format_args!("{name} has to be a power of two")));
            }
        }
        Ok(())
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        self.kept.write_attrs(w.tag("interface").attr("type", self.source.kind())).children(|w| {
            let mut kept = self.kept.placed(Self::ORDER);
            w.tag("mac").attr("address", format_args!("{}", self.mac)).empty();
            self.source.format(w, options);
            kept.before(w, "bandwidth");
            if let Some(bandwidth) = &self.bandwidth {
                bandwidth.format(w);
            }
            kept.before(w, "script");
            if let Some(script) = &self.script {
                w.tag("script").attr("path", script).empty();
            }
            kept.before(w, "target");
            let made = |name: &str| self.target_managed != Some(YesNo::No) && is_made_name(name);
            let dev = self.target_dev.as_deref().filter(|dev| !options.inactive || !made(dev));
            if dev.is_some() || self.target_managed.is_some() {
                w.tag("target").opt("dev", dev).opt("managed", self.target_managed).empty();
            }
            if let Some(dev) = &self.guest_dev {
                w.tag("guest").attr("dev", dev).empty();
            }
            if let Some(model) = &self.model {
                w.tag("model").attr("type", model).empty();
            }
            if let Some(driver) = &self.driver {
                driver.format(w);
            }
            kept.before(w, "link");
            if let Some(link) = self.link {
                w.tag("link").attr("state", link).empty();
            }
            if let Some(mtu) = self.mtu {
                w.tag("mtu").attr("size", mtu).empty();
            }
            kept.rest(w);
            self.info.format(w, options);
        });
    }
}

/// `<model type=>` of a virtio device.
pub const VIRTIO: &str = "virtio";

fn is_model_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether a host interface's name is one that is made at start (`vnet7`).
fn is_made_name(name: &str) -> bool {
    let number = |prefix: &str| {
        name.strip_prefix(prefix)
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
    };
    number("vnet") || number("macvtap") || number("macvlan")
}

impl InterfaceSource {
    fn parse(kind: InterfaceKind, fields: &mut Fields<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        use InterfaceKind as K;
        if kind == K::Ethernet {
            return Ok(Self::Ethernet);
        }
        let source = fields.child("source");
        let needed = matches!(kind, K::Network | K::Bridge | K::Internal | K::Direct | K::Hostdev | K::Vdpa);
        if needed && source.is_none() {
            return Err(xml_error(format_args!("interface type='{kind}' requires a 'source' element")));
        }
        let mut attrs = Fields::new(source.clone().unwrap_or_else(|| Element::new("source")));
        Ok(match kind {
            K::Network => Self::Network {
                network: attrs.string("network").ok_or_else(|| missing_attribute("network", "source"))?,
                portgroup: attrs.string("portgroup"),
                portid: attrs.string("portid").filter(|_| flags.live),
                bridge: attrs.string("bridge").filter(|_| flags.live),
            },
            K::Bridge => Self::Bridge {
                bridge: attrs.string("bridge").ok_or_else(|| missing_attribute("bridge", "source"))?,
            },
            _ => Self::Other { kind, source: source.map(|source| Box::new(source.into_owned())) },
        })
    }

    fn format(&self, w: &mut Writer, options: &FormatOptions) {
        match self {
            Self::Network { network, portgroup, portid, bridge } => {
                let live = |value: &Option<String>| value.clone().filter(|_| !options.inactive);
                w.tag("source")
                    .attr("network", network)
                    .opt("portgroup", portgroup.as_deref())
                    .opt("portid", live(portid))
                    .opt("bridge", live(bridge))
                    .empty();
            }
            Self::Bridge { bridge } => w.tag("source").attr("bridge", bridge).empty(),
            Self::Ethernet => {}
            Self::Other { source, .. } => {
                if let Some(source) = source {
                    w.element(source);
                }
            }
        }
    }
}

impl InterfaceDriver {
    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        Ok(Self {
            name: fields.word("name")?,
            queues: fields.uint("queues")?.filter(|queues| *queues != 0),
            rx_queue_size: fields.uint("rx_queue_size")?.filter(|size| *size != 0),
            tx_queue_size: fields.uint("tx_queue_size")?.filter(|size| *size != 0),
            kept: Kept::rest(fields),
        })
    }

    fn format(&self, w: &mut Writer) {
        let tag = self.kept.write_attrs(w.tag("driver").opt("name", self.name));
        tag.opt("queues", self.queues)
            .opt("rx_queue_size", self.rx_queue_size)
            .opt("tx_queue_size", self.tx_queue_size)
            .children(|w| self.kept.write_children(w));
    }
}

impl MacAddr {
    /// QEMU's prefix of locally administered addresses: what libvirt gives to guests of this driver.
    const PREFIX: [u8; 3] = [0x52, 0x54, 0x00];

    /// An address that no other guest is likely to have.
    pub fn random() -> Self {
        let [a, b, c] = Self::PREFIX;
        // A version 4 UUID's last bytes are all random.
        let [.., d, e, f] = *Uuid::new_v4().as_bytes();
        Self([a, b, c, d, e, f])
    }

    fn parse(text: &str) -> Result<Self> {
        let error = || xml_error(format_args!("unable to parse mac address '{text}'"));
        let mut bytes = [0; 6];
        let mut parts = text.split(':');
        for byte in &mut bytes {
            let part = parts.next().filter(|part| (1..=2).contains(&part.len())).ok_or_else(error)?;
            *byte = part
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit())
                .then(|| u8::from_str_radix(part, 16).ok())
                .flatten()
                .ok_or_else(error)?;
        }
        if parts.next().is_some() {
            return Err(error());
        }
        if bytes[0] & 1 != 0 {
            return Err(xml_error(format_args!("expected unicast mac address, found multicast '{text}'")));
        }
        Ok(Self(bytes))
    }
}
