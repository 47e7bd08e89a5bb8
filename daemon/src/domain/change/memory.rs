//! Limits of the host's memory.

use super::{Change, Side};
use crate::domain::def::DomainDef;
use crate::domain::def::tune::memory::UNLIMITED;
use crate::domain::limits::Controller;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// What is to be limited, in KiB; [`UNLIMITED`] and more takes a limit away.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryLimits {
    /// `hard_limit`
    pub hard: Option<u64>,
    /// `soft_limit`
    pub soft: Option<u64>,
    /// `swap_hard_limit`
    pub swap: Option<u64>,
}

impl Change for MemoryLimits {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        let tune = &mut def.tune.memory;
        let or = |new: Option<u64>, old: Option<u64>| new.or(old).unwrap_or(UNLIMITED);
        let (hard, swap) = (or(self.hard, tune.hard_limit), or(self.swap, tune.swap_hard_limit));
        if (self.hard.is_some() || self.swap.is_some()) && hard > swap {
            let info = "memory hard_limit tunable value must be lower than or equal to swap_hard_limit";
            return Err(invalid(info.into()));
        }
        for (new, place) in [
            (self.soft, &mut tune.soft_limit),
            (self.hard, &mut tune.hard_limit),
            (self.swap, &mut tune.swap_hard_limit),
        ] {
            let Some(kib) = new else { continue };
            if side == Side::Live && kib > UNLIMITED {
                return Err(Error::new(
                    ErrorCode::InvalidArg,
                    ErrorDomain::Cgroup,
                    format!("Memory '{kib}' must be less than {UNLIMITED}"),
                ));
            }
            *place = Some(kib).filter(|kib| *kib < UNLIMITED);
        }
        Ok(())
    }

    fn needs(&self) -> Option<Controller> {
        Some(Controller::Memory)
    }
}

fn invalid(info: String) -> Error {
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Domain, info)
}
