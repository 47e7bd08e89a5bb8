//! Waiting for what happens elsewhere, with an end to the patience.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// Long enough for whatever a guest does, in the lab and with other work beside it.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Asks until there is an answer.
#[track_caller]
pub fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    poll(ask).unwrap_or_else(|| panic!("no {what} within {} s", PATIENCE.as_secs()))
}

/// Asks until there is an answer; `None` when patience is over.
pub fn poll<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        sleep(Duration::from_millis(20));
    }
    None
}
