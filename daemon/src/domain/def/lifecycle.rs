//! `<on_poweroff>`, `<on_reboot>`, `<on_crash>`, `<on_lockfailure>` and `<pm>`.

use crate::{
    domain::def::{
        error::{unknown, unsupported},
        words::{YesNo, words},
    },
    error::Result,
    xml::{Fields, Word, Writer},
};

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
        /// Start it again under another name; refused, as libvirt's driver does.
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
        /// Start it again under another name; refused, as libvirt's driver does.
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

impl Lifecycle {
    /// Takes the actions out of `<domain>`.
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Self> {
        let actions = Self {
            on_poweroff: guest_action(domain, "on_poweroff", "poweroff")?.unwrap_or(Action::Destroy),
            on_reboot: guest_action(domain, "on_reboot", "reboot")?.unwrap_or(Action::Restart),
            on_crash: action_of(domain, "on_crash")?.unwrap_or(CrashAction::Destroy),
            on_lockfailure: action_of(domain, "on_lockfailure")?,
        };
        actions.validate()?;
        Ok(actions)
    }

    /// Refuses actions that libvirt's driver has not, or that contradict each other.
    pub fn validate(&self) -> Result<()> {
        let ends = [self.on_poweroff, self.on_reboot];
        if ends.contains(&Action::RenameRestart) || self.on_crash == CrashAction::RenameRestart {
            return Err(unsupported(
                "qemu driver doesn't support the 'rename-restart' action for 'on_reboot'/'on_poweroff'/'on_crash'",
            ));
        }
        if ends.contains(&Action::Preserve) {
            return Err(unsupported(
                "qemu driver doesn't support the 'preserve' action for 'on_reboot'/'on_poweroff'",
            ));
        }
        if self.on_reboot == Action::Destroy && self.on_poweroff == Action::Restart {
            return Err(unsupported(
                "qemu driver doesn't support 'onReboot' set to 'destroy and 'onPoweroff' set to 'reboot'",
            ));
        }
        Ok(())
    }

    /// Writes the elements.
    pub(super) fn format(&self, w: &mut Writer) {
        w.leaf("on_poweroff", self.on_poweroff);
        w.leaf("on_reboot", self.on_reboot);
        w.leaf("on_crash", self.on_crash);
        w.leaf_opt("on_lockfailure", self.on_lockfailure);
    }
}

/// An action that a crash has and power off and reboot have not is known, and still refused.
fn guest_action(domain: &mut Fields<'_>, element: &str, event: &str) -> Result<Option<Action>> {
    match action_of::<CrashAction>(domain, element)? {
        None => Ok(None),
        Some(action) => match Action::from_word(action.as_str()) {
            Some(action) => Ok(Some(action)),
            None => {
                let text = format_args!("Lifecycle event '{event}' doesn't support '{action}' action");
                Err(unknown(text))
            }
        },
    }
}

fn action_of<W: Word>(domain: &mut Fields<'_>, element: &str) -> Result<Option<W>> {
    let Some(text) = domain.text_of(element) else { return Ok(None) };
    let error = || unknown(format_args!("unknown {element} action: {text}"));
    W::from_word(&text).map(Some).ok_or_else(error)
}

impl PowerManagement {
    /// Takes `<pm>` out of `<domain>`.
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Option<Self>> {
        let Some(mut fields) = domain.fields("pm") else { return Ok(None) };
        let mut enabled = |name: &str| match fields.fields(name) {
            Some(mut child) => child.word("enabled"),
            None => Ok(None),
        };
        let pm =
            Self { suspend_to_mem: enabled("suspend-to-mem")?, suspend_to_disk: enabled("suspend-to-disk")? };
        Ok((pm != Self::default()).then_some(pm))
    }

    /// Writes the element.
    pub(super) fn format(&self, w: &mut Writer) {
        w.tag("pm").children(|w| {
            for (name, enabled) in
                [("suspend-to-mem", self.suspend_to_mem), ("suspend-to-disk", self.suspend_to_disk)]
            {
                if let Some(enabled) = enabled {
                    w.tag(name).attr("enabled", enabled).empty();
                }
            }
        });
    }
}
