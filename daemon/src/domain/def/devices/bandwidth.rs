//! `<bandwidth>`: how much an interface may carry.

use crate::{
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Fields, Writer, parse_unsigned},
};

/// `<bandwidth>`, as seen from the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bandwidth {
    /// `<inbound>`: to the guest.
    pub inbound: Option<Rate>,
    /// `<outbound>`: from the guest.
    pub outbound: Option<Rate>,
}

/// One direction. Every number is 0 where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    /// `average=`: KiB a second.
    pub average: u64,
    /// `peak=`: KiB a second.
    pub peak: u64,
    /// `burst=`: KiB at the peak.
    pub burst: u64,
    /// `floor=`: KiB a second that are kept for it.
    pub floor: u64,
}

impl Bandwidth {
    /// Reads it; only a network can keep a floor.
    pub(super) fn parse(mut fields: Fields<'_>, floor: bool) -> Result<Self> {
        let inbound = fields.fields("inbound").map(|rate| Rate::parse(rate, floor)).transpose()?;
        let outbound = fields.fields("outbound").map(|rate| Rate::parse(rate, false)).transpose()?;
        Ok(Self { inbound, outbound })
    }

    /// Whether nothing is said.
    pub fn is_unlimited(&self) -> bool {
        self.inbound.is_none() && self.outbound.is_none()
    }

    /// Writes the element.
    pub(super) fn format(&self, w: &mut Writer) {
        if self.is_unlimited() {
            return;
        }
        w.tag("bandwidth").children(|w| {
            for (name, rate) in [("inbound", self.inbound), ("outbound", self.outbound)] {
                if let Some(rate) = rate {
                    rate.format(w, name);
                }
            }
        });
    }
}

impl Rate {
    fn parse(mut fields: Fields<'_>, floor_allowed: bool) -> Result<Self> {
        let mut number = |name: &str| {
            let text = fields.attr(name);
            let number = text.as_ref().map(|text| {
                parse_unsigned(text, 10)
                    .ok_or_else(|| unsupported(&format!("could not convert bandwidth {name} value '{text}'")))
            });
            number.transpose()
        };
        let (average, peak, burst, floor) =
            (number("average")?, number("peak")?, number("burst")?, number("floor")?);
        if average.is_none() && floor.is_none() {
            let text = "Missing mandatory average or floor attributes";
            return Err(Error::raw(ErrorCode::XmlDetail, ErrorDomain::None, text));
        }
        if (peak.is_some() || burst.is_some()) && average.is_none() {
            return Err(unsupported("'peak' and 'burst' require 'average' attribute"));
        }
        if floor.is_some() && !floor_allowed {
            return Err(unsupported("floor attribute is not supported for this config"));
        }
        let or = |number: Option<u64>| number.unwrap_or(0);
        Ok(Self { average: or(average), peak: or(peak), burst: or(burst), floor: or(floor) })
    }

    fn format(self, w: &mut Writer, name: &str) {
        if self.average == 0 && self.floor == 0 {
            return;
        }
        let said = |number: u64| (number != 0).then_some(number);
        w.tag(name)
            .opt("average", said(self.average))
            .opt("peak", said(self.peak))
            .opt("floor", said(self.floor))
            .opt("burst", said(self.burst))
            .empty();
    }
}

fn unsupported(text: &str) -> Error {
    Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::None, text)
}
