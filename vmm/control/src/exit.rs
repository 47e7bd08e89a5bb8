//! The record a guest leaves when its process ends.
//!
//! The daemon opens the file, empty, before the start. A process that died with the file still empty was killed or
//! crashed.

use serde::{Deserialize, Serialize};

/// Why a guest's process ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitRecord {
    /// The reason.
    pub reason: ExitReason,
    /// More, for the log and the user.
    #[serde(default)]
    pub detail: String,
}

/// The reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitReason {
    /// The guest powered itself off.
    Shutdown,
    /// The guest reset itself and its action is `destroy`.
    Reset,
    /// The guest crashed.
    Crashed,
    /// [`Request::Quit`](crate::Request::Quit), or a SIGTERM.
    Destroyed,
    /// The vmm could not go on (a KVM error, a device's fatal error).
    Failed,
}
