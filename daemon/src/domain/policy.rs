//! What may be done to a domain as it stands: a pure function of request and state, without locks or I/O.
//!
//! The actor asks it when the request's turn has come, so that what is judged is what is true then. The refusals are
//! libvirt's, to the code and the subsystem: clients branch on them.
//!
//! ```text
//!                 define                    create                  suspend
//!   (no domain) ----------> shut off ------------------> running -----------> paused
//!        |                  |  ^  ^                       |  |  <-----------    |
//!        |                  |  |  |  guest powers off,    |  |     resume       |
//!        |         undefine |  |  +-- destroy, crash -----+  +-- reset, reboot  |
//!        | <----------------+  +-------- destroy, crash ------------------------+
//!        |
//!        | createXML                                      undefine
//!        +------------> running, transient <----------------------- running, persistent
//!                          |          define ------------------------>
//!                          +---> (no domain)   when it stops
//! ```

use crate::domain::state::State;
use crate::error::{Error, ErrorCode, ErrorDomain};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Start what is defined.
    Create,
    /// Start by a document that came along.
    CreateXml,
    /// End it now.
    Destroy,
    /// Ask the guest to power off.
    Shutdown,
    /// Ask the guest to power off, then reset.
    Reboot,
    /// Reset the machine.
    Reset,
    /// Stop the vCPUs.
    Suspend,
    /// Let the vCPUs run.
    Resume,
    /// Forget the definition.
    Undefine,
    /// Set or take an autostart mark.
    SetAutostart,
    /// Give it another name.
    Rename,
    /// Anything that needs a guest and changes no state.
    Use,
}

/// A domain, as far as policy is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its state.
    pub state: State,
    /// It has an id: there is, or is becoming, a guest.
    pub active: bool,
    /// It has a definition that outlives the guest.
    pub persistent: bool,
}

/// What is to be done with a request that is not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Do it.
    Go,
    /// It is so already: answer that it is done.
    Already,
}

/// Judges a request.
pub fn judge(action: Action, standing: Standing<'_>) -> Result<Verdict, Error> {
    use Action::*;
    let Standing { name, state, active, persistent } = standing;
    match action {
        Create if active => Err(invalid(ErrorDomain::Qemu, "domain is already running")),
        Create if !persistent => Err(invalid(ErrorDomain::Qemu, "domain is not persistent")),
        CreateXml if active => {
            Err(invalid(ErrorDomain::Domain, &format!("domain '{name}' is already active")))
        }
        Create | CreateXml => Ok(Verdict::Go),
        Undefine if !persistent => Err(invalid(ErrorDomain::Qemu, "cannot undefine transient domain")),
        SetAutostart if !persistent => {
            Err(invalid(ErrorDomain::Qemu, "cannot set autostart for transient domain"))
        }
        Rename if active => Err(invalid(ErrorDomain::Qemu, "cannot rename active domain")),
        // Nothing else is known of a domain that is neither: somebody else removes it.
        Undefine | SetAutostart | Rename => Ok(Verdict::Go),
        // The power button of a guest that does not run would be pressed in vain.
        Shutdown if !state.is_running() => Err(invalid(ErrorDomain::Qemu, "domain is not running")),
        _ if !active => Err(not_running()),
        Suspend if matches!(state, State::Paused(_)) => Ok(Verdict::Already),
        Resume if state.is_running() => Err(invalid(ErrorDomain::Qemu, "domain is already running")),
        Resume if matches!(state, State::Shutdown) => Ok(Verdict::Already),
        Destroy | Shutdown | Reboot | Reset | Suspend | Resume | Use => Ok(Verdict::Go),
    }
}

/// What every call that needs a guest answers where there is none.
pub fn not_running() -> Error {
    invalid(ErrorDomain::Domain, "domain is not running")
}

/// What a call for the guest's agent answers, which no guest can be reached by yet: first that it has to run, then that
/// it has no channel for one, or that nobody answers there.
pub fn no_agent(state: State, has_channel: bool) -> Error {
    if !state.is_running() {
        return invalid(ErrorDomain::Qemu, "domain is not running");
    }
    if !has_channel {
        let info = "QEMU guest agent is not configured";
        return Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::Qemu, info);
    }
    Error::new(ErrorCode::AgentUnresponsive, ErrorDomain::Qemu, "QEMU guest agent is not connected")
}

fn invalid(domain: ErrorDomain, info: &str) -> Error {
    Error::new(ErrorCode::OperationInvalid, domain, info)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::state::{Paused, Running, Shutoff};

    const RUNNING: Standing<'_> =
        Standing { name: "web", state: State::Running(Running::Booted), active: true, persistent: true };
    const PAUSED: Standing<'_> = Standing { state: State::Paused(Paused::User), ..RUNNING };
    const OFF: Standing<'_> = Standing { state: State::Shutoff(Shutoff::Unknown), active: false, ..RUNNING };
    const TRANSIENT: Standing<'_> = Standing { persistent: false, ..RUNNING };

    fn refusal(action: Action, standing: Standing<'_>) -> (ErrorDomain, String) {
        let error = judge(action, standing).unwrap_err();
        assert_eq!(error.code(), ErrorCode::OperationInvalid);
        let message = error.message().strip_prefix("Requested operation is not valid: ").unwrap();
        (error.domain(), message.to_owned())
    }

    #[test]
    fn a_guest_is_started_once() {
        assert_eq!(judge(Action::Create, OFF), Ok(Verdict::Go));
        for standing in [RUNNING, PAUSED, TRANSIENT] {
            let expected = (ErrorDomain::Qemu, "domain is already running".to_owned());
            assert_eq!(refusal(Action::Create, standing), expected);
            let expected = (ErrorDomain::Domain, "domain 'web' is already active".to_owned());
            assert_eq!(refusal(Action::CreateXml, standing), expected);
        }
    }

    #[test]
    fn what_needs_a_guest_is_refused_without_one() {
        use Action::*;
        for action in [Destroy, Reboot, Reset, Suspend, Resume, Use] {
            assert_eq!(refusal(action, OFF), (ErrorDomain::Domain, "domain is not running".to_owned()));
        }
        assert_eq!(refusal(Shutdown, OFF), (ErrorDomain::Qemu, "domain is not running".to_owned()));
    }

    #[test]
    fn the_power_button_is_pressed_on_running_guests_only() {
        assert_eq!(judge(Action::Shutdown, RUNNING), Ok(Verdict::Go));
        assert_eq!(refusal(Action::Shutdown, PAUSED).1, "domain is not running");
        assert_eq!(judge(Action::Reboot, PAUSED), Ok(Verdict::Go));
    }

    #[test]
    fn suspending_twice_is_no_error_and_resuming_twice_is() {
        assert_eq!(judge(Action::Suspend, RUNNING), Ok(Verdict::Go));
        assert_eq!(judge(Action::Suspend, PAUSED), Ok(Verdict::Already));
        assert_eq!(judge(Action::Resume, PAUSED), Ok(Verdict::Go));
        assert_eq!(
            refusal(Action::Resume, RUNNING),
            (ErrorDomain::Qemu, "domain is already running".to_owned())
        );
    }

    #[test]
    fn an_agent_is_missing_in_guests_that_run() {
        assert_eq!(no_agent(RUNNING.state, false).code(), ErrorCode::ArgumentUnsupported);
        assert_eq!(no_agent(RUNNING.state, true).code(), ErrorCode::AgentUnresponsive);
        for standing in [PAUSED, OFF] {
            let error = no_agent(standing.state, true);
            assert_eq!((error.code(), error.domain()), (ErrorCode::OperationInvalid, ErrorDomain::Qemu));
        }
    }

    #[test]
    fn a_transient_domain_has_no_definition_to_change() {
        assert_eq!(refusal(Action::Undefine, TRANSIENT).1, "cannot undefine transient domain");
        assert_eq!(refusal(Action::SetAutostart, TRANSIENT).1, "cannot set autostart for transient domain");
        assert_eq!(judge(Action::Undefine, RUNNING), Ok(Verdict::Go));
    }

    #[test]
    fn only_what_is_shut_off_gets_another_name() {
        for standing in [RUNNING, PAUSED, TRANSIENT] {
            let expected = (ErrorDomain::Qemu, "cannot rename active domain".to_owned());
            assert_eq!(refusal(Action::Rename, standing), expected);
        }
        assert_eq!(judge(Action::Rename, OFF), Ok(Verdict::Go));
    }
}
