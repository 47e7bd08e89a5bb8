//! Which domains a list is to hold (`VIR_CONNECT_LIST_DOMAINS_*`).
//!
//! Flags come in groups: of each group that has a flag set, one of those set must fit.

use crate::domain::snapshot::Snapshot;
use crate::domain::state::State;

const ACTIVE: u32 = 1;
const INACTIVE: u32 = 1 << 1;
const PERSISTENT: u32 = 1 << 2;
const TRANSIENT: u32 = 1 << 3;
const RUNNING: u32 = 1 << 4;
const PAUSED: u32 = 1 << 5;
const SHUTOFF: u32 = 1 << 6;
const OTHER: u32 = 1 << 7;
const MANAGED_SAVE: u32 = 1 << 8;
const NO_MANAGED_SAVE: u32 = 1 << 9;
const AUTOSTART: u32 = 1 << 10;
const NO_AUTOSTART: u32 = 1 << 11;
const HAS_SNAPSHOT: u32 = 1 << 12;
const NO_SNAPSHOT: u32 = 1 << 13;
const HAS_CHECKPOINT: u32 = 1 << 14;
const NO_CHECKPOINT: u32 = 1 << 15;

/// A filter.
#[derive(Debug, Clone, Copy)]
pub struct Filter(u32);

impl Filter {
    /// The flags that lists take.
    pub const LIST: u32 = (1 << 16) - 1;
    /// The flags that statistics take.
    pub const STATS: u32 = (1 << 8) - 1;

    /// From a call's flags; others than [`Filter::LIST`] are somebody else's.
    pub fn new(flags: u32) -> Self {
        Self(flags & Self::LIST)
    }

    /// Whether a domain belongs into the list.
    pub fn takes(self, snapshot: &Snapshot) -> bool {
        if self.0 == 0 {
            return true;
        }
        let state = match snapshot.state {
            State::Running(_) => RUNNING,
            State::Paused(_) => PAUSED,
            State::Shutoff(_) => SHUTOFF,
            State::Shutdown | State::Crashed => OTHER,
        };
        let pick = |is, yes, no| if is { yes } else { no };
        self.fits(ACTIVE | INACTIVE, pick(snapshot.is_active(), ACTIVE, INACTIVE))
            && self.fits(PERSISTENT | TRANSIENT, pick(snapshot.is_persistent(), PERSISTENT, TRANSIENT))
            && self.fits(RUNNING | PAUSED | SHUTOFF | OTHER, state)
            // No domain has any of these.
            && self.fits(MANAGED_SAVE | NO_MANAGED_SAVE, NO_MANAGED_SAVE)
            && self.fits(AUTOSTART | NO_AUTOSTART, pick(snapshot.autostart, AUTOSTART, NO_AUTOSTART))
            && self.fits(HAS_SNAPSHOT | NO_SNAPSHOT, NO_SNAPSHOT)
            && self.fits(HAS_CHECKPOINT | NO_CHECKPOINT, NO_CHECKPOINT)
    }

    fn fits(self, group: u32, flag: u32) -> bool {
        self.0 & group == 0 || self.0 & flag != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::state::Running;

    fn running() -> Snapshot {
        Snapshot { id: Some(1), state: State::Running(Running::Booted), ..Snapshot::nothing("web".into()) }
    }

    #[test]
    fn no_flags_take_everything() {
        assert!(Filter::new(0).takes(&running()));
        assert!(Filter::new(Filter::LIST).takes(&running()));
    }

    #[test]
    fn flags_of_one_group_add_and_groups_cut() {
        assert!(Filter::new(ACTIVE).takes(&running()));
        assert!(!Filter::new(INACTIVE).takes(&running()));
        assert!(Filter::new(ACTIVE | INACTIVE).takes(&running()));
        assert!(!Filter::new(ACTIVE | PERSISTENT).takes(&running()));
        assert!(Filter::new(TRANSIENT | RUNNING | PAUSED).takes(&running()));
        assert!(!Filter::new(PAUSED | SHUTOFF).takes(&running()));
    }

    #[test]
    fn what_no_domain_has_is_not_found() {
        for flag in [MANAGED_SAVE, HAS_SNAPSHOT, HAS_CHECKPOINT, AUTOSTART] {
            assert!(!Filter::new(flag).takes(&running()));
            assert!(Filter::new(flag << 1).takes(&running()));
        }
    }
}
