//! The domain capabilities document: what a guest of one machine type can be given here.
//!
//! It says what the device table says, by asking it ([`Offers`]): what is emulated, and what is accepted and has no
//! hardware behind it where clients need to know that they may ask (`graphics`, `channel`). Of those only the values
//! stand here that clients should choose: with `redirdev` "supported" and no bus to choose, virt-install leaves it out;
//! with `graphics` not supported at all it would ask for SPICE.

use std::path::Path;

use super::cpu::baseline::tell;
use super::cpu::decode::{Decoded, Role, decode};
use super::cpu::definition::Policy;
use super::cpu::models::MODELS;
use super::cpu::{Cpu, FeatureSet};
use super::machines::MAX_VCPUS;
use super::offers::Offers;
use crate::domain::def::Machine;
use crate::domain::def::cpu::FeaturePolicy;
use crate::domain::def::cpu_update::HostCpu;
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

    /// What a guest's CPU becomes on this host where it depends on the host.
    pub fn guest_cpu(&self) -> Option<HostCpu> {
        let model = self.host_model.as_ref()?;
        let policy = |policy| match policy {
            Policy::Disable | Policy::Forbid => FeaturePolicy::Disable,
            Policy::Force | Policy::Require | Policy::Optional => FeaturePolicy::Require,
        };
        let features = tell(model, false, false).into_iter();
        let offered = self.host_model_features();
        Some(HostCpu {
            model: model.model.name.to_owned(),
            vendor: self.cpu.vendor.map(|vendor| vendor.name().to_owned()),
            features: features.map(|(name, asked)| (name.to_owned(), policy(asked))).collect(),
            has: offered.names().map(str::to_owned).collect(),
        })
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
        let offers = Offers { arch: asked.arch, machine: asked.machine };
        is_supported(w, "iothreads", offers.has("<iothreads>1</iothreads>"));
        supported(w, "os", |w| os(w, offers));
        w.tag("cpu").children(|w| cpu(w, offered));
        let sources = offers.values(&["file", "anonymous", "memfd"], |source| {
            format!("<memoryBacking><source type='{source}'/></memoryBacking>")
        });
        choice(w, "memoryBacking", &[("sourceType", sources)]);
        w.tag("devices").children(|w| devices(w, offers));
        w.tag("features").children(|w| features(w, offers));
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

fn os(w: &mut Writer, offers: Offers<'_>) {
    let firmware: Vec<_> = ["bios", "efi"].into_iter().filter(|kind| offers.has_firmware(kind)).collect();
    values(w, "firmware", &firmware);
    let loader = |kind: &&str| offers.starts_by(&format!("<loader readonly='yes' type='{kind}'>/x</loader>"));
    let kinds: Vec<_> = ["rom", "pflash"].into_iter().filter(loader).collect();
    if kinds.is_empty() {
        return unsupported(w, "loader");
    }
    choice(w, "loader", &[("type", kinds), ("readonly", vec!["yes", "no"]), ("secure", vec!["no"])]);
}

/// The models of virtio devices: libvirt's, in its order.
const VIRTIO: &[&str] = &["virtio", "virtio-transitional", "virtio-non-transitional"];

fn devices(w: &mut Writer, offers: Offers<'_>) {
    let model = |model: &str| {
        let target = "<source file='/x'/><target dev='vda' bus='virtio'/>";
        format!("<disk type='file' device='disk' model='{model}'>{target}</disk>")
    };
    let models = offers.devices(VIRTIO, model);
    choice(w, "disk", &[("diskDevice", offers.disks()), ("bus", offers.buses()), ("model", models)]);
    let display = |kind: &str| format!("<graphics type='{kind}'/>");
    choice(w, "graphics", &[("type", offers.taken(&["vnc"], display))]);
    let video = |model: &str| format!("<video><model type='{model}'/></video>");
    let videos = ["vga", "cirrus", "vmvga", "qxl", "virtio", "none", "bochs", "ramfb"];
    choice(w, "video", &[("modelType", offers.devices(&videos, video))]);
    hostdev(w, offers);
    let rng = |model: &str, backend: &str| {
        let path = if backend == "random" { "/dev/urandom" } else { "" };
        format!("<rng model='{model}'><backend model='{backend}'>{path}</backend></rng>")
    };
    let models = offers.devices(VIRTIO, |model| rng(model, "random"));
    let backends = offers.devices(&["random", "egd", "builtin"], |backend| rng("virtio", backend));
    choice(w, "rng", &[("model", models), ("backendModel", backends)]);
    let filesystem = |driver: &str| {
        format!("<filesystem><driver type='{driver}'/><source dir='/x'/><target dir='x'/></filesystem>")
    };
    choice(w, "filesystem", &[("driverType", offers.devices(&["path", "handle", "virtiofs"], filesystem))]);
    let tpm = |model: &str, backend: &str| {
        format!("<tpm model='{model}'><backend type='{backend}' version='2.0'/></tpm>")
    };
    let models = offers.devices(&["tpm-tis", "tpm-crb"], |model| tpm(model, "emulator"));
    let backends = offers.devices(&["passthrough", "emulator"], |backend| tpm("tpm-crb", backend));
    choice(w, "tpm", &[("model", models), ("backendModel", backends)]);
    supported(w, "redirdev", |w| values(w, "bus", &[]));
    let channel = |kind: &str| {
        format!("<channel type='{kind}'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>")
    };
    choice(w, "channel", &[("type", offers.taken(&["pty", "unix"], channel))]);
}

/// Devices of the host that are passed through, by what they are.
fn hostdev(w: &mut Writer, offers: Offers<'_>) {
    let source = |kind: &str| match kind {
        "usb" => "<address bus='1' device='2'/>",
        "pci" => "<address domain='0' bus='1' slot='2' function='0'/>",
        _ => "<adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/>",
    };
    let device = |kind: &str| {
        format!("<hostdev mode='subsystem' type='{kind}'><source>{}</source></hostdev>", source(kind))
    };
    let kinds = offers.devices(&["usb", "pci", "scsi"], device);
    if kinds.is_empty() {
        return unsupported(w, "hostdev");
    }
    let policies = vec!["default", "mandatory", "requisite", "optional"];
    let lists = [
        ("mode", vec!["subsystem"]),
        ("startupPolicy", policies),
        ("subsysType", kinds),
        ("capsType", Vec::new()),
        ("pciBackend", Vec::new()),
    ];
    choice(w, "hostdev", &lists);
}

fn features(w: &mut Writer, offers: Offers<'_>) {
    unsupported(w, "gic");
    let feature = |name: &str| offers.has(&format!("<features><{name}/></features>"));
    is_supported(w, "vmcoreinfo", feature("vmcoreinfo"));
    is_supported(w, "genid", offers.has("<genid/>"));
    for name in ["backingStoreInput", "backup", "sev", "sgx"] {
        unsupported(w, name);
    }
    let hyperv = |name: &str| format!("<features><hyperv><{name} state='on'/></hyperv></features>");
    let known = ["relaxed", "vapic", "vpindex", "runtime", "synic", "stimer", "reset", "frequencies", "ipi"];
    choice(w, "hyperv", &[("features", offers.values(&known, hyperv))]);
}

/// A family with what there is to choose; not supported where the first list is empty.
fn choice(w: &mut Writer, name: &str, lists: &[(&str, Vec<&str>)]) {
    if lists.first().is_none_or(|(_, first)| first.is_empty()) {
        return unsupported(w, name);
    }
    supported(w, name, |w| lists.iter().for_each(|(name, list)| values(w, name, list)));
}

fn is_supported(w: &mut Writer, name: &str, is: bool) {
    w.tag(name).attr("supported", if is { "yes" } else { "no" }).empty();
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
