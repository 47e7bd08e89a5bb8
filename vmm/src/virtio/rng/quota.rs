//! `<rate bytes= period=>`: so many bytes in a period, and no more.

use std::time::{Duration, Instant};

/// What may still be given.
#[derive(Debug)]
pub(super) struct Quota {
    /// Bytes per period; no limit where absent.
    rate: Option<(u32, Duration)>,
    left: u32,
    period_ends: Instant,
}

impl Quota {
    pub fn new(rate: Option<(u32, u32)>, now: Instant) -> Self {
        let rate = rate.map(|(bytes, milliseconds)| (bytes, Duration::from_millis(milliseconds.into())));
        Self { rate, left: 0, period_ends: now }
    }

    /// How much of `wanted` may be given now; else when to ask again.
    pub fn grant(&mut self, wanted: usize, now: Instant) -> Result<usize, Instant> {
        let Some((bytes, period)) = self.rate else { return Ok(wanted) };
        if now >= self.period_ends {
            self.left = bytes;
            self.period_ends = now + period;
        }
        match wanted.min(self.left as usize) {
            0 if wanted != 0 => Err(self.period_ends),
            granted => Ok(granted),
        }
    }

    /// So much was given.
    pub fn take(&mut self, given: usize) {
        self.left = self.left.saturating_sub(u32::try_from(given).unwrap_or(u32::MAX));
    }
}
