//! When a daemon is told of the balloon: at once, but no more than once a second, and then what is true.
//!
//! A guest that lends a gigabyte says so thousands of times.

use std::time::{Duration, Instant};

/// Between two words.
const REST: Duration = Duration::from_secs(1);

/// What is to be told, and when.
#[derive(Debug, Default)]
pub struct News {
    told: Option<(Instant, u64)>,
    due: Option<Instant>,
}

impl News {
    /// Something changed.
    pub fn come(&mut self, now: Instant) {
        let rested = self.told.map_or(now, |(at, _)| at + REST);
        self.due.get_or_insert(rested.max(now));
    }

    /// When to tell.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// It is time. Says whether this is news.
    pub fn tell(&mut self, value: u64, now: Instant) -> bool {
        self.due = None;
        let known = self.told.is_some_and(|(_, told)| told == value);
        self.told = Some((now, value));
        !known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_goes_out_at_once_and_the_next_after_a_rest() {
        let start = Instant::now();
        let mut news = News::default();
        assert_eq!(news.due(), None);
        news.come(start);
        assert_eq!(news.due(), Some(start));
        assert!(news.tell(5, start));
        assert_eq!(news.due(), None);
        let later = start + REST / 4;
        news.come(later);
        news.come(later + REST / 4);
        assert_eq!(news.due(), Some(start + REST));
        assert!(!news.tell(5, start + REST), "it is as before");
        news.come(start + 5 * REST);
        assert_eq!(news.due(), Some(start + 5 * REST));
        assert!(news.tell(6, start + 5 * REST));
    }
}
