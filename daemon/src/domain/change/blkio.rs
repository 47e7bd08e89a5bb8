//! Weights and limits of transfers to and from the host's block devices.

use vireo_protocol::typed::{TypedParam, TypedValue};

use super::{Change, Side};
use crate::domain::def::DomainDef;
use crate::domain::def::tune::BlkioDevice;
use crate::domain::limits::Controller;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::xml::parse_unsigned;

/// The parameters of devices, in libvirt's order.
pub const DEVICES: [(&str, Of); 5] = [
    ("device_weight", Of::Weight),
    ("device_read_iops_sec", Of::ReadIops),
    ("device_write_iops_sec", Of::WriteIops),
    ("device_read_bytes_sec", Of::ReadBytes),
    ("device_write_bytes_sec", Of::WriteBytes),
];

/// What of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Its weight.
    Weight,
    /// Reads a second.
    ReadIops,
    /// Writes a second.
    WriteIops,
    /// Bytes read a second.
    ReadBytes,
    /// Bytes written a second.
    WriteBytes,
}

impl Of {
    /// Its value.
    pub fn get(self, device: &BlkioDevice) -> u64 {
        match self {
            Self::Weight => device.weight.into(),
            Self::ReadIops => device.read_iops.into(),
            Self::WriteIops => device.write_iops.into(),
            Self::ReadBytes => device.read_bytes,
            Self::WriteBytes => device.write_bytes,
        }
    }

    /// Sets it; false where it does not fit.
    fn set(self, device: &mut BlkioDevice, value: u64) -> bool {
        let small = u32::try_from(value);
        match (self, small) {
            (Self::ReadBytes, _) => device.read_bytes = value,
            (Self::WriteBytes, _) => device.write_bytes = value,
            (Self::Weight, Ok(value)) => device.weight = value,
            (Self::ReadIops, Ok(value)) => device.read_iops = value,
            (Self::WriteIops, Ok(value)) => device.write_iops = value,
            _ => return false,
        }
        true
    }
}

/// Some of the parameters, which have been checked by name and type.
#[derive(Debug)]
pub struct Blkio(pub Vec<TypedParam>);

impl Change for Blkio {
    fn make(&self, def: &mut DomainDef, _: Side) -> Result<()> {
        let tune = &mut def.tune.blkio;
        for param in &self.0 {
            match &param.value {
                TypedValue::UInt(weight) => tune.weight = *weight,
                TypedValue::String(text) => {
                    let Some((name, of)) = DEVICES.iter().find(|(name, _)| *name == param.field) else {
                        continue;
                    };
                    for (path, value) in read(name, *of, text)? {
                        merge(&mut tune.devices, path, *of, value);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn needs(&self) -> Option<Controller> {
        Some(Controller::Io)
    }
}

/// `/dev/sda,100,/dev/sdb,200`: paths and their values.
fn read<'t>(name: &str, of: Of, text: &'t str) -> Result<Vec<(&'t str, u64)>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let broken = || invalid(format!("unable to parse blkio device '{name}' '{text}'"));
    let words: Vec<_> = text.split(',').collect();
    if words.len() % 2 != 0 {
        return Err(broken());
    }
    let mut found = Vec::new();
    let mut behind = text;
    for pair in words.chunks_exact(2) {
        let (path, value) = (pair[0], pair[1]);
        behind = &behind[path.len() + 1..];
        let digits = value.trim_start_matches(|c: char| c.is_ascii_whitespace()).trim_start_matches('+');
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        let number = parse_unsigned(&digits[..length], 10)
            .filter(|number| of.set(&mut BlkioDevice::default(), *number));
        let Some(number) = number else {
            let info = format!("invalid value '{behind}' for parameter '{name}' of device '{path}'");
            return Err(invalid(info));
        };
        if length < digits.len() {
            return Err(broken());
        }
        found.push((path, number));
        behind = behind.get(value.len() + 1..).unwrap_or_default();
    }
    Ok(found)
}

fn merge(devices: &mut Vec<BlkioDevice>, path: &str, of: Of, value: u64) {
    if let Some(device) = devices.iter_mut().find(|device| device.path == path) {
        of.set(device, value);
    } else if value != 0 {
        let mut device = BlkioDevice { path: path.to_owned(), ..BlkioDevice::default() };
        of.set(&mut device, value);
        devices.push(device);
    }
}

fn invalid(info: String) -> Error {
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Domain, info)
}
