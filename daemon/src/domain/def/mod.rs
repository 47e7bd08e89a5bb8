//! The model of a domain: what `<domain>` says, in types.
//!
//! The same struct stands for the inactive definition and for the running guest. Reading a document is parse, then
//! defaults (what stock libvirt fills in), then validation; writing follows libvirt's layout and order. What has no
//! field is kept as read and written back in its place, so that what was defined comes back as defined. It never
//! opens anything: files, devices and networks are looked at when the domain starts.

pub mod address;
pub mod clock;
pub mod cpu;
pub mod cpu_update;
pub mod cpuset;
pub mod devices;
mod error;
pub mod fates;
pub mod features;
mod format;
pub mod kept;
pub mod lifecycle;
mod live;
pub mod memory;
pub mod options;
pub mod os;
mod parse;
mod schema;
pub mod seclabel;
mod settle;
#[cfg(test)]
mod tests;
pub mod tune;
pub(crate) mod units;
pub mod vcpus;
pub mod virt_type;
pub mod words;

use uuid::Uuid;

pub use address::{Address, DeviceInfo, PciAddress};
pub use clock::Clock;
pub use cpu::Cpu;
pub use cpuset::CpuSet;
pub use devices::Devices;
pub use features::Features;
pub use kept::Kept;
pub use lifecycle::{Lifecycle, PowerManagement};
pub use memory::Memory;
pub use options::{FormatOptions, ParseFlags};
pub use os::{Machine, Os};
pub(in crate::domain) use parse::check_name;
pub(crate) use parse::parse_uuid;
pub use seclabel::{Resource, SecLabel};
pub use tune::Tune;
pub use vcpus::Vcpus;
pub use virt_type::VirtType;

use crate::xml::Element;

/// `<domain>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainDef {
    /// `type=`.
    pub virt_type: VirtType,
    /// `id=`, of running domains only.
    pub id: Option<u32>,
    /// `<name>`.
    pub name: String,
    /// `<uuid>`: made up at parse where absent.
    pub uuid: Uuid,
    /// `<title>`.
    pub title: Option<String>,
    /// `<description>`.
    pub description: Option<String>,
    /// `<metadata>`, as written.
    pub metadata: Option<Box<Element<'static>>>,
    /// `<memory>`, `<currentMemory>`, `<maxMemory>`, `<memoryBacking>`.
    pub memory: Memory,
    /// `<vcpu>`, `<vcpus>`.
    pub vcpus: Vcpus,
    /// `<cputune>` and its like.
    pub tune: Tune,
    /// `<resource>`: filled in for running domains.
    pub resource: Option<Resource>,
    /// `<os>`.
    pub os: Os,
    /// `<features>`.
    pub features: Features,
    /// `<cpu>`.
    pub cpu: Option<Box<Cpu>>,
    /// `<clock>`.
    pub clock: Clock,
    /// `<on_poweroff>` and its like.
    pub lifecycle: Lifecycle,
    /// `<pm>`.
    pub pm: Option<PowerManagement>,
    /// `<devices>`.
    pub devices: Devices,
    /// `<seclabel>`.
    pub seclabels: Vec<SecLabel>,
    /// Everything else (`<sysinfo>`, `<genid>`, `<idmap>`...).
    pub kept: Kept,
}
