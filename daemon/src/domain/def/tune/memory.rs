//! `<memtune>`: limits of the host's memory for the guest's process.

use crate::{
    domain::def::{error::unsupported, units},
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Fields, Writer, parse_unsigned},
};

/// What libvirt calls no limit (`VIR_DOMAIN_MEMORY_PARAM_UNLIMITED`), in KiB.
pub const UNLIMITED: u64 = 9_007_199_254_740_991;

/// `<memtune>`. All sizes are KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MemTune {
    /// `<hard_limit>`: the most.
    pub hard_limit: Option<u64>,
    /// `<soft_limit>`: from here on memory is taken back.
    pub soft_limit: Option<u64>,
    /// `<min_guarantee>`: what the host keeps free for it.
    pub min_guarantee: Option<u64>,
    /// `<swap_hard_limit>`: the most with swap.
    pub swap_hard_limit: Option<u64>,
}

impl MemTune {
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Self> {
        let Some(mut fields) = domain.fields("memtune") else { return Ok(Self::default()) };
        let mut size = |name: &str| -> Result<Option<u64>> {
            let Some(element) = fields.child(name) else { return Ok(None) };
            let text = element.text();
            let Some(number) = parse_unsigned(&text, 10) else {
                let info = format!("Invalid value '{text}' for element or attribute './memtune/{name}[1]'");
                return Err(Error::new(ErrorCode::XmlError, ErrorDomain::Xml, info));
            };
            let kib = units::to_kib_unsigned(number, element.attr("unit"))?;
            Ok(Some(kib).filter(|kib| *kib < UNLIMITED))
        };
        Ok(Self {
            hard_limit: size("hard_limit")?,
            soft_limit: size("soft_limit")?,
            min_guarantee: size("min_guarantee")?.filter(|kib| *kib > 0),
            swap_hard_limit: size("swap_hard_limit")?,
        })
    }

    pub(super) fn validate(&self) -> Result<()> {
        match self.min_guarantee {
            Some(_) => Err(unsupported("Parameter 'min_guarantee' not supported by QEMU.")),
            None => Ok(()),
        }
    }

    pub(super) fn format(&self, w: &mut Writer) {
        if *self == Self::default() {
            return;
        }
        let all = [
            ("hard_limit", self.hard_limit),
            ("soft_limit", self.soft_limit),
            ("min_guarantee", self.min_guarantee),
            ("swap_hard_limit", self.swap_hard_limit),
        ];
        w.tag("memtune").children(|w| {
            for (name, kib) in all {
                if let Some(kib) = kib {
                    w.tag(name).attr("unit", "KiB").text(kib);
                }
            }
        });
    }
}
