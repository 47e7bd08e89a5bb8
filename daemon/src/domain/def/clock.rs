//! `<clock>` and its timers.

use crate::{
    domain::def::{
        error::{internal, unknown, xml_error},
        kept::Kept,
        words::{YesNo, words},
    },
    error::Result,
    xml::{Element, Fields, Tag, Writer, missing_attribute, parse_signed},
};

/// `<clock>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// `offset=` and what belongs to it.
    pub offset: ClockOffset,
    /// `<timer>`, in order.
    pub timers: Vec<Timer>,
    /// Everything else.
    pub kept: Kept,
}

impl Default for Clock {
    fn default() -> Self {
        Self { offset: ClockOffset::Utc { reset: false }, timers: Vec::new(), kept: Kept::default() }
    }
}

/// What the guest's clock shows at start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClockOffset {
    /// UTC. `reset` is `adjustment='reset'`.
    Utc {
        /// The guest's changes are dropped at each start.
        reset: bool,
    },
    /// The host's local time.
    Localtime {
        /// The guest's changes are dropped at each start.
        reset: bool,
    },
    /// A time zone of its own.
    Timezone(String),
    /// `adjustment` seconds from `basis`.
    Variable {
        /// Seconds.
        adjustment: i64,
        /// What it counts from.
        basis: ClockBasis,
    },
    /// A fixed time, seconds since the epoch.
    Absolute(u64),
}

words! {
    /// `<clock basis=>`.
    pub enum ClockBasis {
        /// UTC.
        Utc = "utc",
        /// The host's local time.
        Localtime = "localtime",
    }
}

/// `<timer>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// `name=`.
    pub name: TimerName,
    /// `present=`.
    pub present: Option<YesNo>,
    /// `tickpolicy=`.
    pub tickpolicy: Option<TickPolicy>,
    /// `track=`.
    pub track: Option<TimerTrack>,
    /// `frequency=`.
    pub frequency: Option<u64>,
    /// Everything else (`mode=`, `<catchup>`).
    pub kept: Kept,
}

words! {
    /// `<timer name=>`.
    pub enum TimerName {
        /// Platform timer.
        Platform = "platform",
        /// 8254.
        Pit = "pit",
        /// Real-time clock.
        Rtc = "rtc",
        /// High precision event timer.
        Hpet = "hpet",
        /// Time stamp counter.
        Tsc = "tsc",
        /// KVM's paravirtual clock.
        Kvmclock = "kvmclock",
        /// Hyper-V's paravirtual clock.
        Hypervclock = "hypervclock",
        /// Arm's generic timer.
        Armvtimer = "armvtimer",
    }
}

words! {
    /// `<timer tickpolicy=>`.
    pub enum TickPolicy {
        /// At the normal rate.
        Delay = "delay",
        /// Faster until caught up.
        Catchup = "catchup",
        /// Missed ticks become one.
        Merge = "merge",
        /// Missed ticks are lost.
        Discard = "discard",
    }
}

words! {
    /// `<timer track=>`.
    pub enum TimerTrack {
        /// The time at boot.
        Boot = "boot",
        /// What the guest set.
        Guest = "guest",
        /// The host's clock.
        Wall = "wall",
        /// Real time.
        Realtime = "realtime",
    }
}

impl Clock {
    const ORDER: &'static [&'static str] = &["timer"];

    /// Takes `<clock>` out of `<domain>`.
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Self> {
        let Some(mut fields) = domain.fields("clock") else { return Ok(Self::default()) };
        let offset = ClockOffset::parse(&mut fields)?;
        let timers = fields.children("timer").into_iter().map(Timer::parse).collect::<Result<_>>()?;
        Ok(Self { offset, timers, kept: Kept::rest(fields) })
    }

    /// Writes the element.
    pub(super) fn format(&self, w: &mut Writer) {
        let tag = self.offset.write_attrs(w.tag("clock"));
        self.kept.write_attrs(tag).children(|w| {
            self.timers.iter().for_each(|timer| timer.format(w));
            self.kept.placed(Self::ORDER).rest(w);
        });
    }
}

impl ClockOffset {
    fn parse(fields: &mut Fields<'_>) -> Result<Self> {
        let offset = fields.attr("offset");
        match offset.as_deref() {
            None | Some("utc") => Self::adjusted(fields, ClockBasis::Utc),
            Some("localtime") => Self::adjusted(fields, ClockBasis::Localtime),
            Some("variable") => {
                let adjustment = fields.int("adjustment")?.unwrap_or(0);
                let basis = fields.attr("basis").map(|word| {
                    let error = || unknown(format_args!("unknown clock basis '{word}'"));
                    ClockBasis::from_word(&word).ok_or_else(error)
                });
                Ok(Self::Variable { adjustment, basis: basis.transpose()?.unwrap_or(ClockBasis::Utc) })
            }
            Some("timezone") => match fields.string("timezone") {
                Some(zone) => Ok(Self::Timezone(zone)),
                None => Err(internal("missing 'timezone' attribute for clock with offset='timezone'")),
            },
            Some("absolute") => match fields.uint("start")? {
                Some(start) => Ok(Self::Absolute(start)),
                None => Err(missing_attribute("start", "clock")),
            },
            Some(other) => Err(unknown(format_args!("unknown clock offset '{other}'"))),
        }
    }

    /// A plain offset, unless an adjustment in seconds makes it a variable one.
    fn adjusted(fields: &mut Fields<'_>, basis: ClockBasis) -> Result<Self> {
        let adjustment = fields.attr("adjustment");
        let reset = match adjustment.as_deref() {
            None => false,
            Some("reset") => true,
            Some(number) => {
                let error = || xml_error(format_args!("unknown clock adjustment '{number}'"));
                let adjustment = parse_signed(number).ok_or_else(error)?;
                return Ok(Self::Variable { adjustment, basis });
            }
        };
        Ok(match basis {
            ClockBasis::Utc => Self::Utc { reset },
            ClockBasis::Localtime => Self::Localtime { reset },
        })
    }

    fn write_attrs<'w, 'n>(&self, tag: Tag<'w, 'n>) -> Tag<'w, 'n> {
        let adjustment = |reset: bool| reset.then_some("reset");
        match self {
            Self::Utc { reset } => tag.attr("offset", "utc").opt("adjustment", adjustment(*reset)),
            Self::Localtime { reset } => {
                tag.attr("offset", "localtime").opt("adjustment", adjustment(*reset))
            }
            Self::Timezone(zone) => tag.attr("offset", "timezone").attr("timezone", zone),
            Self::Variable { adjustment, basis } => {
                tag.attr("offset", "variable").attr("adjustment", *adjustment).attr("basis", *basis)
            }
            Self::Absolute(start) => tag.attr("offset", "absolute").attr("start", *start),
        }
    }
}

impl Timer {
    fn parse(timer: Element<'_>) -> Result<Self> {
        let mut fields = Fields::new(timer);
        Ok(Self {
            name: fields.required_word("name")?,
            present: fields.word("present")?,
            tickpolicy: fields.word("tickpolicy")?,
            track: fields.word("track")?,
            frequency: fields.uint("frequency")?,
            kept: Kept::rest(fields),
        })
    }

    fn format(&self, w: &mut Writer) {
        let tag = w
            .tag("timer")
            .attr("name", self.name)
            .opt("present", self.present)
            .opt("tickpolicy", self.tickpolicy)
            .opt("track", self.track)
            .opt("frequency", self.frequency);
        self.kept.write_attrs(tag).children(|w| self.kept.write_children(w));
    }
}
