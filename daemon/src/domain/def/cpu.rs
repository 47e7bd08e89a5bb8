//! `<cpu>`: model, topology, features, NUMA.

use crate::{
    domain::def::{
        kept::Kept,
        words::{OnOff, words},
    },
    xml::Element,
};

/// `<cpu>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cpu {
    /// `mode=`.
    pub mode: Option<CpuMode>,
    /// `match=`.
    pub matching: Option<CpuMatch>,
    /// `check=`.
    pub check: Option<CpuCheck>,
    /// `migratable=`.
    pub migratable: Option<OnOff>,
    /// `<model>`.
    pub model: Option<CpuModel>,
    /// `<vendor>`.
    pub vendor: Option<String>,
    /// `<topology>`.
    pub topology: Option<Topology>,
    /// `<feature>`, in order.
    pub features: Vec<CpuFeature>,
    /// `<numa>`, as written.
    pub numa: Option<Box<Element<'static>>>,
    /// Everything else (`<cache>`, `<maxphysaddr>`).
    pub kept: Kept,
}

words! {
    /// `<cpu mode=>`.
    pub enum CpuMode {
        /// A named model.
        Custom = "custom",
        /// The host's model by name and features.
        HostModel = "host-model",
        /// Everything the host offers.
        HostPassthrough = "host-passthrough",
        /// Everything the hypervisor can offer here.
        Maximum = "maximum",
    }
}

words! {
    /// `<cpu match=>`.
    pub enum CpuMatch {
        /// At least the model.
        Minimum = "minimum",
        /// Exactly the model.
        Exact = "exact",
        /// Exactly the model, and the host no more.
        Strict = "strict",
    }
}

words! {
    /// `<cpu check=>`.
    pub enum CpuCheck {
        /// Nothing is checked.
        None = "none",
        /// The model is checked before the start.
        Partial = "partial",
        /// What the guest got is compared with what was asked.
        Full = "full",
    }
}

words! {
    /// `<model fallback=>`.
    pub enum CpuFallback {
        /// A near model may stand in.
        Allow = "allow",
        /// Only this model.
        Forbid = "forbid",
    }
}

/// `<model>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CpuModel {
    /// The model's name; empty where only the attributes are given.
    pub name: String,
    /// `fallback=`.
    pub fallback: Option<CpuFallback>,
    /// `vendor_id=`: twelve characters for CPUID leaf 0.
    pub vendor_id: Option<String>,
}

/// `<topology>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topology {
    /// Packages.
    pub sockets: u32,
    /// Dies per package.
    pub dies: u32,
    /// Cores per die.
    pub cores: u32,
    /// Threads per core.
    pub threads: u32,
}

/// `<feature>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CpuFeature {
    /// `name=`.
    pub name: String,
    /// `policy=`.
    pub policy: FeaturePolicy,
}

words! {
    /// `<feature policy=>`.
    pub enum FeaturePolicy {
        /// Shown whether the host has it or not.
        Force = "force",
        /// The start fails where the host lacks it.
        Require = "require",
        /// Shown where the host has it.
        Optional = "optional",
        /// Hidden.
        Disable = "disable",
        /// The start fails where the host has it.
        Forbid = "forbid",
    }
}
