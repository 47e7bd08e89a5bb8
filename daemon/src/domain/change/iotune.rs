//! How fast a guest may read and write a disk. Of a definition only: nothing slows a running guest's disks yet.

use vireo_protocol::typed::{TypedParam, TypedValue};

use super::{Change, Side, invalid, not_live};
use crate::domain::def::DomainDef;
use crate::domain::def::devices::disk::iotune::{GROUP_PLACE, MOST, NAMES};
use crate::domain::def::devices::disk::{Disk, IoTune};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// The parameter that names the group.
pub const GROUP: &str = "group_name";

/// Limits that are inherited together where none of them is said, by their places.
const FAMILIES: [&[usize]; 7] =
    [&[0, 1, 2], &[3, 4, 5], &[6, 7, 8], &[9, 10, 11], &[12], &[13, 14, 15], &[16, 17, 18]];

/// Some of a disk's limits: the parameters have been checked by name and type.
#[derive(Debug)]
pub struct SetIoTune {
    /// The disk's target or source.
    pub disk: String,
    /// Some of the limits.
    pub params: Vec<TypedParam>,
}

impl Change for SetIoTune {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        let (said, mut tune) = self.said()?;
        if let Some(kind) = tune.contradiction() {
            return Err(invalid(format_args!(
                "total and read/write of {kind} cannot be set at the same time"
            )));
        }
        let Some(at) = def.devices.disks.iter().position(|disk| is_it(disk, &self.disk)) else {
            let name = &self.disk;
            return Err(match side {
                Side::Live => invalid(format_args!("disk '{name}' not found in domain")),
                Side::Config => invalid(format_args!("missing persistent configuration for disk '{name}'")),
            });
        };
        if side == Side::Live {
            return Err(not_live("limits of a running guest's disks cannot be changed yet"));
        }
        let own = def.devices.disks[at].iotune.as_deref().cloned().unwrap_or_default();
        let before = inherited(def, &own, &tune);
        for family in FAMILIES {
            if !family.iter().any(|place| said[*place]) {
                family.iter().for_each(|place| tune.values[*place] = before.values[*place]);
            } else if family[0] > GROUP_PLACE - 1 {
                lengths(family, &before, &mut tune);
            }
        }
        if tune.group.is_none() {
            tune.group.clone_from(&before.group);
        }
        if tune.is_unlimited() {
            if tune.group.is_some() && tune.group != own.group {
                let info =
                    "creating a new group/updating existing with all tune parameters zero is not supported";
                return Err(Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, info));
            }
            tune.group = None;
        }
        let tune = Some(Box::new(tune)).filter(|tune| !tune.is_unlimited());
        if let Some(group) = tune.as_ref().and_then(|tune| tune.group.clone()) {
            let of_group =
                |disk: &&mut Disk| disk.iotune.as_ref().is_some_and(|own| own.group.as_ref() == Some(&group));
            def.devices.disks.iter_mut().filter(of_group).for_each(|disk| disk.iotune.clone_from(&tune));
        }
        def.devices.disks[at].iotune = tune;
        Ok(())
    }
}

impl SetIoTune {
    /// What is said, and of which places.
    fn said(&self) -> Result<([bool; NAMES.len()], IoTune)> {
        let (mut said, mut tune) = ([false; NAMES.len()], IoTune::default());
        for param in &self.params {
            match &param.value {
                TypedValue::ULLong(value) => {
                    if *value > MOST {
                        let info = format!("block I/O throttle limit value must be no more than {MOST}");
                        return Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::Qemu, info));
                    }
                    if let Some(place) = NAMES.iter().position(|name| *name == param.field) {
                        (said[place], tune.values[place]) = (true, *value);
                    }
                }
                TypedValue::String(group) if param.field == GROUP => tune.group = Some(group.clone()),
                _ => {}
            }
        }
        Ok((said, tune))
    }
}

/// A disk's limits before, or those of the group that it joins.
fn inherited(def: &DomainDef, own: &IoTune, tune: &IoTune) -> IoTune {
    if tune.group.is_none() || tune.group == own.group {
        return own.clone();
    }
    let mut tunes = def.devices.disks.iter().filter_map(|disk| disk.iotune.as_deref());
    tunes.find(|other| other.group == tune.group).unwrap_or(own).clone()
}

/// Seconds of a burst: one that is taken away where there still is a burst is the least.
fn lengths(family: &[usize], before: &IoTune, tune: &mut IoTune) {
    for place in family {
        // The limit and its burst are those of the same name.
        let limit = place - (GROUP_PLACE);
        let limited = tune.values[limit] != 0 || tune.values[limit + 6] != 0;
        if before.values[*place] != 0 && tune.values[*place] == 0 {
            tune.values[*place] = u64::from(limited);
        }
    }
}

/// A disk's limits, as its parameters.
pub fn params(tune: Option<&IoTune>) -> Vec<TypedParam> {
    let tune = tune.cloned().unwrap_or_default();
    let mut params: Vec<_> =
        NAMES.iter().zip(tune.values).map(|(name, value)| TypedParam::new(*name, value)).collect();
    params.insert(GROUP_PLACE, TypedParam::new(GROUP, tune.group.unwrap_or_default()));
    params
}

/// The disk of a target or source.
pub fn find<'d>(def: &'d DomainDef, name: &str) -> Result<&'d Disk> {
    let found = def.devices.disks.iter().find(|disk| is_it(disk, name));
    found.ok_or_else(|| invalid(format_args!("disk '{name}' was not found in the domain config")))
}

fn is_it(disk: &Disk, name: &str) -> bool {
    disk.target.dev == name || disk.source_path() == Some(name)
}
