//! The balloon.

use vireo_control::BalloonSpec;

use super::{alias, pci_place};
use crate::domain::def::DomainDef;
use crate::domain::def::words::OnOff;
use crate::error::Result;

/// `keep_kib` is what the definition has as its current memory: the guest is asked for the rest once it runs.
pub(super) fn spec(def: &DomainDef, keep_kib: u64) -> Result<Option<BalloonSpec>> {
    let Some(balloon) = def.devices.balloon() else { return Ok(None) };
    Ok(Some(BalloonSpec {
        alias: alias(&balloon.info)?,
        keep_bytes: Some(keep_kib * 1024),
        stats_period: balloon.stats_period.unwrap_or(0),
        deflate_on_oom: balloon.autodeflate.is_some_and(OnOff::is_on),
        free_page_reporting: balloon.free_page_reporting.is_some_and(OnOff::is_on),
        address: pci_place(&balloon.info),
    }))
}
