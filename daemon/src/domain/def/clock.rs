//! `<clock>` and its timers.

use crate::domain::def::{
    kept::Kept,
    words::{YesNo, words},
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
