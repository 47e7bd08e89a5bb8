//! Shares and limits of processor time.

use vireo_protocol::typed::{TypedParam, TypedValue};

use super::{Change, Side, invalid};
use crate::domain::def::DomainDef;
use crate::domain::def::tune::CpuTune;
use crate::domain::def::tune::cpu::{PERIODS, QUOTAS};
use crate::domain::limits::Controller;
use crate::error::Result;

/// The parameters there are, in libvirt's order, beside their fields.
pub const FIELDS: [(&str, Field); 9] = [
    ("cpu_shares", Field::Shares),
    ("vcpu_period", Field::Period(|tune| &mut tune.vcpu.period)),
    ("vcpu_quota", Field::Quota(|tune| &mut tune.vcpu.quota)),
    ("emulator_period", Field::Period(|tune| &mut tune.emulator.period)),
    ("emulator_quota", Field::Quota(|tune| &mut tune.emulator.quota)),
    ("global_period", Field::Period(|tune| &mut tune.global.period)),
    ("global_quota", Field::Quota(|tune| &mut tune.global.quota)),
    ("iothread_period", Field::Period(|tune| &mut tune.iothread.period)),
    ("iothread_quota", Field::Quota(|tune| &mut tune.iothread.quota)),
];

/// Where a parameter is kept.
#[derive(Debug, Clone, Copy)]
pub enum Field {
    /// `<shares>`
    Shares,
    /// Microseconds of a period.
    Period(fn(&mut CpuTune) -> &mut u64),
    /// Microseconds of a quota.
    Quota(fn(&mut CpuTune) -> &mut i64),
}

/// Some of the parameters, which have been checked by name and type.
#[derive(Debug)]
pub struct Scheduler(pub Vec<TypedParam>);

impl Scheduler {
    fn fields(&self) -> impl Iterator<Item = (&'static str, Field, &TypedValue)> {
        self.0.iter().filter_map(|param| {
            let (name, field) = FIELDS.iter().find(|(name, _)| *name == param.field)?;
            Some((*name, *field, &param.value))
        })
    }
}

impl Change for Scheduler {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        let tune = &mut def.tune.cpu;
        // For a running guest, 0 means to leave it as it is.
        let kept = |value: bool| side == Side::Live && !value;
        for (name, field, value) in self.fields() {
            match (field, value) {
                (Field::Shares, TypedValue::ULLong(value)) => tune.shares = Some(*value),
                (Field::Period(place), TypedValue::ULLong(value)) => {
                    if *value > 0 && !PERIODS.contains(value) {
                        return Err(out_of_range(name, PERIODS.start(), PERIODS.end()));
                    }
                    if !kept(*value != 0) {
                        *place(tune) = *value;
                    }
                }
                (Field::Quota(place), TypedValue::LLong(value)) => {
                    if *value > 0 && !QUOTAS.contains(value) {
                        return Err(out_of_range(name, QUOTAS.start(), QUOTAS.end()));
                    }
                    if !kept(*value != 0) {
                        *place(tune) = *value;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn needs(&self) -> Option<Controller> {
        Some(Controller::Cpu)
    }

    fn told(&self) -> Vec<TypedParam> {
        let said = self.fields().filter(|(_, field, value)| {
            matches!(field, Field::Shares) || !matches!(value, TypedValue::ULLong(0) | TypedValue::LLong(0))
        });
        said.map(|(name, _, value)| TypedParam::new(format!("cputune.{name}"), value.clone())).collect()
    }
}

fn out_of_range<N: std::fmt::Display>(name: &str, least: N, most: N) -> crate::error::Error {
    invalid(format_args!("value of '{name}' is out of range [{least}, {most}]"))
}
