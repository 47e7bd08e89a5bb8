//! Where a domain stands, in libvirt's numbers (`virDomainState` and its reasons), as far as they occur here.

use serde::{Deserialize, Serialize};

/// State and reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "reason", rename_all = "kebab-case")]
pub enum State {
    /// The vCPUs run.
    Running(Running),
    /// The vCPUs stand.
    Paused(Paused),
    /// The guest powered off and its process was kept.
    Shutdown,
    /// There is no guest.
    Shutoff(Shutoff),
    /// The guest crashed and its process was kept.
    Crashed,
}

/// Why it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Running {
    /// It was started.
    Booted = 1,
    /// It was resumed.
    Unpaused = 5,
    /// It crashed and was started again.
    Crashed = 9,
}

/// Why it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paused {
    /// A client asked for it.
    User = 1,
    /// A disk could not be written.
    IoError = 5,
    /// It is being started.
    StartingUp = 11,
}

/// Why there is no guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shutoff {
    /// It was never started in this daemon's life.
    #[default]
    Unknown = 0,
    /// The guest powered itself off.
    Shutdown = 1,
    /// A client ended it.
    Destroyed = 2,
    /// The guest, or its process, crashed.
    Crashed = 3,
    /// It could not be started.
    Failed = 6,
}

impl State {
    /// As every domain is after the daemon's start.
    pub const INITIAL: Self = Self::Shutoff(Shutoff::Unknown);

    /// `virDomainState`.
    pub fn number(self) -> i32 {
        match self {
            Self::Running(_) => 1,
            Self::Paused(_) => 3,
            Self::Shutdown => 4,
            Self::Shutoff(_) => 5,
            Self::Crashed => 6,
        }
    }

    /// The reason's number in its state.
    pub fn reason(self) -> i32 {
        match self {
            Self::Running(reason) => reason as i32,
            Self::Paused(reason) => reason as i32,
            Self::Shutoff(reason) => reason as i32,
            // "User" and "panicked": the only reasons there are.
            Self::Shutdown | Self::Crashed => 1,
        }
    }

    /// Whether the vCPUs run.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Running(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_libvirts() {
        let numbers = |state: State| (state.number(), state.reason());
        assert_eq!(numbers(State::Running(Running::Booted)), (1, 1));
        assert_eq!(numbers(State::Running(Running::Unpaused)), (1, 5));
        assert_eq!(numbers(State::Paused(Paused::User)), (3, 1));
        assert_eq!(numbers(State::INITIAL), (5, 0));
        assert_eq!(numbers(State::Shutoff(Shutoff::Failed)), (5, 6));
        assert_eq!(numbers(State::Crashed), (6, 1));
    }

    #[test]
    fn it_is_kept_in_words() {
        let text = serde_json::to_string(&State::Paused(Paused::IoError)).unwrap();
        assert_eq!(text, r#"{"state":"paused","reason":"io-error"}"#);
        assert_eq!(serde_json::from_str::<State>(&text).unwrap(), State::Paused(Paused::IoError));
        assert_eq!(serde_json::from_str::<State>(r#"{"state":"shutdown"}"#).unwrap(), State::Shutdown);
    }
}
