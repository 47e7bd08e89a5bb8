//! The host's memory as a whole, and the kernel's same-page merging (KSM).

use super::numa::{self, Memory};
use super::sources::Sources;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// Memory of the whole host by `/proc/meminfo`.
pub fn whole(sources: &Sources) -> Result<Memory> {
    let fields = meminfo(sources)?;
    let value = |name| fields.iter().find(|(field, _)| *field == name).map_or(0, |(_, value)| *value);
    Ok(Memory { total_kib: value("total"), free_kib: value("free") })
}

/// `virNodeGetMemoryStats` in KiB: of the whole host (`None`), or of one cell, where fewer fields are known.
pub fn statistics(sources: &Sources, cell: Option<u32>) -> Result<Vec<(&'static str, u64)>> {
    let Some(cell) = cell.filter(|cell| numa::is_available(sources) || *cell != 0) else {
        return meminfo(sources);
    };
    let last = numa::max_node(sources);
    if cell > last {
        let text = format!("cellNum in virHostMemGetStats must be less than or equal to {last}");
        return Err(Error::invalid_argument(ErrorDomain::None, "virHostMemGetStats", "cellNum", text));
    }
    let memory = numa::memory(sources, cell)
        .ok_or_else(|| Error::internal(ErrorDomain::None, "no available memory line found"))?;
    Ok(vec![("total", memory.total_kib), ("free", memory.free_kib)])
}

fn meminfo(sources: &Sources) -> Result<Vec<(&'static str, u64)>> {
    const FIELDS: [(&str, &str); 4] =
        [("MemTotal:", "total"), ("MemFree:", "free"), ("Buffers:", "buffers"), ("Cached:", "cached")];
    let text = sources
        .proc("meminfo")
        .map_err(|error| Error::system(ErrorDomain::None, "cannot open /proc/meminfo", &error))?;
    let mut found = Vec::with_capacity(FIELDS.len());
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        let Some(key) = words.next() else { continue };
        let Some((_, name)) = FIELDS.iter().find(|(field, _)| *field == key) else { continue };
        if let Some(value) = words.next().and_then(|value| value.parse().ok()) {
            found.push((*name, value));
        }
        if found.len() == FIELDS.len() {
            break;
        }
    }
    if found.is_empty() {
        return Err(Error::internal(ErrorDomain::None, "no available memory line found"));
    }
    Ok(found)
}

/// A KSM parameter's value: the settings are 32 bits wide, the counters 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KsmValue {
    /// A setting.
    Setting(u32),
    /// A counter.
    Counter(u64),
}

/// libvirt's KSM parameters in its order, and which of them can be set.
const KSM: [(&str, bool); 8] = [
    ("pages_to_scan", true),
    ("sleep_millisecs", true),
    ("pages_shared", false),
    ("pages_sharing", false),
    ("pages_unshared", false),
    ("pages_volatile", false),
    ("full_scans", false),
    ("merge_across_nodes", true),
];

/// How many KSM parameters there can be.
pub const KSM_PARAMETERS: usize = KSM.len();

const KSM_FOLDER: &str = "kernel/mm/ksm";

/// The KSM parameters that this kernel has.
pub fn ksm(sources: &Sources) -> Result<Vec<(&'static str, KsmValue)>> {
    let mut values = Vec::with_capacity(KSM.len());
    for (name, is_setting) in KSM {
        let Some(text) = sources.text(format!("{KSM_FOLDER}/{name}")) else { continue };
        let value = if is_setting {
            text.parse().ok().map(KsmValue::Setting)
        } else {
            text.parse().ok().map(KsmValue::Counter)
        };
        let failed = || Error::internal(ErrorDomain::None, format_args!("failed to parse {name}"));
        values.push((name, value.ok_or_else(failed)?));
    }
    Ok(values)
}

/// Sets KSM parameters by their names without prefix: all of them must be ones the kernel has before any is set.
pub fn set_ksm(sources: &Sources, values: &[(String, u32)]) -> Result<()> {
    for (name, _) in values {
        if !sources.sys(KSM_FOLDER).join(name).exists() {
            let text = format!("Parameter 'shm_{name}' is not supported by this kernel");
            return Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::None, text));
        }
    }
    for (name, value) in values {
        std::fs::write(sources.sys(KSM_FOLDER).join(name), value.to_string()).map_err(|error| {
            Error::system(ErrorDomain::None, format_args!("failed to set shm_{name}"), &error)
        })?;
    }
    Ok(())
}
