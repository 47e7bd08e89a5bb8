//! `<blkiotune>`: weights and limits of transfers to and from the host's block devices.

use std::collections::BTreeSet;

use crate::{
    domain::def::error::unknown,
    error::Result,
    xml::{Element, Fields, Writer, parse_unsigned},
};

/// `<blkiotune>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlkioTune {
    /// `<weight>`: among the host's guests; 0 where nothing is said.
    pub weight: u32,
    /// `<device>`, in order.
    pub devices: Vec<BlkioDevice>,
}

/// `<device>`. Every number is 0 where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlkioDevice {
    /// `<path>`: a block device of the host.
    pub path: String,
    /// `<weight>`.
    pub weight: u32,
    /// `<read_iops_sec>`.
    pub read_iops: u32,
    /// `<write_iops_sec>`.
    pub write_iops: u32,
    /// `<read_bytes_sec>`.
    pub read_bytes: u64,
    /// `<write_bytes_sec>`.
    pub write_bytes: u64,
}

impl BlkioTune {
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Self> {
        let Some(mut fields) = domain.fields("blkiotune") else { return Ok(Self::default()) };
        // As libvirt does: a weight that is none is not said.
        let weight = fields.text_of("weight").and_then(|text| parse_unsigned(&text, 10));
        let devices = fields.children("device").into_iter().map(BlkioDevice::parse);
        Ok(Self {
            weight: weight.and_then(|weight| weight.try_into().ok()).unwrap_or(0),
            devices: devices.collect::<Result<_>>()?,
        })
    }

    pub(super) fn validate(&self) -> Result<()> {
        let mut paths = BTreeSet::new();
        for device in &self.devices {
            if !paths.insert(&device.path) {
                return Err(unknown(format_args!("duplicate blkio device path '{}'", device.path)));
            }
        }
        Ok(())
    }

    pub(super) fn format(&self, w: &mut Writer) {
        if self.weight == 0 && self.devices.iter().all(BlkioDevice::is_unset) {
            return;
        }
        w.tag("blkiotune").children(|w| {
            w.leaf_opt("weight", said(self.weight));
            for device in self.devices.iter().filter(|device| !device.is_unset()) {
                device.format(w);
            }
        });
    }
}

impl BlkioDevice {
    fn parse(element: Element<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let path = fields.text_of("path").ok_or_else(|| unknown("missing per-device path"))?;
        Ok(Self {
            path,
            weight: number(&mut fields, "weight")?,
            read_bytes: number(&mut fields, "read_bytes_sec")?,
            write_bytes: number(&mut fields, "write_bytes_sec")?,
            read_iops: number(&mut fields, "read_iops_sec")?,
            write_iops: number(&mut fields, "write_iops_sec")?,
        })
    }

    /// Whether nothing is said of it.
    pub fn is_unset(&self) -> bool {
        let Self { weight, read_iops, write_iops, read_bytes, write_bytes, .. } = *self;
        weight == 0 && read_iops == 0 && write_iops == 0 && read_bytes == 0 && write_bytes == 0
    }

    fn format(&self, w: &mut Writer) {
        w.tag("device").children(|w| {
            w.leaf("path", &*self.path);
            w.leaf_opt("weight", said(self.weight));
            w.leaf_opt("read_iops_sec", said(self.read_iops));
            w.leaf_opt("write_iops_sec", said(self.write_iops));
            w.leaf_opt("read_bytes_sec", said(self.read_bytes));
            w.leaf_opt("write_bytes_sec", said(self.write_bytes));
        });
    }
}

fn said<N: Default + PartialEq>(number: N) -> Option<N> {
    (number != N::default()).then_some(number)
}

fn number<N: TryFrom<u64> + Default>(fields: &mut Fields<'_>, name: &str) -> Result<N> {
    let Some(text) = fields.text_of(name) else { return Ok(N::default()) };
    let number = parse_unsigned(&text, 10).and_then(|number| N::try_from(number).ok());
    number.ok_or_else(|| unknown(format_args!("could not parse {} {text}", name.replace('_', " "))))
}
