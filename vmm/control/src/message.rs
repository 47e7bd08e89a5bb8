//! The messages on the control socket.
//!
//! Either side sends frames at any time. The daemon's are requests with an id of its own choosing; the vmm answers
//! each exactly once with that id, in any order, and sends events in between. A connection that breaks the codec is
//! closed; the guest goes on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::spec::VmSpec;

/// The versions of this vocabulary that a build speaks.
///
/// | version | what came with it |
/// | --- | --- |
/// | 1 | the first |
/// | 2 | the balloon: [`Request::SetBalloon`], [`Request::SetBalloonPeriod`], [`Event::BalloonChanged`]; vCPUs that come and go: [`Request::SetVcpu`], [`Event::VcpuRemoved`]; [`Request::InjectNmi`]; [`Event::PortChanged`] |
pub const PROTOCOL: ProtocolRange = ProtocolRange { oldest: 1, newest: 2 };

/// An inclusive range of protocol versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtocolRange {
    /// The oldest version still understood.
    pub oldest: u32,
    /// The newest version spoken.
    pub newest: u32,
}

impl ProtocolRange {
    /// The version two sides use together: the newest both know.
    pub fn common(self, other: Self) -> Option<u32> {
        let version = self.newest.min(other.newest);
        (version >= self.oldest && version >= other.oldest).then_some(version)
    }
}

/// A frame from the daemon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToVmm {
    /// Comes back in the answer.
    pub id: u64,
    /// What is asked.
    pub request: Request,
}

/// What the daemon asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum Request {
    /// First frame on the inherited socket: build this guest, paused. Its descriptors come with the frame.
    Launch {
        /// The guest.
        spec: Box<VmSpec>,
        /// What the daemon speaks.
        protocol: ProtocolRange,
    },
    /// First frame on a later connection. The answer carries one descriptor: the memory file of the statistics
    /// ([`VmSpec::stats`](crate::VmSpec::stats)), which a daemon started since does not have.
    Hello {
        /// What the daemon speaks.
        protocol: ProtocolRange,
    },
    /// Let the vCPUs run.
    Resume,
    /// Stop the vCPUs; answered when all of them stand.
    Pause,
    /// Press the ACPI power button. What follows is the guest's business; when it powers itself off, its
    /// `on_poweroff` action.
    PowerButton,
    /// Press the ACPI power button, and when the guest has powered itself off, reset the machine and go on, whatever
    /// its `on_poweroff` action: [`Event::Reset`] without [`Event::Shutdown`]. Holds for the next power-off only, and
    /// a later [`Request::PowerButton`] or [`Request::Reset`] takes it back.
    Reboot,
    /// Press the machine's reset button.
    Reset,
    /// End the process at once, whatever the guest does. Answered before the end.
    Quit,
    /// Open the console of a serial port, or a virtio console's port. The answer carries one stream socket, on which the scrollback comes first.
    OpenConsole {
        /// [`SerialSpec::alias`](crate::SerialSpec::alias) or [`PortSpec::alias`](crate::PortSpec::alias); the first
        /// port where absent.
        alias: Option<String>,
        /// Take it away from another client; refused as [`VmmErrorKind::Busy`] otherwise.
        force: bool,
    },
    /// What [`Hello::state`] says now.
    QueryState,
    /// Ask the guest to keep so much memory for itself, and lend the rest to the host. Answered at once; what the
    /// guest makes of it is told by [`Event::BalloonChanged`]. Since version 2.
    SetBalloon {
        /// How much, at most all of its RAM; whole pages of it count.
        bytes: u64,
    },
    /// Ask the guest for its statistics every so many seconds, or no longer. Since version 2.
    SetBalloonPeriod {
        /// How often; 0 is never.
        seconds: u32,
    },
    /// Give every vCPU an NMI, as by the button of a server. Since version 2.
    InjectNmi,
    /// Add a vCPU to the machine, or ask the guest to let one go; when it has, [`Event::VcpuRemoved`] tells. Refused
    /// where it is so already, for the first, and in a machine that was built with all of its vCPUs. Since version 2.
    SetVcpu {
        /// Which.
        index: u16,
        /// Whether it is to be online.
        online: bool,
    },
}

/// A frame from the vmm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FromVmm {
    /// The answer to a request.
    Reply {
        /// The request's.
        id: u64,
        /// What came of it.
        result: Result<Reply, VmmError>,
    },
    /// Something happened to the guest.
    Event {
        /// What.
        event: Event,
    },
}

/// A request's good answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
pub enum Reply {
    /// To [`Request::Launch`] and [`Request::Hello`]; with the latter's comes the statistics' memory file.
    Hello(Hello),
    /// To [`Request::QueryState`].
    State {
        /// The state now.
        state: RunState,
    },
    /// To [`Request::OpenConsole`]; one descriptor comes with the frame.
    Console,
    /// To all others: it is done.
    Done,
}

/// Who the vmm is and how its guest stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// The guest's.
    pub uuid: Uuid,
    /// What the vmm speaks.
    pub protocol: ProtocolRange,
    /// The vmm's version and build, for logs.
    pub build: String,
    /// [`VmSpec::fingerprint`] of the specification it was given, to see that the daemon's idea of the guest is the
    /// vmm's; 0 where it does not tell.
    #[serde(default)]
    pub spec_hash: u64,
    /// How the guest stands.
    pub state: RunState,
    /// Names and places of the shared statistics: key (`vcpu.0.time`, `block.vda.rd.reqs`, `net.vnet0.rx.bytes`,
    /// `exits.io`, ...) to slot.
    #[serde(default)]
    pub stats: BTreeMap<String, u32>,
    /// Thread ids of the vCPUs that are online, for pinning and accounting.
    #[serde(default)]
    pub vcpu_tids: Vec<i32>,
    /// Aliases of the channels that the guest has open.
    #[serde(default)]
    pub open_ports: Vec<String>,
    /// Every vCPU that can ever be online; empty where an older vmm does not tell.
    #[serde(default)]
    pub vcpus: Vec<VcpuThread>,
    /// What the start left to say: refused MSRs, missing features, offloads not to be had.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A vCPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VcpuThread {
    /// The thread that runs it, or will.
    pub tid: i32,
    /// It belongs to the machine.
    pub online: bool,
}

/// How the guest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum RunState {
    /// The vCPUs run.
    Running,
    /// The vCPUs stand.
    Paused {
        /// Why.
        reason: PauseReason,
    },
    /// The guest powered off and its action is `preserve`.
    Shutdown,
    /// The guest crashed and its action is `preserve`.
    Crashed,
}

/// Why the vCPUs stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PauseReason {
    /// Not yet started.
    Starting,
    /// The daemon asked for it.
    User,
    /// A disk could not be written and its policy is to stop.
    IoError,
}

/// What happened to the guest. Events come in the order of what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The vCPUs run again.
    Resumed,
    /// The vCPUs stand.
    Paused {
        /// Why.
        reason: PauseReason,
    },
    /// The guest powered itself off, and is not to restart; `Exiting` follows unless its action is to preserve it.
    Shutdown,
    /// The machine was reset, by the guest or by [`Request::Reset`], and goes on.
    Reset,
    /// The guest reported a crash.
    Crashed,
    /// The guest lent memory to the host, or took some back. At most one a second. Since version 2.
    BalloonChanged {
        /// What it keeps for itself.
        bytes: u64,
    },
    /// The guest let a vCPU go. Since version 2.
    VcpuRemoved {
        /// Which.
        index: u16,
    },
    /// The guest opened or closed its side of a channel. Since version 2.
    PortChanged {
        /// [`PortSpec::alias`](crate::PortSpec::alias).
        alias: String,
        /// It is open now.
        open: bool,
    },
    /// The process ends; the exit record says the same.
    Exiting {
        /// Why.
        reason: crate::ExitReason,
    },
}

impl Event {
    /// The version of the vocabulary that it came with: a peer that speaks an older one is not told.
    pub fn since(&self) -> u32 {
        match self {
            Self::BalloonChanged { .. } | Self::VcpuRemoved { .. } | Self::PortChanged { .. } => 2,
            _ => 1,
        }
    }
}

/// A request's bad answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct VmmError {
    /// The kind, for the daemon to branch on.
    pub kind: VmmErrorKind,
    /// What went wrong, naming the device, file or register.
    pub message: String,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VmmErrorKind {
    /// The specification asks for what this vmm or this KVM does not have.
    Unsupported,
    /// The specification contradicts itself or its descriptors.
    Invalid,
    /// Not in this state.
    State,
    /// Somebody else has it.
    Busy,
    /// A system call failed.
    System,
    /// The request is not known: an older vmm.
    #[serde(other)]
    Unknown,
}
