//! `<vcpu>`: how many, where, and how many at start.

use crate::{
    domain::def::{
        cpuset,
        error::{internal, unknown, unsupported, xml_error},
        words::words,
    },
    error::Result,
    xml::{Fields, Writer, parse_unsigned},
};

/// Most vCPUs a domain may have: APIC ids of 8 bits, one of them the broadcast.
pub const MAX_VCPUS: u32 = 255;

/// `<vcpu>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vcpus {
    /// The most that can ever be online.
    pub maximum: u32,
    /// `current=`: online at start; all where absent.
    pub current: Option<u32>,
    /// `placement=`.
    pub placement: Placement,
    /// `cpuset=`, normalised as libvirt writes it (`1-2,4,6`).
    pub cpuset: Option<String>,
}

impl Vcpus {
    /// vCPUs online at start.
    pub fn online(&self) -> u32 {
        self.current.unwrap_or(self.maximum)
    }
}

impl Default for Vcpus {
    fn default() -> Self {
        Self { maximum: 1, current: None, placement: Placement::Static, cpuset: None }
    }
}

words! {
    /// `<vcpu placement=>`.
    pub enum Placement {
        /// On the CPUs of `cpuset`, else on all.
        Static = "static",
        /// On the CPUs numad advises.
        Auto = "auto",
    }
}

impl Vcpus {
    /// Takes `<vcpu>` out of `<domain>`.
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Self> {
        let Some(mut vcpu) = domain.fields("vcpu") else { return Ok(Self::default()) };
        let text = vcpu.text();
        let maximum = match &*text {
            "" => 1,
            // A negative count has to be refused here: as a number of 32 bits without sign it would be billions.
            text => parse_unsigned(text, 10)
                .and_then(|count| u32::try_from(count).ok())
                .ok_or_else(|| xml_error("maximum vcpus count must be an integer"))?,
        };
        let current = vcpu.uint::<u32>("current")?;
        if current.is_some_and(|current| current > maximum) {
            return Err(unknown("maximum vCPU count must not be less than current vCPU count"));
        }
        let placement: Option<Placement> = vcpu.word("placement")?;
        let cpuset = vcpu.attr("cpuset").map(|text| cpuset::normalize(&text)).transpose()?;
        // Placement by numad leaves no room for a set of one's own.
        let cpuset = cpuset.filter(|_| placement != Some(Placement::Auto));
        let current = current.filter(|current| *current != maximum);
        Ok(Self { maximum, current, placement: placement.unwrap_or(Placement::Static), cpuset })
    }

    /// Refuses what cannot be.
    pub(super) fn validate(&self) -> Result<()> {
        if self.maximum == 0 {
            return Err(internal("CPU IDs in <numa> exceed the <vcpu> count"));
        }
        if self.current == Some(0) {
            return Err(unsupported("vcpu 0 can't be offline"));
        }
        if self.maximum > MAX_VCPUS {
            let text = format_args!("Maximum CPUs greater than specified machine type limit {MAX_VCPUS}");
            return Err(unsupported(text));
        }
        Ok(())
    }

    /// Writes the element.
    pub(super) fn format(&self, w: &mut Writer) {
        w.tag("vcpu")
            .attr("placement", self.placement)
            .opt("cpuset", self.cpuset.as_deref())
            .opt("current", self.current)
            .text(self.maximum);
    }
}
