//! The specification of one guest: everything `vireo-vmm` needs to build it, decided by the daemon.
//!
//! It names no host path that the vmm would have to open: files, taps and devices come as open descriptors, and the
//! specification holds their position in the list that travels beside it ([`FdIndex`]).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::device::{BalloonSpec, ConsoleSpec, DiskSpec, NicSpec, RngSpec, SerialSpec};

/// Position of a descriptor in the list sent along with the message that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FdIndex(pub u16);

/// One guest, as the daemon wants it built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VmSpec {
    /// Domain name, for logs and the process title; at most 255 bytes.
    pub name: String,
    /// Domain UUID; also the SMBIOS system UUID.
    pub uuid: Uuid,
    /// Which machine the guest sees.
    pub machine: MachineKind,
    /// Guest RAM.
    pub memory: MemorySpec,
    /// Virtual CPUs.
    pub cpus: CpuSpec,
    /// What the guest starts from.
    pub boot: BootSpec,
    /// The real-time clock's base.
    #[serde(default)]
    pub clock: ClockSpec,
    /// What becomes of the guest when it powers off, reboots or crashes.
    #[serde(default)]
    pub actions: LifecycleActions,
    /// Serial ports and consoles.
    #[serde(default)]
    pub serials: Vec<SerialSpec>,
    /// Block devices.
    #[serde(default)]
    pub disks: Vec<DiskSpec>,
    /// Network interfaces.
    #[serde(default)]
    pub nics: Vec<NicSpec>,
    /// Entropy devices.
    #[serde(default)]
    pub rngs: Vec<RngSpec>,
    /// Virtio consoles.
    #[serde(default)]
    pub consoles: Vec<ConsoleSpec>,
    /// The balloon, where there is one.
    #[serde(default)]
    pub balloon: Option<BalloonSpec>,
    /// `pcie-root-port` controllers: libvirt's controller index (the bus number the port opens) and the port's own
    /// address on bus 0.
    #[serde(default)]
    pub root_ports: Vec<(u8, crate::device::PciAddress)>,
    /// `/dev/kvm`, opened by the daemon.
    pub kvm: FdIndex,
    /// Listening `AF_UNIX` stream socket on which later daemons connect.
    pub control: FdIndex,
    /// Regular file, empty, open for writing: the [`ExitRecord`](crate::ExitRecord) goes here.
    pub exit_file: FdIndex,
    /// Memory file for the shared statistics ([`StatsMap`](crate::StatsMap)): as large as
    /// [`StatsHeader::MAX_SLOTS`](crate::StatsHeader::MAX_SLOTS) need, sparse, sealed against every change of its size.
    /// Kept open, to be handed to later daemons.
    pub stats: FdIndex,
    /// Log file, open for appending; stderr where absent.
    #[serde(default)]
    pub log: Option<FdIndex>,
    /// What the process gives up before the guest runs.
    #[serde(default)]
    pub sandbox: SandboxSpec,
}

impl VmSpec {
    /// What [`Hello::spec_hash`](crate::Hello::spec_hash) says of it: FNV-1a, 64 bit, of its JSON.
    pub fn fingerprint(&self) -> u64 {
        // A specification is plain data: its JSON can always be written.
        let json = serde_json::to_vec(self).unwrap_or_default();
        json.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }
}

/// Machine types (libvirt's canonical names `pc-i440fx-*`, `pc-q35-*`, `microvm` map to these).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MachineKind {
    /// ICH9-like, PCI Express with ECAM.
    Q35,
    /// i440FX's identity; the same PCI platform as [`MachineKind::Q35`] for now.
    Pc,
    /// virtio-mmio, no PCI, no firmware.
    Microvm,
}

/// Guest RAM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemorySpec {
    /// Bytes; a multiple of 4096.
    pub bytes: u64,
    /// Back it by hugetlbfs pages of this many bytes (`<memoryBacking><hugepages>`); ordinary pages where absent.
    #[serde(default)]
    pub hugepage_bytes: Option<u64>,
    /// Lock it into host memory (`<locked/>`).
    #[serde(default)]
    pub locked: bool,
    /// Map it shared (`<access mode='shared'/>`), as vhost-user needs.
    #[serde(default)]
    pub shared: bool,
    /// Touch every page before the guest starts (`<allocation mode='immediate'/>`).
    #[serde(default)]
    pub prealloc: bool,
    /// Keep it out of core dumps (`dumpCore='off'`).
    #[serde(default)]
    pub nodump: bool,
}

/// Virtual CPUs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuSpec {
    /// vCPUs online at start, 1 to `maximum`: the first, but where `which` says otherwise.
    pub online: u16,
    /// Those online at start, upwards from 0, where they are not the first.
    #[serde(default)]
    pub which: Vec<u16>,
    /// vCPUs that can ever be online, 1 to 255.
    pub maximum: u16,
    /// Sockets, dies, cores and threads; their product is `maximum`. One socket per vCPU where absent.
    #[serde(default)]
    pub topology: Option<HyperthreadTopology>,
    /// Which model the guest sees.
    #[serde(default)]
    pub mode: CpuMode,
    /// Features added to or taken from the model, in order.
    #[serde(default)]
    pub features: Vec<CpuFeature>,
    /// Hide KVM's CPUID leaves (`<kvm><hidden state='on'/>`).
    #[serde(default)]
    pub hide_kvm: bool,
}

impl CpuSpec {
    /// Of each vCPU that can ever be online, whether it is at start.
    pub fn present(&self) -> Vec<bool> {
        let is_present = |index: u16| match &*self.which {
            [] => index < self.online,
            which => which.contains(&index),
        };
        (0..self.maximum).map(is_present).collect()
    }
}

/// `<topology sockets= dies= cores= threads=/>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HyperthreadTopology {
    /// Packages.
    pub sockets: u16,
    /// Dies per package.
    pub dies: u16,
    /// Cores per die.
    pub cores: u16,
    /// Threads per core.
    pub threads: u16,
}

/// `<cpu mode=>`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CpuMode {
    /// Everything this KVM offers.
    #[default]
    HostPassthrough,
    /// The same, less what differs between hosts of one model.
    HostModel,
    /// A named model, resolved by the daemon into CPUID bits: `(leaf, subleaf, [eax, ebx, ecx, edx])` that the
    /// guest may see at most.
    Named {
        /// The model's libvirt name, for the brand string and logs.
        name: String,
        /// Upper bounds of the feature leaves.
        leaves: Vec<(u32, u32, [u32; 4])>,
    },
}

/// One `<feature policy= name=/>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuFeature {
    /// libvirt's name of the feature, for logs.
    pub name: String,
    /// What to do with it.
    pub policy: FeaturePolicy,
    /// CPUID leaf and subleaf.
    pub leaf: (u32, u32),
    /// Register (0 eax, 1 ebx, 2 ecx, 3 edx) and bit (0 to 31).
    pub bit: (u8, u8),
}

/// libvirt's feature policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeaturePolicy {
    /// Show it whether the host has it or not.
    Force,
    /// Show it; the start fails where the host lacks it.
    Require,
    /// Show it where the host has it.
    Optional,
    /// Hide it.
    Disable,
    /// Hide it; the start fails where the host has it.
    Forbid,
}

/// What the guest starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BootSpec {
    /// Direct kernel boot: a bzImage, or an ELF image with a PVH note.
    Kernel {
        /// The kernel image.
        kernel: FdIndex,
        /// The initial RAM disk.
        initrd: Option<FdIndex>,
        /// The kernel's command line, at most 2047 bytes, without NUL.
        cmdline: String,
    },
}

/// `<clock>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClockSpec {
    /// Seconds added to the host's UTC.
    #[serde(default)]
    pub offset_seconds: i64,
    /// The clock shows the host's local time (`offset='localtime'`); the offset is added to that.
    #[serde(default)]
    pub localtime: bool,
}

/// `<on_poweroff>`, `<on_reboot>`, `<on_crash>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleActions {
    /// The guest powered itself off (ACPI S5).
    pub on_poweroff: LifecycleAction,
    /// The guest reset itself (ACPI reset register, keyboard controller, port 0xcf9, triple fault).
    pub on_reboot: LifecycleAction,
    /// The guest reported a crash.
    pub on_crash: LifecycleAction,
}

impl Default for LifecycleActions {
    /// libvirt's defaults: destroy, restart, destroy.
    fn default() -> Self {
        Self {
            on_poweroff: LifecycleAction::Destroy,
            on_reboot: LifecycleAction::Restart,
            on_crash: LifecycleAction::Destroy,
        }
    }
}

/// What to do at the end of a guest's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LifecycleAction {
    /// End the process.
    Destroy,
    /// Reset the machine and go on.
    Restart,
    /// Stop the vCPUs and keep everything for inspection.
    Preserve,
}

/// What the vmm process gives up before the guest runs. Each part is best effort only where its field says so.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SandboxSpec {
    /// User and group to become; unchanged where absent (session mode, tests without root).
    #[serde(default)]
    pub uid_gid: Option<(u32, u32)>,
    /// Enter new mount, IPC, UTS and network namespaces.
    #[serde(default)]
    pub namespaces: bool,
    /// Give up every path with landlock (as far as the kernel knows it).
    #[serde(default)]
    pub landlock: bool,
    /// Filter system calls by thread role.
    #[serde(default)]
    pub seccomp: bool,
}
