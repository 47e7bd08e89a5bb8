//! The domain capabilities document: what a guest of one machine type can be given here.
//!
//! It says what the device table says: what is emulated, and what is accepted and has no hardware behind it where
//! clients need to know that they may ask (`graphics`, `channel`). Lists that are empty are empty on purpose: with
//! `redirdev` "supported" and no bus to choose, virt-install leaves it out; with `graphics` not supported at all it would
//! ask for SPICE.

use std::path::Path;

use super::cpu::baseline::tell;
use super::cpu::decode::{Decoded, Role, decode};
use super::cpu::models::MODELS;
use super::cpu::{Cpu, FeatureSet};
use super::machines::MAX_VCPUS;
use crate::domain::def::Machine;
use crate::xml::Writer;

/// One guest's circumstances.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The program that runs it.
    pub emulator: &'a Path,
    /// Its architecture.
    pub arch: &'a str,
    /// Its machine.
    pub machine: Machine,
    /// Most vCPUs that KVM allows.
    pub max_vcpus: u32,
}

/// What KVM offers to guests, named.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Everything: what `host-passthrough` shows.
    pub features: FeatureSet,
    /// What `host-model` shows.
    pub host_model: Option<Decoded>,
    /// The CPU's maker.
    pub cpu: Cpu,
}

/// What differs between hosts of one model or ties a guest to its host: `host-model` hides it.
const HOST_BOUND: &str = "pdcm perfctr_core perfctr_nb perfmon-v2 invtsc";

impl Offered {
    /// Names what KVM offers on this CPU.
    pub fn new(mut cpu: Cpu, features: FeatureSet) -> Self {
        cpu.features = features.difference(&FeatureSet::of(HOST_BOUND));
        Self { features, host_model: decode(&cpu, Role::Guest, None), cpu }
    }

    /// What a guest of the host's model sees.
    pub fn host_model_features(&self) -> FeatureSet {
        self.cpu.features
    }
}

/// The document.
pub fn document(asked: &Asked<'_>, offered: &Offered) -> String {
    let mut writer = Writer::new();
    writer.tag("domainCapabilities").children(|w| {
        w.leaf("path", &*asked.emulator.to_string_lossy());
        w.leaf("domain", "kvm");
        w.leaf("machine", asked.machine.canonical());
        w.leaf("arch", asked.arch);
        w.tag("vcpu").attr("max", asked.max_vcpus.min(MAX_VCPUS)).empty();
        unsupported(w, "iothreads");
        supported(w, "os", |w| {
            values(w, "firmware", &[]);
            unsupported(w, "loader");
        });
        w.tag("cpu").children(|w| cpu(w, offered));
        supported(w, "memoryBacking", |w| values(w, "sourceType", &["anonymous"]));
        w.tag("devices").children(devices);
        w.tag("features").children(features);
    });
    writer.finish()
}

fn cpu(w: &mut Writer, offered: &Offered) {
    for (mode, choice) in
        [("host-passthrough", "hostPassthroughMigratable"), ("maximum", "maximumMigratable")]
    {
        w.tag("mode")
            .attr("name", mode)
            .attr("supported", "yes")
            .children(|w| values(w, choice, &["on", "off"]));
    }
    match &offered.host_model {
        None => w.tag("mode").attr("name", "host-model").attr("supported", "no").empty(),
        Some(model) => w.tag("mode").attr("name", "host-model").attr("supported", "yes").children(|w| {
            w.tag("model").attr("fallback", "forbid").text(model.model.name);
            w.leaf_opt("vendor", offered.cpu.vendor.map(|vendor| vendor.name()));
            for (name, policy) in tell(model, false, false) {
                w.tag("feature").attr("policy", policy).attr("name", name).empty();
            }
        }),
    }
    w.tag("mode").attr("name", "custom").attr("supported", "yes").children(|w| {
        for model in &MODELS {
            let usable = model.features().difference(&offered.features).is_empty();
            let vendor = model.vendor.map_or("unknown", |vendor| vendor.name());
            w.tag("model")
                .attr("usable", if usable { "yes" } else { "no" })
                .attr("vendor", vendor)
                .text(model.name);
        }
    });
}

fn devices(w: &mut Writer) {
    const VIRTIO: &[&str] = &["virtio", "virtio-non-transitional"];
    supported(w, "disk", |w| {
        values(w, "diskDevice", &["disk"]);
        values(w, "bus", &["virtio"]);
        values(w, "model", VIRTIO);
    });
    supported(w, "graphics", |w| values(w, "type", &["vnc"]));
    supported(w, "video", |w| values(w, "modelType", &["none"]));
    unsupported(w, "hostdev");
    supported(w, "rng", |w| {
        values(w, "model", VIRTIO);
        values(w, "backendModel", &["random", "builtin"]);
    });
    unsupported(w, "filesystem");
    unsupported(w, "tpm");
    supported(w, "redirdev", |w| values(w, "bus", &[]));
    supported(w, "channel", |w| values(w, "type", &["pty", "unix"]));
}

fn features(w: &mut Writer) {
    for name in ["gic", "vmcoreinfo", "genid", "backingStoreInput", "backup", "sev", "sgx", "hyperv"] {
        unsupported(w, name);
    }
}

fn supported(w: &mut Writer, name: &str, children: impl FnOnce(&mut Writer)) {
    w.tag(name).attr("supported", "yes").children(children);
}

fn unsupported(w: &mut Writer, name: &str) {
    w.tag(name).attr("supported", "no").empty();
}

fn values(w: &mut Writer, name: &str, values: &[&str]) {
    w.tag("enum").attr("name", name).children(|w| values.iter().for_each(|value| w.leaf("value", *value)));
}

#[cfg(test)]
mod tests {
    use super::super::cpu::models::find;
    use super::super::cpu::{Vendor, features::lookup};
    use super::*;

    fn offered() -> Offered {
        let features = find("Haswell").unwrap().features().union(&FeatureSet::of("vmx invtsc"));
        let cpu = Cpu { vendor: Some(Vendor::Intel), signature: (6, 60, 4), features };
        Offered::new(cpu, features)
    }

    #[test]
    fn the_hosts_model_hides_what_ties_to_the_host() {
        let offered = offered();
        assert!(offered.features.contains(lookup("invtsc").unwrap()));
        assert!(!offered.host_model_features().contains(lookup("invtsc").unwrap()));
    }

    #[test]
    fn the_document_is_libvirts() {
        let asked = Asked {
            emulator: Path::new("/usr/bin/vireo-vmm"),
            arch: "x86_64",
            machine: Machine::Q35,
            max_vcpus: 1024,
        };
        let xml = document(&asked, &offered());
        assert!(xml.starts_with(
            "<domainCapabilities>\n  <path>/usr/bin/vireo-vmm</path>\n  <domain>kvm</domain>\n  \
             <machine>pc-q35-10.0</machine>\n  <arch>x86_64</arch>\n  <vcpu max='255'/>\n"
        ));
        assert!(xml.contains("    <enum name='firmware'/>\n    <loader supported='no'/>\n"));
        assert!(xml.contains(
            "      <enum name='hostPassthroughMigratable'>\n        <value>on</value>\n        <value>off</value>\n"
        ));
        assert!(xml.contains("      <model usable='yes' vendor='Intel'>Haswell</model>\n"));
        assert!(xml.contains("      <model usable='no' vendor='AMD'>EPYC</model>\n"));
    }
}
