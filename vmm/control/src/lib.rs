//! What `vireod` and `vireo-vmm` say to each other: the guest's specification, the messages on the control
//! socket, the layout of the shared statistics, the record a guest leaves when it ends.
//!
//! Types and a codec only: no sockets, no files, no KVM. Both sides link this crate and nothing else of each
//! other.
//!
//! **A new daemon drives an old, running vmm.** So every message is self-describing (JSON) and the vocabulary only
//! ever grows: a field is added with `#[serde(default)]`, never renamed, retyped or removed; an enum's new variant
//! is sent only to a peer whose [`ProtocolRange`] says it knows it; unknown fields are ignored.
//!
//! ```text
//! vireod                                   vireo-vmm
//!   | spawn, one inherited socket (fd 3)      |
//!   |-- Launch { spec } + descriptors ------->|  builds the machine, paused
//!   |<- Reply Launched { hello } or Error ----|
//!   |-- Resume ------------------------------>|
//!   |<- Event Resumed, ... -------------------|
//!   x daemon dies                             |  the guest goes on
//!   | connects to the control socket          |
//!   |-- Hello ------------------------------->|
//!   |<- Reply Hello { hello } + statistics ---|
//! ```

mod codec;
mod device;
mod exit;
mod message;
mod spec;
mod stats;

pub use codec::{CodecError, MAX_MESSAGE, decode, encode, frame_length};
pub use device::{
    BalloonSpec, CacheMode, ChardevSpec, ConsoleSpec, DetectZeroes, DiskSpec, NicSpec, PciAddress, PortSpec,
    RngSpec, SerialSpec, SerialTarget,
};
pub use exit::{ExitReason, ExitRecord};
pub use message::{
    Event, FromVmm, Hello, PROTOCOL, PauseReason, ProtocolRange, Reply, Request, RunState, ToVmm, VcpuThread,
    VmmError, VmmErrorKind,
};
pub use spec::{
    BootSpec, ClockSpec, CpuFeature, CpuMode, CpuSpec, FdIndex, FeaturePolicy, HyperthreadTopology,
    LifecycleAction, LifecycleActions, MachineKind, MemorySpec, SandboxSpec, VmSpec,
};
pub use stats::{SLOT_BYTES, StatSlot, StatsHeader, StatsMap};
