//! `<features>`.

use crate::domain::def::{
    kept::Kept,
    words::{OnOff, words},
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
