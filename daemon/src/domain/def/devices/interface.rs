//! `<interface>`.

use std::fmt;

use crate::{
    domain::def::{
        address::DeviceInfo,
        kept::Kept,
        words::{YesNo, words},
    },
    xml::Element,
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
    /// Everything else (`<virtualport>`, `<bandwidth>`, `<filterref>`, `<vlan>`...).
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
