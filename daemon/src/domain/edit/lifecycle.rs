//! What becomes of a guest that ends (`virDomainSetLifecycleAction`).

use crate::domain::def::DomainDef;
use crate::domain::def::lifecycle::{Action, CrashAction};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// A new action for one way to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetAction {
    /// `<on_poweroff>`.
    PowerOff(Action),
    /// `<on_reboot>`.
    Reboot(Action),
    /// `<on_crash>`.
    Crash(CrashAction),
}

/// `virDomainLifecycleAction`, in the order of its numbers.
const ACTIONS: [CrashAction; 6] = [
    CrashAction::Destroy,
    CrashAction::Restart,
    CrashAction::RenameRestart,
    CrashAction::Preserve,
    CrashAction::CoredumpDestroy,
    CrashAction::CoredumpRestart,
];

impl SetAction {
    /// From `virDomainLifecycle` and `virDomainLifecycleAction`: not every end has every action.
    pub fn from_numbers(end: u32, action: u32) -> Result<Self> {
        if end > 2 {
            return Err(invalid(format!("invalid lifecycle type '{end}'")));
        }
        let Some(action) = usize::try_from(action).ok().and_then(|index| ACTIONS.get(index)) else {
            return Err(invalid(format!("invalid lifecycle action '{action}'")));
        };
        let of_guest = |name: &str| {
            Action::from_word(action.as_str()).ok_or_else(|| {
                let info = format!("Lifecycle event '{name}' doesn't support '{action}' action");
                Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Domain, info)
            })
        };
        match end {
            0 => of_guest("poweroff").map(Self::PowerOff),
            1 => of_guest("reboot").map(Self::Reboot),
            _ => Ok(Self::Crash(*action)),
        }
    }

    /// Changes the definition, unless the actions do not go together then.
    pub(super) fn apply(self, def: &mut DomainDef) -> Result<()> {
        let mut lifecycle = def.lifecycle;
        match self {
            Self::PowerOff(action) => lifecycle.on_poweroff = action,
            Self::Reboot(action) => lifecycle.on_reboot = action,
            Self::Crash(action) => lifecycle.on_crash = action,
        }
        lifecycle.validate()?;
        def.lifecycle = lifecycle;
        Ok(())
    }
}

fn invalid(info: String) -> Error {
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Domain, info)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::def::ParseFlags;

    fn def() -> DomainDef {
        let xml =
            "<domain type='kvm'><name>web</name><memory>1024</memory><os><type>hvm</type></os></domain>";
        DomainDef::parse(xml, ParseFlags::default()).unwrap()
    }

    fn refusal(end: u32, action: u32) -> (ErrorCode, ErrorDomain, String) {
        let outcome = SetAction::from_numbers(end, action).and_then(|edit| edit.apply(&mut def()));
        let error = outcome.unwrap_err();
        (error.code(), error.domain(), error.message().to_owned())
    }

    #[test]
    fn each_end_has_its_actions() {
        let mut def = def();
        for (end, action) in [(0, 1), (1, 1), (2, 5)] {
            SetAction::from_numbers(end, action).unwrap().apply(&mut def).unwrap();
        }
        assert_eq!(def.lifecycle.on_poweroff, Action::Restart);
        assert_eq!(def.lifecycle.on_reboot, Action::Restart);
        assert_eq!(def.lifecycle.on_crash, CrashAction::CoredumpRestart);
    }

    #[test]
    fn what_an_end_has_not_is_refused_as_by_stock() {
        let text = |text: &str| format!("unsupported configuration: {text}");
        let invalid = |text: &str| format!("invalid argument: {text}");
        let (unsupported, argument) = (ErrorCode::ConfigUnsupported, ErrorCode::InvalidArg);
        let no_dump = text("Lifecycle event 'reboot' doesn't support 'coredump-destroy' action");
        assert_eq!(refusal(1, 4), (unsupported, ErrorDomain::Domain, no_dump));
        let no_rename = text(
            "qemu driver doesn't support the 'rename-restart' action for 'on_reboot'/'on_poweroff'/'on_crash'",
        );
        assert_eq!(refusal(2, 2), (unsupported, ErrorDomain::Qemu, no_rename));
        let no_preserve =
            text("qemu driver doesn't support the 'preserve' action for 'on_reboot'/'on_poweroff'");
        assert_eq!(refusal(0, 3), (unsupported, ErrorDomain::Qemu, no_preserve));
        assert_eq!(refusal(3, 9), (argument, ErrorDomain::Domain, invalid("invalid lifecycle type '3'")));
        assert_eq!(refusal(0, 6), (argument, ErrorDomain::Domain, invalid("invalid lifecycle action '6'")));
    }

    #[test]
    fn actions_that_contradict_each_other_change_nothing() {
        let mut def = def();
        SetAction::from_numbers(0, 1).unwrap().apply(&mut def).unwrap();
        let before = def.lifecycle;
        assert!(SetAction::from_numbers(1, 0).unwrap().apply(&mut def).is_err());
        assert_eq!(def.lifecycle, before);
    }
}
