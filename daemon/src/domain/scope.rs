//! Which of a domain's two documents a call is about: the running guest's, the definition, or both.
//!
//! ```text
//! VIR_DOMAIN_AFFECT_CURRENT: the guest's where there is one, else the definition
//! VIR_DOMAIN_AFFECT_LIVE:    the guest's, and an error without a guest
//! VIR_DOMAIN_AFFECT_CONFIG:  the definition, and an error for a transient domain
//! ```
//!
//! Every call with these flags decides here, so that all of them refuse alike.

use crate::domain::policy::{Standing, not_running};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// `VIR_DOMAIN_AFFECT_LIVE`.
pub const LIVE: u32 = 1;

/// `VIR_DOMAIN_AFFECT_CONFIG`.
pub const CONFIG: u32 = 1 << 1;

/// What a change is to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The running guest's document.
    pub live: bool,
    /// The definition.
    pub config: bool,
}

impl Scope {
    /// The documents a change with these flags is for; other flags are not looked at.
    pub fn of_change(flags: u32, standing: Standing<'_>) -> Result<Self> {
        let given = Self { live: flags & LIVE != 0, config: flags & CONFIG != 0 };
        let scope = match given {
            Self { live: false, config: false } => Self { live: standing.active, config: !standing.active },
            given => given,
        };
        if scope.live && !standing.active {
            return Err(not_running());
        }
        if scope.config && !standing.persistent {
            let info = "transient domains do not have any persistent config";
            return Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::Domain, info));
        }
        Ok(scope)
    }

    /// Whether a question with these flags is about the running guest; else it is about the definition. Only one of
    /// them can be asked for.
    pub fn reads_live(flags: u32, standing: Standing<'_>) -> Result<bool> {
        if flags & LIVE != 0 && flags & CONFIG != 0 {
            let names = ["VIR_DOMAIN_AFFECT_LIVE", "VIR_DOMAIN_AFFECT_CONFIG"];
            let function = "virDomainObjGetOneDefState";
            return Err(Error::exclusive_flags(ErrorDomain::Domain, function, "flags", names));
        }
        Ok(Self::of_change(flags, standing)?.live)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::state::{Running, State};

    const PERSISTENT: Standing<'_> =
        Standing { name: "web", state: State::Running(Running::Booted), active: true, persistent: true };
    const TRANSIENT: Standing<'_> = Standing { persistent: false, ..PERSISTENT };
    const OFF: Standing<'_> = Standing { state: State::INITIAL, active: false, ..PERSISTENT };

    fn refusal(flags: u32, standing: Standing<'_>) -> String {
        Scope::of_change(flags, standing).unwrap_err().message().to_owned()
    }

    #[test]
    fn without_a_flag_it_is_what_there_is() {
        assert_eq!(Scope::of_change(0, PERSISTENT).unwrap(), Scope { live: true, config: false });
        assert_eq!(Scope::of_change(0, TRANSIENT).unwrap(), Scope { live: true, config: false });
        assert_eq!(Scope::of_change(0, OFF).unwrap(), Scope { live: false, config: true });
    }

    #[test]
    fn flags_ask_for_what_may_not_be_there() {
        let both = Scope { live: true, config: true };
        assert_eq!(Scope::of_change(LIVE | CONFIG, PERSISTENT).unwrap(), both);
        assert_eq!(refusal(LIVE, OFF), "Requested operation is not valid: domain is not running");
        assert_eq!(refusal(LIVE | CONFIG, OFF), "Requested operation is not valid: domain is not running");
        let transient =
            "Requested operation is not valid: transient domains do not have any persistent config";
        assert_eq!(refusal(CONFIG, TRANSIENT), transient);
        assert_eq!(refusal(LIVE | CONFIG, TRANSIENT), transient);
    }

    #[test]
    fn a_question_is_about_one_of_them() {
        assert!(Scope::reads_live(0, PERSISTENT).unwrap());
        assert!(!Scope::reads_live(CONFIG, PERSISTENT).unwrap());
        assert!(!Scope::reads_live(0, OFF).unwrap());
        let refused = Scope::reads_live(LIVE | CONFIG, PERSISTENT).unwrap_err();
        let text = "Flags 'VIR_DOMAIN_AFFECT_LIVE' and 'VIR_DOMAIN_AFFECT_CONFIG' are mutually exclusive";
        assert_eq!((refused.code(), refused.message()), (ErrorCode::InvalidArg, text));
    }
}
