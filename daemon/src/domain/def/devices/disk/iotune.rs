//! `<iotune>`: how fast the guest may read and write.

use crate::{
    domain::def::error::{unsupported, xml_error},
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Fields, Writer, parse_unsigned},
};

/// The numbers there are, in the document's order, the name of a group aside.
pub const NAMES: [&str; 19] = [
    "total_bytes_sec",
    "read_bytes_sec",
    "write_bytes_sec",
    "total_iops_sec",
    "read_iops_sec",
    "write_iops_sec",
    "total_bytes_sec_max",
    "read_bytes_sec_max",
    "write_bytes_sec_max",
    "total_iops_sec_max",
    "read_iops_sec_max",
    "write_iops_sec_max",
    "size_iops_sec",
    "total_bytes_sec_max_length",
    "read_bytes_sec_max_length",
    "write_bytes_sec_max_length",
    "total_iops_sec_max_length",
    "read_iops_sec_max_length",
    "write_iops_sec_max_length",
];

/// Where the group's name stands among them.
pub const GROUP_PLACE: usize = 13;

/// Largest number, as in libvirt (`QEMU_BLOCK_IOTUNE_MAX`).
pub const MOST: u64 = 1_000_000_000_000_000;

/// Of each kind: all transfers, reads, writes. What is set for all is not set for one.
const KINDS: [(&str, usize); 4] =
    [("bytes_sec", 0), ("iops_sec", 3), ("bytes_sec_max", 6), ("iops_sec_max", 9)];

/// `<iotune>`. Every number is 0 where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IoTune {
    /// By the places of [`NAMES`]: bytes, requests or seconds.
    pub values: [u64; NAMES.len()],
    /// `<group_name>`: disks that share one limit.
    pub group: Option<String>,
}

impl IoTune {
    /// Whether no limit is said.
    pub fn is_unlimited(&self) -> bool {
        self.values == [0; NAMES.len()]
    }

    /// The first kind of limit that is set both for all transfers and for some.
    pub fn contradiction(&self) -> Option<&'static str> {
        let set = |place: usize| self.values[place] != 0;
        let found = KINDS.iter().find(|(_, at)| set(*at) && (set(at + 1) || set(at + 2)));
        found.map(|(kind, _)| *kind)
    }

    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self> {
        let mut tune = Self::default();
        for (name, value) in NAMES.iter().zip(&mut tune.values) {
            let Some(text) = fields.text_of(name) else { continue };
            *value = parse_unsigned(&text, 10)
                .ok_or_else(|| xml_error(format_args!("disk iotune field '{name}' must be an integer")))?;
        }
        tune.group = fields.text_of("group_name");
        Ok(tune)
    }

    pub(super) fn validate(&self) -> Result<()> {
        if let Some(kind) = self.contradiction() {
            let text = format_args!("total and read/write {kind} cannot be set at the same time");
            return Err(xml_error(text));
        }
        if self.group.is_some() && self.is_unlimited() {
            let text = "group_name can be configured only together with settings";
            return Err(unsupported(text));
        }
        if self.values.iter().any(|value| *value > MOST) {
            let text = format!("block I/O throttle limit must be no more than {MOST} using QEMU");
            return Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::Qemu, text));
        }
        Ok(())
    }

    pub(super) fn format(&self, w: &mut Writer) {
        if self.is_unlimited() && self.group.is_none() {
            return;
        }
        w.tag("iotune").children(|w| {
            for (place, (name, value)) in NAMES.iter().zip(self.values).enumerate() {
                if place == GROUP_PLACE {
                    w.leaf_opt("group_name", self.group.as_deref());
                }
                w.leaf_opt(name, (value != 0).then_some(value));
            }
        });
    }
}
