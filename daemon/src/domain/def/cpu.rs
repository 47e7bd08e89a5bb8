//! `<cpu>`: model, topology, features, NUMA.

use std::{collections::BTreeSet, fmt::Display};

use crate::{
    domain::def::{
        error::unsupported,
        kept::Kept,
        words::{OnOff, words},
    },
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Element, Fields, Writer, missing_attribute},
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

impl Cpu {
    const ORDER: &'static [&'static str] =
        &["model", "vendor", "topology", "cache", "maxphysaddr", "feature", "numa"];

    /// Takes `<cpu>` out of `<domain>`.
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Option<Self>> {
        let Some(mut fields) = domain.fields("cpu") else { return Ok(None) };
        let mode = fields.attr("mode").map(|mode| {
            CpuMode::from_word(&mode)
                .ok_or_else(|| cpu_unsupported(format_args!("Invalid mode attribute '{mode}'")))
        });
        let mut cpu = Self {
            mode: mode.transpose()?,
            matching: fields.word("match")?,
            check: fields.word("check")?,
            migratable: fields.word("migratable")?,
            model: fields.fields("model").map(CpuModel::parse).transpose()?,
            vendor: fields.text_of("vendor"),
            topology: fields.fields("topology").map(Topology::parse).transpose()?,
            ..Self::default()
        };
        // A set: a document has room for tens of thousands.
        let mut known = BTreeSet::new();
        for feature in fields.children("feature") {
            let feature = CpuFeature::parse(feature)?;
            if !known.insert(feature.name.clone()) {
                let text = format_args!("CPU feature '{}' specified more than once", feature.name);
                return Err(cpu_xml_error(text));
            }
            cpu.features.push(feature);
        }
        cpu.numa = fields.child("numa").map(|numa| Box::new(numa.into_owned()));
        cpu.kept = Kept::rest(fields);
        cpu.settle();
        Ok(Some(cpu))
    }

    /// Fills in what libvirt fills in: how a model is matched, and what is checked.
    fn settle(&mut self) {
        let named = self.model.as_ref().is_some_and(|model| !model.name.is_empty());
        if self.mode.is_none() && named {
            self.mode = Some(CpuMode::Custom);
        }
        if self.mode == Some(CpuMode::Custom) && named {
            self.matching.get_or_insert(CpuMatch::Exact);
            if let Some(model) = &mut self.model {
                model.fallback.get_or_insert(CpuFallback::Allow);
            }
        }
        let passthrough = matches!(self.mode, Some(CpuMode::HostPassthrough | CpuMode::Maximum));
        if passthrough {
            self.migratable.get_or_insert(OnOff::On);
        }
        if self.mode.is_some() {
            self.check.get_or_insert(if passthrough { CpuCheck::None } else { CpuCheck::Partial });
        }
    }

    /// Refuses what cannot be.
    pub(super) fn validate(&self, vcpus: u32) -> Result<()> {
        if self.topology.is_some_and(|topology| topology.count() != u128::from(vcpus)) {
            return Err(unsupported("CPU topology doesn't match maximum vcpu count"));
        }
        Ok(())
    }

    /// Writes the element.
    pub(super) fn format(&self, w: &mut Writer) {
        let tag = w
            .tag("cpu")
            .opt("mode", self.mode)
            .opt("match", self.matching)
            .opt("check", self.check)
            .opt("migratable", self.migratable);
        self.kept.write_attrs(tag).children(|w| {
            let mut kept = self.kept.placed(Self::ORDER);
            if let Some(model) = &self.model {
                model.format(w);
            }
            w.leaf_opt("vendor", self.vendor.as_deref());
            if let Some(topology) = self.topology {
                topology.format(w);
            }
            kept.before(w, "feature");
            for feature in &self.features {
                w.tag("feature").attr("policy", feature.policy).attr("name", &*feature.name).empty();
            }
            if let Some(numa) = &self.numa {
                w.element(numa);
            }
            kept.rest(w);
        });
    }
}

impl CpuModel {
    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        let fallback = fields.attr("fallback").map(|word| {
            CpuFallback::from_word(&word).ok_or_else(|| cpu_unsupported("Invalid fallback attribute"))
        });
        let vendor_id = fields.string("vendor_id");
        if vendor_id.as_ref().is_some_and(|id| id.len() != 12) {
            return Err(cpu_xml_error("vendor_id must be exactly 12 characters long"));
        }
        Ok(Self { name: fields.text(), fallback: fallback.transpose()?, vendor_id })
    }

    fn format(&self, w: &mut Writer) {
        let tag = w.tag("model").opt("fallback", self.fallback).opt("vendor_id", self.vendor_id.as_deref());
        if self.name.is_empty() { tag.empty() } else { tag.text(&*self.name) }
    }
}

impl Topology {
    /// vCPUs of it: four factors of 32 bits fit.
    pub fn count(self) -> u128 {
        [self.sockets, self.dies, self.cores, self.threads].into_iter().map(u128::from).product()
    }

    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        let mut factor =
            |name: &str| fields.positive(name)?.ok_or_else(|| missing_attribute(name, "topology"));
        let (sockets, cores, threads) = (factor("sockets")?, factor("cores")?, factor("threads")?);
        Ok(Self { sockets, dies: fields.positive("dies")?.unwrap_or(1), cores, threads })
    }

    fn format(self, w: &mut Writer) {
        w.tag("topology")
            .attr("sockets", self.sockets)
            .attr("dies", self.dies)
            .attr("cores", self.cores)
            .attr("threads", self.threads)
            .empty();
    }
}

impl CpuFeature {
    fn parse(feature: Element<'_>) -> Result<Self> {
        let mut fields = Fields::new(feature);
        let policy = fields.attr("policy").map(|word| {
            FeaturePolicy::from_word(&word).ok_or_else(|| cpu_unsupported("Invalid CPU feature policy"))
        });
        let policy = policy.transpose()?.unwrap_or(FeaturePolicy::Require);
        let name = fields.nonempty("name").ok_or_else(|| cpu_xml_error("Invalid CPU feature name"))?;
        Ok(Self { name, policy })
    }
}

fn cpu_xml_error(info: impl Display) -> Error {
    Error::new(ErrorCode::XmlError, ErrorDomain::Cpu, info)
}

fn cpu_unsupported(info: impl Display) -> Error {
    Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Cpu, info)
}
