//! How many vCPUs there are, and which.

use super::{Change, Side, invalid, not_live};
use crate::domain::def::vcpus::{MAX_VCPUS, Vcpu};
use crate::domain::def::{CpuSet, DomainDef};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// So many online.
#[derive(Debug)]
pub struct SetCount {
    /// How many.
    pub count: u32,
    /// Those that are added can be taken away again while the guest runs.
    pub hotpluggable: bool,
}

impl Change for SetCount {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        let (count, maximum) = (self.count, def.vcpus.maximum);
        if count > maximum {
            let which = if side == Side::Live { "live" } else { "persistent" };
            return Err(invalid(format_args!(
                "requested vcpus is greater than max allowable vcpus for the {which} domain: {count} > {maximum}"
            )));
        }
        if side == Side::Live {
            return plug_count(def, count);
        }
        let mut states = without_order(def);
        let listed = set_count(&mut states, count as usize, self.hotpluggable);
        keep(def, states, listed);
        Ok(())
    }
}

/// So many at most.
#[derive(Debug)]
pub struct SetMaximum(pub u32);

impl Change for SetMaximum {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        let count = self.0;
        if side == Side::Live {
            return Err(not_live("maximum vcpu count of a live domain can't be modified"));
        }
        let topology = def.cpu.as_ref().and_then(|cpu| cpu.topology);
        if topology.is_some_and(|topology| topology.count() != u128::from(count)) {
            return Err(invalid("CPU topology doesn't match the desired vcpu count"));
        }
        if count > MAX_VCPUS {
            let info = format!("Maximum CPUs greater than specified machine type limit {MAX_VCPUS}");
            return Err(Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, info));
        }
        let mut states = without_order(def);
        states.resize(count as usize, Vcpu { enabled: false, hotpluggable: true, order: 0 });
        def.vcpus.maximum = count;
        def.tune.cpu.forget_vcpus_from(count);
        keep(def, states, false);
        Ok(())
    }
}

/// These online, or not.
#[derive(Debug)]
pub struct SetEach {
    /// Which.
    pub vcpus: CpuSet,
    /// What they are to be.
    pub enabled: bool,
}

impl Change for SetEach {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        let last = self.vcpus.last().ok_or_else(|| invalid("no vcpus selected for modification"))?;
        if last >= def.vcpus.maximum as usize {
            let which = if side == Side::Live { "live" } else { "persistent" };
            return Err(invalid(format_args!("vcpu {last} is not present in {which} config")));
        }
        if side == Side::Live {
            return plug_each(def, &self.vcpus, self.enabled);
        }
        if self.vcpus.contains(0) {
            return Err(invalid("vCPU '0' can't be modified"));
        }
        let mut states = without_order(def);
        // Those that stay for good come first.
        let first = self.vcpus.iter().next().unwrap_or(last);
        let stays = |n: usize| states[n].enabled && !states[n].hotpluggable && !self.vcpus.contains(n);
        if (first + 1..states.len()).any(stays) {
            return Err(invalid(format_args!(
                "vcpu '{first}' can't be modified as it is followed by non-hotpluggable online vcpus"
            )));
        }
        for vcpu in self.vcpus.iter() {
            states[vcpu].enabled = self.enabled;
            states[vcpu].hotpluggable = true;
        }
        keep(def, states, true);
        Ok(())
    }
}

/// A running guest gets the first that are off, or loses the last that may go.
fn plug_count(def: &mut DomainDef, count: u32) -> Result<()> {
    let states = def.vcpus.states();
    let online = def.vcpus.online();
    let adding = count > online;
    let may = |vcpu: &Vcpu| if adding { !vcpu.enabled } else { vcpu.enabled && vcpu.hotpluggable };
    let mut chosen: Vec<usize> = (0..states.len()).filter(|n| may(&states[*n])).collect();
    if !adding {
        chosen.reverse();
    }
    chosen.truncate(count.abs_diff(online) as usize);
    if chosen.len() < count.abs_diff(online) as usize {
        let info = "failed to find appropriate hotpluggable vcpus to reach the desired target vcpu count";
        return Err(Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, info));
    }
    chosen.into_iter().for_each(|vcpu| def.vcpus.turn(vcpu, adding));
    Ok(())
}

/// A running guest gets or loses one.
fn plug_each(def: &mut DomainDef, vcpus: &CpuSet, enabled: bool) -> Result<()> {
    let states = def.vcpus.states();
    for vcpu in vcpus.iter() {
        if states[vcpu].enabled == enabled {
            return Err(invalid(format_args!("vcpu '{vcpu}' is already in requested state")));
        }
        if states[vcpu].enabled && !states[vcpu].hotpluggable {
            return Err(not_live(format_args!("vcpu '{vcpu}' can't be unplugged")));
        }
    }
    let mut chosen = vcpus.iter();
    match (chosen.next(), chosen.next()) {
        (Some(vcpu), None) => def.vcpus.turn(vcpu, enabled),
        _ => return Err(not_live("only one hotpluggable entity can be selected")),
    }
    Ok(())
}

/// Each vCPU; the order they came in means nothing any more.
fn without_order(def: &mut DomainDef) -> Vec<Vcpu> {
    if let Some(each) = &mut def.vcpus.each {
        each.iter_mut().for_each(|vcpu| vcpu.order = 0);
    }
    def.vcpus.states()
}

/// Keeps them: one by one where the document has them so already, or has to from now on.
fn keep(def: &mut DomainDef, states: Vec<Vcpu>, listed: bool) {
    if listed || def.vcpus.each.is_some() {
        def.vcpus.each = Some(states);
        def.vcpus.current = None;
    } else {
        // No more than the maximum.
        let online = states.iter().filter(|vcpu| vcpu.enabled).count() as u32;
        def.vcpus.current = Some(online).filter(|online| *online != def.vcpus.maximum);
    }
}

/// Turns on the first that are off, or off the last that are on; whether they have to be listed one by one.
fn set_count(states: &mut [Vcpu], count: usize, mut hotpluggable: bool) -> bool {
    let mut online = states.iter().filter(|vcpu| vcpu.enabled).count();
    let mut listed = false;
    for vcpu in states.iter_mut() {
        if online >= count {
            break;
        }
        if vcpu.enabled {
            // Those that stay for good come first: behind one that may go, all may go.
            hotpluggable |= vcpu.hotpluggable;
            continue;
        }
        *vcpu = Vcpu { enabled: true, hotpluggable, order: 0 };
        listed |= hotpluggable;
        online += 1;
    }
    for vcpu in states.iter_mut().rev().filter(|vcpu| vcpu.enabled) {
        if online <= count {
            break;
        }
        *vcpu = Vcpu { enabled: false, hotpluggable: true, order: 0 };
        online -= 1;
    }
    listed
}
