//! `<features>`.

use crate::{
    domain::def::{
        error::unknown,
        kept::Kept,
        words::{OnOff, words},
    },
    error::{Error, Result},
    xml::{Element, Fields, Writer},
};

/// `<features>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Features {
    /// `<acpi/>`.
    pub acpi: bool,
    /// `<apic>`.
    pub apic: Option<Apic>,
    /// `<pae/>`.
    pub pae: bool,
    /// `<vmport state=>`.
    pub vmport: Option<OnOff>,
    /// `<pmu state=>`.
    pub pmu: Option<OnOff>,
    /// `<smm state=>`.
    pub smm: Option<OnOff>,
    /// `<ioapic driver=>`.
    pub ioapic: Option<IoapicDriver>,
    /// `<kvm>`.
    pub kvm: Option<KvmFeatures>,
    /// Everything else, `<hyperv>` among it.
    pub kept: Kept,
}

/// `<apic>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Apic {
    /// `eoi=`.
    pub eoi: Option<OnOff>,
}

/// `<kvm>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KvmFeatures {
    /// `<hidden state=>`: KVM's CPUID leaves are not shown.
    pub hidden: Option<OnOff>,
    /// `<hint-dedicated state=>`.
    pub hint_dedicated: Option<OnOff>,
    /// `<poll-control state=>`.
    pub poll_control: Option<OnOff>,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<ioapic driver=>`.
    pub enum IoapicDriver {
        /// In the kernel.
        Kvm = "kvm",
        /// Split between kernel and hypervisor process.
        Qemu = "qemu",
    }
}

impl Features {
    const ORDER: &'static [&'static str] = &[
        "acpi",
        "apic",
        "pae",
        "hap",
        "viridian",
        "privnet",
        "hyperv",
        "kvm",
        "xen",
        "pvspinlock",
        "pmu",
        "capabilities",
        "gic",
        "vmport",
        "ioapic",
        "hpt",
        "htm",
        "nested-hv",
        "msrs",
        "ccf-assist",
        "smm",
        "vmcoreinfo",
        "cfpc",
        "sbbc",
        "ibs",
        "tcg",
        "async-teardown",
        "ras",
        "ps2",
    ];

    /// Takes `<features>` out of `<domain>`.
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Self> {
        let Some(mut fields) = domain.fields("features") else { return Ok(Self::default()) };
        let mut features = Self {
            acpi: fields.flag("acpi"),
            apic: fields
                .fields("apic")
                .map(|mut apic| Ok::<_, Error>(Apic { eoi: apic.word("eoi")? }))
                .transpose()?,
            pae: fields.flag("pae"),
            vmport: state_of(&mut fields, "vmport")?,
            pmu: state_of(&mut fields, "pmu")?,
            ..Self::default()
        };
        // <tseg> below makes it more than a switch: then it is kept whole.
        if fields.peek("smm").is_some_and(|smm| smm.children.is_empty()) {
            features.smm = state_of(&mut fields, "smm")?;
        }
        if let Some(mut ioapic) = fields.fields("ioapic") {
            features.ioapic = ioapic.word("driver")?;
        }
        features.kvm = fields.fields("kvm").map(KvmFeatures::parse).transpose()?;
        features.kept = Kept::rest(fields);
        check_hyperv(features.kept.children())?;
        if let Some(other) =
            features.kept.children().iter().find(|child| !Self::ORDER.contains(&&*child.name))
        {
            return Err(unknown(format_args!("unexpected feature '{}'", other.name)));
        }
        Ok(features)
    }

    /// Writes the element, unless there is nothing in it.
    pub(super) fn format(&self, w: &mut Writer) {
        if *self == Self::default() {
            return;
        }
        self.kept.write_attrs(w.tag("features")).children(|w| {
            let mut kept = self.kept.placed(Self::ORDER);
            if self.acpi {
                w.flag("acpi");
            }
            if let Some(apic) = self.apic {
                w.tag("apic").opt("eoi", apic.eoi).empty();
            }
            if self.pae {
                w.flag("pae");
            }
            kept.before(w, "kvm");
            if let Some(kvm) = &self.kvm {
                kvm.format(w);
            }
            kept.before(w, "pmu");
            write_state(w, "pmu", self.pmu);
            kept.before(w, "vmport");
            write_state(w, "vmport", self.vmport);
            if let Some(driver) = self.ioapic {
                w.tag("ioapic").attr("driver", driver).empty();
            }
            kept.before(w, "smm");
            write_state(w, "smm", self.smm);
            kept.rest(w);
        });
    }
}

impl KvmFeatures {
    const ORDER: &'static [&'static str] = &["hidden", "hint-dedicated", "poll-control"];

    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        Ok(Self {
            hidden: state_of(&mut fields, "hidden")?,
            hint_dedicated: state_of(&mut fields, "hint-dedicated")?,
            poll_control: state_of(&mut fields, "poll-control")?,
            kept: Kept::rest(fields),
        })
    }

    fn format(&self, w: &mut Writer) {
        self.kept.write_attrs(w.tag("kvm")).children(|w| {
            write_state(w, "hidden", self.hidden);
            write_state(w, "hint-dedicated", self.hint_dedicated);
            write_state(w, "poll-control", self.poll_control);
            self.kept.placed(Self::ORDER).rest(w);
        });
    }
}

/// What libvirt knows of `<hyperv>`.
const HYPERV: &[&str] = &[
    "relaxed",
    "vapic",
    "spinlocks",
    "vpindex",
    "runtime",
    "synic",
    "stimer",
    "reset",
    "vendor_id",
    "frequencies",
    "reenlightenment",
    "tlbflush",
    "ipi",
    "evmcs",
    "avic",
    "emsr_bitmap",
    "xmm_input",
];

/// It is kept as it is written, but what nobody has heard of is refused.
fn check_hyperv(kept: &[Element<'_>]) -> Result<()> {
    let hyperv = kept.iter().filter(|child| child.name == "hyperv");
    match hyperv.flat_map(Element::elements).find(|child| !HYPERV.contains(&&*child.name)) {
        Some(other) => Err(unknown(format_args!("unsupported HyperV Enlightenment feature: {}", other.name))),
        None => Ok(()),
    }
}

/// The `state=` of a child; a child without one is on.
fn state_of(fields: &mut Fields<'_>, name: &str) -> Result<Option<OnOff>> {
    match fields.fields(name) {
        Some(mut child) => Ok(Some(child.word("state")?.unwrap_or(OnOff::On))),
        None => Ok(None),
    }
}

fn write_state(w: &mut Writer, name: &str, state: Option<OnOff>) {
    if let Some(state) = state {
        w.tag(name).attr("state", state).empty();
    }
}
