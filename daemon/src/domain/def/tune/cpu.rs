//! `<cputune>`: shares and limits of processor time, pinning, scheduling.

use std::collections::BTreeMap;

use super::{IoThreads, Scheduler};
use crate::{
    domain::def::{
        Vcpus,
        cpuset::CpuSet,
        error::{internal, unknown, xml_error},
        kept::Kept,
    },
    error::Result,
    xml::{Element, Fields, Writer, missing_attribute, parse_signed, parse_unsigned},
};

/// Microseconds a period may have.
pub const PERIODS: std::ops::RangeInclusive<u64> = 1_000..=1_000_000;

/// Microseconds a quota may have; the most means no limit.
pub const QUOTAS: std::ops::RangeInclusive<i64> = 1_000..=17_592_186_044_415;

/// `<cputune>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CpuTune {
    /// `<shares>`: the weight among the host's guests.
    pub shares: Option<u64>,
    /// `<period>`, `<quota>`: of each vCPU.
    pub vcpu: Bandwidth,
    /// `<global_period>`, `<global_quota>`: of the whole guest.
    pub global: Bandwidth,
    /// `<emulator_period>`, `<emulator_quota>`: of all threads that are no vCPUs.
    pub emulator: Bandwidth,
    /// `<iothread_period>`, `<iothread_quota>`: of each I/O thread.
    pub iothread: Bandwidth,
    /// `<vcpupin>`, by vCPU.
    pub vcpu_pins: BTreeMap<u32, CpuSet>,
    /// `<emulatorpin>`.
    pub emulator_pin: Option<CpuSet>,
    /// `<iothreadpin>`, by I/O thread.
    pub iothread_pins: BTreeMap<u32, CpuSet>,
    /// `<emulatorsched>`.
    pub emulator_sched: Option<Scheduler>,
    /// `<vcpusched>`, by vCPU.
    pub vcpu_scheds: BTreeMap<u32, Scheduler>,
    /// `<iothreadsched>`, by I/O thread.
    pub iothread_scheds: BTreeMap<u32, Scheduler>,
    /// Everything else (`<cachetune>`, `<memorytune>`).
    pub kept: Kept,
}

/// A limit of processor time: so much of each period. 0 where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bandwidth {
    /// Microseconds.
    pub period: u64,
    /// Microseconds; negative for no limit.
    pub quota: i64,
}

impl Bandwidth {
    /// Whether nothing is said.
    pub fn is_unset(self) -> bool {
        self == Self::default()
    }

    fn parse(fields: &mut Fields<'_>, prefix: &str) -> Result<Self> {
        let text = prefix.replace('_', " ");
        let period = number(fields, &format!("{prefix}period"), &format!("{text}period"), |text| {
            parse_unsigned(text, 10)
        })?;
        let quota = number(fields, &format!("{prefix}quota"), &format!("{text}quota"), parse_signed)?;
        Ok(Self { period: period.unwrap_or(0), quota: quota.unwrap_or(0) })
    }

    fn validate_period(self, prefix: &str) -> Result<()> {
        if self.period > 0 && !PERIODS.contains(&self.period) {
            let (least, most) = (PERIODS.start(), PERIODS.end());
            let text = format_args!("Value of cputune '{prefix}period' must be in range [{least}, {most}]");
            return Err(unknown(text));
        }
        Ok(())
    }

    fn validate_quota(self, prefix: &str) -> Result<()> {
        if self.quota > 0 && !QUOTAS.contains(&self.quota) {
            let (least, most) = (QUOTAS.start(), QUOTAS.end());
            let text = format_args!("Value of cputune '{prefix}quota' must be in range [{least}, {most}]");
            return Err(unknown(text));
        }
        Ok(())
    }

    fn format(self, w: &mut Writer, prefix: &str) {
        w.leaf_opt(&format!("{prefix}period"), (self.period != 0).then_some(self.period));
        w.leaf_opt(&format!("{prefix}quota"), (self.quota != 0).then_some(self.quota));
    }
}

/// Takes a child's number; an empty one is none.
fn number<T>(
    fields: &mut Fields<'_>,
    name: &str,
    words: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>> {
    let Some(text) = fields.text_of(name) else { return Ok(None) };
    read(&text).map(Some).ok_or_else(|| xml_error(format_args!("can't parse cputune {words} value")))
}

impl CpuTune {
    const ORDER: &'static [&'static str] = &["cachetune", "memorytune"];

    pub(super) fn parse(domain: &mut Fields<'_>, vcpus: &Vcpus, iothreads: &IoThreads) -> Result<Self> {
        let Some(mut fields) = domain.fields("cputune") else { return Ok(Self::default()) };
        let mut tune = Self {
            shares: number(&mut fields, "shares", "shares", |text| parse_unsigned(text, 10))?,
            vcpu: Bandwidth::parse(&mut fields, "")?,
            global: Bandwidth::parse(&mut fields, "global_")?,
            emulator: Bandwidth::parse(&mut fields, "emulator_")?,
            iothread: Bandwidth::parse(&mut fields, "iothread_")?,
            ..Self::default()
        };
        for pin in fields.children("vcpupin") {
            tune.parse_vcpu_pin(pin, vcpus)?;
        }
        tune.emulator_pin = one(&mut fields, "emulatorpin")?.map(|mut pin| pin_cpus(&mut pin)).transpose()?;
        for pin in fields.children("iothreadpin") {
            tune.parse_iothread_pin(pin, iothreads)?;
        }
        for sched in fields.children("vcpusched") {
            let known = |vcpu| {
                if vcpu < vcpus.maximum {
                    return Ok(());
                }
                Err(unknown(format_args!("vCPU '{vcpu}' is not present in domain definition")))
            };
            Scheduler::parse_many(&mut Fields::new(sched), "vcpus", &mut tune.vcpu_scheds, known)?;
        }
        for sched in fields.children("iothreadsched") {
            let known = |id| iothreads.known(id);
            Scheduler::parse_many(&mut Fields::new(sched), "iothreads", &mut tune.iothread_scheds, known)?;
        }
        tune.emulator_sched =
            one(&mut fields, "emulatorsched")?.map(|mut sched| Scheduler::parse(&mut sched)).transpose()?;
        tune.kept = Kept::rest(fields);
        Ok(tune)
    }

    fn parse_vcpu_pin(&mut self, pin: Element<'_>, vcpus: &Vcpus) -> Result<()> {
        let mut pin = Fields::new(pin);
        let vcpu: u32 = pin.uint("vcpu")?.ok_or_else(|| missing_attribute("vcpu", "vcpupin"))?;
        // As libvirt does: it may have been written for more vCPUs than there are now.
        if vcpu >= vcpus.maximum {
            return Ok(());
        }
        if self.vcpu_pins.insert(vcpu, pin_cpus(&mut pin)?).is_some() {
            return Err(internal(format_args!("duplicate vcpupin for vcpu '{vcpu}'")));
        }
        Ok(())
    }

    fn parse_iothread_pin(&mut self, pin: Element<'_>, iothreads: &IoThreads) -> Result<()> {
        let mut pin = Fields::new(pin);
        let id: u32 =
            pin.positive("iothread")?.ok_or_else(|| missing_attribute("iothread", "iothreadpin"))?;
        iothreads.known(id)?;
        if self.iothread_pins.insert(id, pin_cpus(&mut pin)?).is_some() {
            return Err(internal(format_args!("duplicate iothreadpin for same iothread '{id}'")));
        }
        Ok(())
    }

    pub(super) fn validate(&self) -> Result<()> {
        let all = [
            (self.vcpu, ""),
            (self.global, "global_"),
            (self.emulator, "emulator_"),
            (self.iothread, "iothread_"),
        ];
        all.iter().try_for_each(|(bandwidth, prefix)| bandwidth.validate_period(prefix))?;
        all.iter().try_for_each(|(bandwidth, prefix)| bandwidth.validate_quota(prefix))
    }

    /// Forgets what was said of an I/O thread.
    pub fn forget_iothread(&mut self, id: u32) {
        self.iothread_pins.remove(&id);
        self.iothread_scheds.remove(&id);
    }

    /// Forgets what was said of vCPUs from this one on.
    pub fn forget_vcpus_from(&mut self, count: u32) {
        self.vcpu_pins.retain(|vcpu, _| *vcpu < count);
        self.vcpu_scheds.retain(|vcpu, _| *vcpu < count);
    }

    pub(super) fn format(&self, w: &mut Writer) {
        if *self == Self::default() {
            return;
        }
        self.kept.write_attrs(w.tag("cputune")).children(|w| {
            w.leaf_opt("shares", self.shares);
            self.vcpu.format(w, "");
            self.global.format(w, "global_");
            self.emulator.format(w, "emulator_");
            self.iothread.format(w, "iothread_");
            for (vcpu, cpus) in &self.vcpu_pins {
                w.tag("vcpupin").attr("vcpu", *vcpu).attr("cpuset", cpus).empty();
            }
            if let Some(cpus) = &self.emulator_pin {
                w.tag("emulatorpin").attr("cpuset", cpus).empty();
            }
            for (id, cpus) in &self.iothread_pins {
                w.tag("iothreadpin").attr("iothread", *id).attr("cpuset", cpus).empty();
            }
            if let Some(scheduler) = self.emulator_sched {
                scheduler.format(w, "emulatorsched", None);
            }
            for (vcpu, scheduler) in &self.vcpu_scheds {
                scheduler.format(w, "vcpusched", Some(("vcpus", *vcpu)));
            }
            for (id, scheduler) in &self.iothread_scheds {
                scheduler.format(w, "iothreadsched", Some(("iothreads", *id)));
            }
            self.kept.placed(Self::ORDER).rest(w);
        });
    }
}

/// Takes an element that may stand once.
fn one<'a>(fields: &mut Fields<'a>, name: &str) -> Result<Option<Fields<'a>>> {
    let mut all = fields.children(name);
    if all.len() > 1 {
        return Err(xml_error(format_args!("only one {name} is supported")));
    }
    Ok(all.pop().map(Fields::new))
}

/// Takes the CPUs of a pin.
fn pin_cpus(pin: &mut Fields<'_>) -> Result<CpuSet> {
    let Some(text) = pin.attr("cpuset") else {
        return Err(internal(format_args!("missing cpuset for {}", pin.name())));
    };
    CpuSet::parse(&text, "cpuset")
}
