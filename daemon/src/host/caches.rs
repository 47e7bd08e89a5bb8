//! The last-level caches that CPUs share.

use super::sources::{Sources, format_list};
use super::topology;

/// Caches below this level are each core's own and of no interest for placing guests.
const MIN_LEVEL: u32 = 3;

/// A cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bank {
    /// Its number among those of its level.
    pub id: u32,
    /// Its level.
    pub level: u32,
    /// What it holds, in libvirt's word.
    pub kind: &'static str,
    /// Its size in KiB.
    pub size_kib: u64,
    /// The CPUs that share it.
    pub cpus: String,
}

/// The host's cache banks, by level and number.
pub fn banks(sources: &Sources) -> Vec<Bank> {
    let mut banks: Vec<Bank> = Vec::new();
    for cpu in topology::online(sources).unwrap_or_default() {
        let folder = format!("devices/system/cpu/cpu{cpu}/cache");
        for index in sources.numbered(&folder, "index") {
            if let Some(bank) = bank(sources, &format!("{folder}/index{index}"))
                && !banks.contains(&bank)
            {
                banks.push(bank);
            }
        }
    }
    banks.sort_by_key(|bank| (bank.level, bank.id));
    banks
}

fn bank(sources: &Sources, folder: &str) -> Option<Bank> {
    let level = sources.number(format!("{folder}/level")).filter(|level| *level >= MIN_LEVEL)?;
    let kind = match sources.text(format!("{folder}/type"))?.as_str() {
        "Data" => "data",
        "Instruction" => "code",
        "Unified" => "both",
        _ => return None,
    };
    let size = sources.text(format!("{folder}/size"))?;
    Some(Bank {
        id: sources.number(format!("{folder}/id"))?,
        level,
        kind,
        size_kib: size.strip_suffix('K')?.parse().ok()?,
        cpus: format_list(&sources.list(format!("{folder}/shared_cpu_list"))?),
    })
}
