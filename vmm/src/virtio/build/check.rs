//! Bounds of what a specification may ask for.

use vireo_control::{ConsoleSpec, DiskSpec, NicSpec, RngSpec};

use super::BuildError;
use crate::virtio::{MAX_QUEUE_SIZE, console::MAX_PORTS, net::MAX_PAIRS};

/// Most request queues of a disk.
const MAX_DISK_QUEUES: u16 = 64;
/// Largest block shown to the guest, as in QEMU.
const MAX_BLOCK: u32 = 2 << 20;
/// Smallest and largest MTU, as virtio has them.
const MTU: std::ops::RangeInclusive<u16> = 68..=65_535;

pub(super) fn disk(spec: &DiskSpec) -> Result<(), BuildError> {
    queue_size(&spec.alias, spec.queue_size)?;
    if let Some(queues) = spec.queues
        && !(1..=MAX_DISK_QUEUES).contains(&queues)
    {
        return invalid(&spec.alias, format!("{queues} queues; 1 to {MAX_DISK_QUEUES} can be had"));
    }
    let logical = spec.logical_block_size.unwrap_or(512);
    for (name, size) in [("logical", Some(logical)), ("physical", spec.physical_block_size)] {
        if let Some(size) = size
            && !(size.is_power_of_two() && (512..=MAX_BLOCK).contains(&size))
        {
            return invalid(&spec.alias, format!("a {name} block of {size} bytes"));
        }
    }
    if let Some(physical) = spec.physical_block_size
        && physical < logical
    {
        return invalid(
            &spec.alias,
            format!("a physical block of {physical} bytes, smaller than the logical one"),
        );
    }
    Ok(())
}

pub(super) fn nic(spec: &NicSpec) -> Result<(), BuildError> {
    queue_size(&spec.alias, spec.queue_size)?;
    if !(1..=MAX_PAIRS).contains(&spec.taps.len()) {
        return invalid(&spec.alias, format!("{} taps; 1 to {MAX_PAIRS} can be had", spec.taps.len()));
    }
    if !spec.vhosts.is_empty() && spec.vhosts.len() != spec.taps.len() {
        return invalid(&spec.alias, format!("{} vhosts for {} taps", spec.vhosts.len(), spec.taps.len()));
    }
    if let Some(mtu) = spec.mtu
        && !MTU.contains(&mtu)
    {
        return invalid(&spec.alias, format!("an MTU of {mtu}"));
    }
    Ok(())
}

pub(super) fn rng(spec: &RngSpec) -> Result<(), BuildError> {
    match spec.rate {
        Some((0, _) | (_, 0)) => invalid(&spec.alias, "a rate of nothing".to_owned()),
        _ => Ok(()),
    }
}

/// Returns the ports the guest is told of.
pub(super) fn console(spec: &ConsoleSpec) -> Result<u16, BuildError> {
    let highest = spec.ports.iter().map(|port| port.number).max().unwrap_or(0);
    let count = spec.max_ports.unwrap_or(0).max(highest.saturating_add(1));
    if count > MAX_PORTS {
        invalid(&spec.alias, format!("{count} ports; {MAX_PORTS} can be had"))?;
    }
    for (at, port) in spec.ports.iter().enumerate() {
        let number = port.number;
        if spec.ports[..at].iter().any(|other| other.number == number) {
            invalid(&port.alias, format!("port {number} is taken"))?;
        }
        if number == 0 && !port.console {
            invalid(&port.alias, "port 0 is for consoles".to_owned())?;
        }
    }
    Ok(count)
}

fn queue_size(alias: &str, size: Option<u16>) -> Result<(), BuildError> {
    match size {
        Some(size) if !size.is_power_of_two() || !(2..=MAX_QUEUE_SIZE).contains(&size) => {
            invalid(alias, format!("a queue of {size}; powers of two from 2 to {MAX_QUEUE_SIZE} can be had"))
        }
        _ => Ok(()),
    }
}

fn invalid(alias: &str, what: String) -> Result<(), BuildError> {
    Err(BuildError::Invalid { alias: alias.to_owned(), what })
}
