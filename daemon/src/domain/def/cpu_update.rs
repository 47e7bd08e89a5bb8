//! What a guest's CPU is on one host (`VIR_DOMAIN_XML_UPDATE_CPU`): a model by name, and what of it is on and off.
//!
//! ```text
//! host-model, or a least model --> the host's model and its features, the guest's own asked for on top
//! a feature where the host has it --> on or off, as the host has it
//! ```
//! A CPU that asks for neither is the same on every host.

use std::collections::BTreeSet;

use super::cpu::{Cpu, CpuFallback, CpuFeature, CpuMatch, CpuMode, CpuModel, FeaturePolicy};

/// A host's CPU, as far as guests can have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostCpu {
    /// The model it is told by.
    pub model: String,
    /// Its maker.
    pub vendor: Option<String>,
    /// What it has beyond the model, and what it lacks of it.
    pub features: Vec<(String, FeaturePolicy)>,
    /// Everything it has.
    pub has: BTreeSet<String>,
}

impl Cpu {
    /// Whether it is another on another host, and can be told by name.
    pub fn depends_on_host(&self) -> bool {
        self.takes_hosts_model() || self.features.iter().any(|one| one.policy == FeaturePolicy::Optional)
    }

    fn takes_hosts_model(&self) -> bool {
        let named = self.model.as_ref().is_some_and(|model| !model.name.is_empty());
        self.mode == Some(CpuMode::HostModel) || (named && self.matching == Some(CpuMatch::Minimum))
    }

    /// Makes it what it is on this host.
    pub fn update(&mut self, host: &HostCpu) {
        if self.takes_hosts_model() {
            let features = host.features.iter();
            let mut features: Vec<_> =
                features.map(|(name, policy)| CpuFeature { name: name.clone(), policy: *policy }).collect();
            for own in self.features.drain(..) {
                match features.iter_mut().find(|one| one.name == own.name) {
                    Some(one) => one.policy = own.policy,
                    None => features.push(own),
                }
            }
            if self.mode == Some(CpuMode::HostModel) {
                self.vendor.clone_from(&host.vendor);
            }
            let own = self.model.take().unwrap_or_default();
            let fallback = own.fallback.or(Some(CpuFallback::Allow));
            self.model = Some(CpuModel { name: host.model.clone(), fallback, vendor_id: own.vendor_id });
            self.features = features;
            self.mode = Some(CpuMode::Custom);
            self.matching = Some(CpuMatch::Exact);
        }
        for feature in self.features.iter_mut().filter(|one| one.policy == FeaturePolicy::Optional) {
            let there = host.has.contains(&feature.name);
            feature.policy = if there { FeaturePolicy::Require } else { FeaturePolicy::Disable };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::def::{DomainDef, FormatOptions, ParseFlags};

    fn host() -> HostCpu {
        HostCpu {
            model: "EPYC".into(),
            vendor: Some("AMD".into()),
            features: vec![
                ("x2apic".into(), FeaturePolicy::Require),
                ("osvw".into(), FeaturePolicy::Disable),
            ],
            has: ["x2apic", "vmx"].map(str::to_owned).into(),
        }
    }

    /// The `<cpu>` of a document on that host, a line each.
    fn updated(cpu: &str) -> Vec<String> {
        let xml = format!(
            "<domain type='kvm'><name>x</name><memory>1024</memory><os><type>hvm</type></os>{cpu}</domain>"
        );
        let mut def = DomainDef::parse(&xml, ParseFlags::default()).unwrap();
        def.cpu.as_mut().unwrap().update(&host());
        let text = def.format(&FormatOptions::STORE);
        let lines = text.lines().map(str::trim);
        let from = lines.skip_while(|line| !line.starts_with("<cpu "));
        from.take_while(|line| !line.starts_with("<clock")).map(str::to_owned).collect()
    }

    #[test]
    fn the_hosts_model_is_told_by_name() {
        let expected = [
            "<cpu mode='custom' match='exact' check='partial'>",
            "<model fallback='allow'>EPYC</model>",
            "<vendor>AMD</vendor>",
            "<feature policy='require' name='x2apic'/>",
            "<feature policy='disable' name='osvw'/>",
            "</cpu>",
        ];
        assert_eq!(updated("<cpu mode='host-model'/>"), expected);
    }

    #[test]
    fn what_the_guest_asks_for_stands_on_top_of_the_least_model() {
        let cpu = "<cpu match='minimum'><model>Nehalem</model><feature policy='optional' name='vmx'/>
            <feature policy='optional' name='avx'/><feature policy='forbid' name='x2apic'/></cpu>";
        let expected = [
            "<cpu mode='custom' match='exact' check='partial'>",
            "<model fallback='allow'>EPYC</model>",
            "<feature policy='forbid' name='x2apic'/>",
            "<feature policy='disable' name='osvw'/>",
            "<feature policy='require' name='vmx'/>",
            "<feature policy='disable' name='avx'/>",
            "</cpu>",
        ];
        assert_eq!(updated(cpu), expected);
    }

    #[test]
    fn what_is_the_same_everywhere_stays() {
        let exact = "<cpu mode='custom' match='exact'><model>Nehalem</model></cpu>";
        let def = |cpu| {
            let xml = format!(
                "<domain type='kvm'><name>x</name><memory>1024</memory><os><type>hvm</type></os>{cpu}</domain>"
            );
            DomainDef::parse(&xml, ParseFlags::default()).unwrap().cpu.unwrap()
        };
        assert!(!def(exact).depends_on_host());
        assert!(!def("<cpu mode='host-passthrough'/>").depends_on_host());
        assert!(def("<cpu mode='host-model'/>").depends_on_host());
    }
}
