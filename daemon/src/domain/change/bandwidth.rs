//! How much an interface may carry. Of a definition only: nothing shapes a running guest's traffic yet.

use vireo_protocol::typed::{TypedParam, TypedValue};

use super::{Change, Side};
use crate::domain::def::DomainDef;
use crate::domain::def::devices::bandwidth::{Bandwidth, Rate};
use crate::domain::def::devices::interface::Interface;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// The numbers of a direction, in libvirt's order.
pub const INBOUND: [(&str, Of); 4] = [
    ("inbound.average", |rate| &mut rate.average),
    ("inbound.peak", |rate| &mut rate.peak),
    ("inbound.burst", |rate| &mut rate.burst),
    ("inbound.floor", |rate| &mut rate.floor),
];

/// The same of the other; nothing keeps a floor for it.
pub const OUTBOUND: [(&str, Of); 3] = [
    ("outbound.average", |rate| &mut rate.average),
    ("outbound.peak", |rate| &mut rate.peak),
    ("outbound.burst", |rate| &mut rate.burst),
];

/// One of the numbers.
pub type Of = fn(&mut Rate) -> &mut u64;

/// What an interface may carry: the parameters have been checked by name and type.
#[derive(Debug)]
pub struct SetBandwidth {
    /// The host's device, or the guest's address.
    pub device: String,
    /// Some of the numbers.
    pub params: Vec<TypedParam>,
}

impl Change for SetBandwidth {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        let interface = find_mut(def, &self.device)?;
        if side == Side::Live {
            let kind = interface.source.kind();
            let info = format!("setting bandwidth on interfaces of type '{kind}' is not implemented yet");
            return Err(Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, info));
        }
        let mut bandwidth = interface.bandwidth.as_deref().copied().unwrap_or_default();
        // What is told is told anew; without an average there is none.
        if let Some(rate) = self.direction(&INBOUND, "inbound") {
            bandwidth.inbound = Some(rate).filter(|rate| rate.average != 0 || rate.floor != 0);
        }
        if let Some(rate) = self.direction(&OUTBOUND, "outbound") {
            bandwidth.outbound = Some(rate).filter(|rate| rate.average != 0);
        }
        interface.bandwidth = Some(Box::new(bandwidth)).filter(|bandwidth| !bandwidth.is_unlimited());
        Ok(())
    }
}

impl SetBandwidth {
    /// A direction's numbers, if it is spoken of: by its average or its floor, as with libvirt.
    fn direction(&self, numbers: &[(&str, Of)], name: &str) -> Option<Rate> {
        let mut rate = Rate::default();
        let mut spoken_of = false;
        for param in &self.params {
            let Some((field, of)) = numbers.iter().find(|(field, _)| *field == param.field) else { continue };
            if let TypedValue::UInt(value) = param.value {
                *of(&mut rate) = value.into();
            }
            spoken_of |= *field == format!("{name}.average") || *field == format!("{name}.floor");
        }
        spoken_of.then_some(rate)
    }
}

/// What an interface may carry, as its parameters.
pub fn params(bandwidth: Option<&Bandwidth>) -> Vec<TypedParam> {
    let bandwidth = bandwidth.copied().unwrap_or_default();
    let mut params = Vec::new();
    for (numbers, rate) in [(&INBOUND[..], bandwidth.inbound), (&OUTBOUND[..], bandwidth.outbound)] {
        let mut rate = rate.unwrap_or_default();
        params.extend(
            numbers
                .iter()
                .map(|(name, of)| TypedParam::new(*name, u32::try_from(*of(&mut rate)).unwrap_or(u32::MAX))),
        );
    }
    params
}

/// The interface of a name or address.
pub fn find<'d>(def: &'d DomainDef, device: &str) -> Result<&'d Interface> {
    let found = def.devices.interfaces.iter().find(|interface| is_it(interface, device));
    found.ok_or_else(|| unknown(device))
}

fn find_mut<'d>(def: &'d mut DomainDef, device: &str) -> Result<&'d mut Interface> {
    let found = def.devices.interfaces.iter_mut().find(|interface| is_it(interface, device));
    found.ok_or_else(|| unknown(device))
}

fn is_it(interface: &Interface, device: &str) -> bool {
    interface.target_dev.as_deref() == Some(device) || interface.mac.to_string() == device.to_lowercase()
}

fn unknown(device: &str) -> Error {
    let info = format!("'{device}' is not a known interface");
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Domain, info)
}
