//! `<on_poweroff>`, `<on_reboot>`, `<on_crash>`, `<on_lockfailure>` and `<pm>`.

use crate::domain::def::words::{YesNo, words};

/// What becomes of the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifecycle {
    /// `<on_poweroff>`.
    pub on_poweroff: Action,
    /// `<on_reboot>`.
    pub on_reboot: Action,
    /// `<on_crash>`.
    pub on_crash: CrashAction,
    /// `<on_lockfailure>`.
    pub on_lockfailure: Option<LockFailureAction>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            on_poweroff: Action::Destroy,
            on_reboot: Action::Restart,
            on_crash: CrashAction::Destroy,
            on_lockfailure: None,
        }
    }
}

words! {
    /// `<on_poweroff>` and `<on_reboot>`.
    pub enum Action {
        /// End it.
        Destroy = "destroy",
        /// Start it again.
        Restart = "restart",
        /// Start it again under another name; libvirt treats it as `restart`.
        RenameRestart = "rename-restart",
        /// Keep it stopped, to be looked at.
        Preserve = "preserve",
    }
}

words! {
    /// `<on_crash>`.
    pub enum CrashAction {
        /// End it.
        Destroy = "destroy",
        /// Start it again.
        Restart = "restart",
        /// Start it again under another name; libvirt treats it as `restart`.
        RenameRestart = "rename-restart",
        /// Keep it stopped, to be looked at.
        Preserve = "preserve",
        /// Write a core dump, then end it.
        CoredumpDestroy = "coredump-destroy",
        /// Write a core dump, then start it again.
        CoredumpRestart = "coredump-restart",
    }
}

words! {
    /// `<on_lockfailure>`.
    pub enum LockFailureAction {
        /// End it.
        Poweroff = "poweroff",
        /// Start it again.
        Restart = "restart",
        /// Pause it.
        Pause = "pause",
        /// Go on.
        Ignore = "ignore",
    }
}

/// `<pm>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PowerManagement {
    /// `<suspend-to-mem enabled=>`.
    pub suspend_to_mem: Option<YesNo>,
    /// `<suspend-to-disk enabled=>`.
    pub suspend_to_disk: Option<YesNo>,
}
