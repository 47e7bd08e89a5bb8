//! The devices of a guest's specification.

use serde::{Deserialize, Serialize};

use crate::spec::FdIndex;

/// Where a device stands on the guest's PCI bus (`<address type='pci'>`; the segment is always 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PciAddress {
    /// libvirt's bus index: 0 is the root bus, others are opened by root ports.
    pub bus: u8,
    /// Slot, 0 to 31.
    pub slot: u8,
    /// Function, 0 to 7.
    pub function: u8,
}

/// A virtio block device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskSpec {
    /// libvirt's alias (`virtio-disk0`).
    pub alias: String,
    /// Target name (`vda`): the key of its statistics.
    pub target: String,
    /// The image, a regular file or block device, raw; opened read-only where `read_only`.
    pub image: FdIndex,
    /// The guest may not write.
    #[serde(default)]
    pub read_only: bool,
    /// Host cache mode. The daemon opened the image to match (`O_DIRECT` for none and directsync).
    #[serde(default)]
    pub cache: CacheMode,
    /// Pass the guest's discards on (`discard='unmap'`).
    #[serde(default)]
    pub discard: bool,
    /// Turn written zeroes into holes.
    #[serde(default)]
    pub detect_zeroes: DetectZeroes,
    /// Request queues, 1 to 64; one per vCPU up to 4 where absent.
    #[serde(default)]
    pub queues: Option<u16>,
    /// Descriptors per queue, a power of two, 2 to 1024; 256 where absent.
    #[serde(default)]
    pub queue_size: Option<u16>,
    /// `<serial>`, at most 20 bytes of it shown to the guest.
    #[serde(default)]
    pub serial: Option<String>,
    /// `<blockio logical_block_size=>`; 512 where absent.
    #[serde(default)]
    pub logical_block_size: Option<u32>,
    /// `<blockio physical_block_size=>`.
    #[serde(default)]
    pub physical_block_size: Option<u32>,
    /// Place on the PCI bus; chosen by the vmm in order where absent, unused on `microvm`.
    #[serde(default)]
    pub address: Option<PciAddress>,
}

/// `<driver cache=>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CacheMode {
    /// The host page cache, and the guest's flushes honoured: libvirt's default.
    #[default]
    Writeback,
    /// As writeback, and the guest sees no volatile cache: each write is synced.
    Writethrough,
    /// `O_DIRECT`, flushes honoured.
    None,
    /// `O_DIRECT`, each write synced.
    Directsync,
    /// The guest's flushes are dropped: data may be lost when the host crashes.
    Unsafe,
}

/// `<driver detect_zeroes=>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DetectZeroes {
    /// Write them.
    #[default]
    Off,
    /// Write them efficiently, keeping the allocation.
    On,
    /// Make holes of them.
    Unmap,
}

/// A virtio network device on tap descriptors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NicSpec {
    /// libvirt's alias (`net0`).
    pub alias: String,
    /// Host interface name (`vnet0`): the key of its statistics.
    pub target: String,
    /// Guest MAC address.
    pub mac: [u8; 6],
    /// One tap descriptor per queue pair, opened with `IFF_VNET_HDR` (and `IFF_MULTI_QUEUE` where several).
    pub taps: Vec<FdIndex>,
    /// One `/dev/vhost-net` descriptor per queue pair; the vmm moves the packets itself where empty.
    #[serde(default)]
    pub vhosts: Vec<FdIndex>,
    /// Descriptors per queue, a power of two, 2 to 1024; 256 where absent.
    #[serde(default)]
    pub queue_size: Option<u16>,
    /// `<mtu size=>` told to the guest.
    #[serde(default)]
    pub mtu: Option<u16>,
    /// The link is up at start (`<link state=>`).
    #[serde(default = "yes")]
    pub link_up: bool,
    /// Checksum and segmentation offloads are offered to the guest.
    #[serde(default = "yes")]
    pub offloads: bool,
    /// Place on the PCI bus; see [`DiskSpec::address`].
    #[serde(default)]
    pub address: Option<PciAddress>,
}

fn yes() -> bool {
    true
}

/// A virtio entropy device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RngSpec {
    /// libvirt's alias (`rng0`).
    pub alias: String,
    /// The host's source, open for reading (`/dev/urandom`, `/dev/hwrng`).
    pub source: FdIndex,
    /// `<rate bytes= period=>`: at most so many bytes in so many milliseconds.
    #[serde(default)]
    pub rate: Option<(u32, u32)>,
    /// Place on the PCI bus; see [`DiskSpec::address`].
    #[serde(default)]
    pub address: Option<PciAddress>,
}

/// A virtio balloon: memory that the guest lends to the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalloonSpec {
    /// libvirt's alias (`balloon0`).
    pub alias: String,
    /// Bytes of RAM that the guest is to keep for itself at start (`<currentMemory>`); all of them where absent.
    #[serde(default)]
    pub keep_bytes: Option<u64>,
    /// Ask the guest for its statistics every so many seconds (`<stats period=>`); never where 0.
    #[serde(default)]
    pub stats_period: u32,
    /// The guest may take memory back rather than kill a process (`autodeflate='on'`).
    #[serde(default)]
    pub deflate_on_oom: bool,
    /// The guest tells of pages it does not use (`freePageReporting='on'`).
    #[serde(default)]
    pub free_page_reporting: bool,
    /// Place on the PCI bus; see [`DiskSpec::address`].
    #[serde(default)]
    pub address: Option<PciAddress>,
}

/// One serial port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerialSpec {
    /// libvirt's alias (`serial0`): the name under which a console is opened.
    pub alias: String,
    /// What the guest sees.
    pub target: SerialTarget,
    /// What stands on the host's side, beside the console clients that the control socket brings.
    pub backend: ChardevSpec,
    /// Append everything the guest writes to this file as well (`<log file=>`).
    #[serde(default)]
    pub log: Option<FdIndex>,
}

/// A virtio console device, with ports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleSpec {
    /// libvirt's alias (`virtio-serial0`).
    pub alias: String,
    /// Its ports, 0 to 30 each; port 0 is a console or nothing.
    pub ports: Vec<PortSpec>,
    /// Ports that the guest is told of at most (`ports=`); the highest number and one where absent.
    #[serde(default)]
    pub max_ports: Option<u16>,
    /// Place on the PCI bus; see [`DiskSpec::address`].
    #[serde(default)]
    pub address: Option<PciAddress>,
}

/// A port of a [`ConsoleSpec`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortSpec {
    /// libvirt's alias (`console1`, `channel0`): the name under which it is opened.
    pub alias: String,
    /// Its number.
    pub number: u16,
    /// Its name in the guest (`org.qemu.guest_agent.0`).
    #[serde(default)]
    pub name: Option<String>,
    /// The guest makes a console of it (`hvc0`).
    #[serde(default)]
    pub console: bool,
    /// What stands on the host's side; see [`SerialSpec::backend`].
    pub backend: ChardevSpec,
    /// Append everything the guest writes to this file as well (`<log file=>`).
    #[serde(default)]
    pub log: Option<FdIndex>,
}

/// The guest's side of a [`SerialSpec`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SerialTarget {
    /// A 16550A at COM1 to COM4 (port 0 to 3).
    Isa {
        /// 0 to 3.
        port: u8,
    },
}

/// The host's side of a character device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChardevSpec {
    /// A pseudo-terminal's master side.
    Pty(FdIndex),
    /// A file the output is appended to; nothing is read.
    File(FdIndex),
    /// A listening unix stream socket; one client at a time.
    UnixListen(FdIndex),
    /// A connected unix stream socket.
    UnixConnected(FdIndex),
    /// Descriptors to read from and to write to.
    Stdio(FdIndex, FdIndex),
    /// Nowhere.
    Null,
}
