//! The guest's life: which state follows on what, as a pure function without KVM or sockets.
//!
//! ```text
//!                 build                resume
//!   (no machine) ------> Starting ----------------> Running --+--> on_* = destroy ----> Exit
//!                        (paused)                   |  ^  ^   |
//!                                             pause |  |  +---+ on_* = restart: machine reset
//!                                                   v  |resume
//!                                                  Paused <--------------------------+
//!                                                   ^                                |
//!                            on_poweroff = preserve |                          reset |
//!   Running --guest powers off--------------> Shutdown ------------------------------+
//!   Running --guest crashes, on_crash = preserve--> Crashed -------------------------+
//!
//!   any state --quit, SIGTERM, failure of the machine--> Exit
//! ```
//!
//! The vCPUs run in `Running` only. A reset by the guest whose action is `preserve` ends in `Shutdown`.

use vireo_control::{
    Event, ExitReason, LifecycleAction, LifecycleActions, PauseReason, RunState, VmmError, VmmErrorKind,
};

use crate::mailbox::GuestEvent;

/// What the machine must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Stay,
    /// Let the vCPUs run.
    Run,
    /// Stop the vCPUs and wait until they stand.
    Stop,
    /// Stop, reset the machine, and let it run where the new state is [`RunState::Running`].
    Reset,
    /// Stop and end the process.
    Exit(ExitReason, String),
}

/// A change: what to do and what to tell, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What to do.
    pub step: Step,
    /// What to tell.
    pub events: Vec<Event>,
}

impl Change {
    fn new(step: Step, events: impl Into<Vec<Event>>) -> Self {
        Self { step, events: events.into() }
    }
}

/// The state.
#[derive(Debug, Clone)]
pub struct Lifecycle {
    state: RunState,
    actions: LifecycleActions,
    /// The next power-off is half of a reboot.
    rebooting: bool,
}

impl Lifecycle {
    /// A machine that was just built.
    pub fn new(actions: LifecycleActions) -> Self {
        Self { state: RunState::Paused { reason: PauseReason::Starting }, actions, rebooting: false }
    }

    /// The state.
    pub fn state(&self) -> RunState {
        self.state
    }

    fn ended(&self) -> bool {
        matches!(self.state, RunState::Shutdown | RunState::Crashed)
    }

    fn refuse_ended(&self, what: &str) -> Result<(), VmmError> {
        if !self.ended() {
            return Ok(());
        }
        let how = if self.state == RunState::Crashed { "has crashed" } else { "is shut down" };
        let message = format!("cannot {what}: the guest {how}; reset it first");
        Err(VmmError { kind: VmmErrorKind::State, message })
    }

    /// [`Request::Resume`](vireo_control::Request::Resume).
    pub fn resume(&mut self) -> Result<Change, VmmError> {
        self.refuse_ended("resume")?;
        if self.state == RunState::Running {
            return Ok(Change::new(Step::Stay, []));
        }
        self.state = RunState::Running;
        Ok(Change::new(Step::Run, [Event::Resumed]))
    }

    /// [`Request::Pause`](vireo_control::Request::Pause), or a device that needs one.
    pub fn pause(&mut self, reason: PauseReason) -> Result<Change, VmmError> {
        self.refuse_ended("pause")?;
        let step = if self.state == RunState::Running { Step::Stop } else { Step::Stay };
        let state = RunState::Paused { reason };
        if self.state == state {
            return Ok(Change::new(Step::Stay, []));
        }
        self.state = state;
        Ok(Change::new(step, [Event::Paused { reason }]))
    }

    /// [`Request::PowerButton`](vireo_control::Request::PowerButton), and `Reboot` where `rebooting`.
    pub fn power_button(&mut self, rebooting: bool) -> Result<(), VmmError> {
        self.refuse_ended("press the power button")?;
        self.rebooting = rebooting;
        Ok(())
    }

    /// [`Request::Reset`](vireo_control::Request::Reset).
    pub fn reset(&mut self) -> Change {
        self.rebooting = false;
        if self.ended() {
            self.state = RunState::Paused { reason: PauseReason::User };
        }
        Change::new(Step::Reset, [Event::Reset])
    }

    /// Something the guest, or the machine, did.
    pub fn guest(&mut self, event: GuestEvent) -> Change {
        if let GuestEvent::Failed(detail) = event {
            return Change::new(Step::Exit(ExitReason::Failed, detail), []);
        }
        if self.ended() {
            // Another vCPU's last word.
            return Change::new(Step::Stay, []);
        }
        match event {
            GuestEvent::PowerOff if std::mem::take(&mut self.rebooting) => {
                Change::new(Step::Reset, [Event::Reset])
            }
            GuestEvent::PowerOff => {
                let action = self.actions.on_poweroff;
                // Restarted, it is a reboot to whoever watches, as with libvirt.
                let told = (action != LifecycleAction::Restart).then_some(Event::Shutdown);
                self.end(action, told, RunState::Shutdown, ExitReason::Shutdown, String::new())
            }
            GuestEvent::Reset => {
                self.rebooting = false;
                self.end(self.actions.on_reboot, None, RunState::Shutdown, ExitReason::Reset, String::new())
            }
            GuestEvent::Crash(detail) => {
                let action = self.actions.on_crash;
                self.end(action, Some(Event::Crashed), RunState::Crashed, ExitReason::Crashed, detail)
            }
            GuestEvent::Failed(detail) => Change::new(Step::Exit(ExitReason::Failed, detail), []),
        }
    }

    fn end(
        &mut self,
        action: LifecycleAction,
        event: Option<Event>,
        preserved: RunState,
        reason: ExitReason,
        detail: String,
    ) -> Change {
        let mut events: Vec<_> = event.into_iter().collect();
        match action {
            LifecycleAction::Destroy => Change::new(Step::Exit(reason, detail), events),
            LifecycleAction::Restart => {
                events.push(Event::Reset);
                Change::new(Step::Reset, events)
            }
            LifecycleAction::Preserve => {
                self.state = preserved;
                Change::new(Step::Stop, events)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(actions: LifecycleActions) -> Lifecycle {
        let mut lifecycle = Lifecycle::new(actions);
        lifecycle.resume().unwrap();
        lifecycle
    }

    fn all(action: LifecycleAction) -> LifecycleActions {
        LifecycleActions { on_poweroff: action, on_reboot: action, on_crash: action }
    }

    #[test]
    fn a_guest_starts_paused_and_resumes_once() {
        let mut lifecycle = Lifecycle::new(LifecycleActions::default());
        assert_eq!(lifecycle.state(), RunState::Paused { reason: PauseReason::Starting });
        assert_eq!(lifecycle.resume().unwrap(), Change::new(Step::Run, [Event::Resumed]));
        assert_eq!(lifecycle.resume().unwrap(), Change::new(Step::Stay, []));
        let reason = PauseReason::User;
        assert_eq!(lifecycle.pause(reason).unwrap(), Change::new(Step::Stop, [Event::Paused { reason }]));
        assert_eq!(lifecycle.pause(reason).unwrap(), Change::new(Step::Stay, []));
    }

    #[test]
    fn by_default_power_off_ends_and_reboot_goes_on() {
        let mut lifecycle = running(LifecycleActions::default());
        assert_eq!(lifecycle.guest(GuestEvent::Reset), Change::new(Step::Reset, [Event::Reset]));
        assert_eq!(lifecycle.state(), RunState::Running);
        let end = Step::Exit(ExitReason::Shutdown, String::new());
        assert_eq!(lifecycle.guest(GuestEvent::PowerOff), Change::new(end, [Event::Shutdown]));
    }

    #[test]
    fn restart_turns_every_end_into_a_reset() {
        let mut lifecycle = running(all(LifecycleAction::Restart));
        for (event, told) in [
            (GuestEvent::PowerOff, vec![Event::Reset]),
            (GuestEvent::Crash("x".into()), vec![Event::Crashed, Event::Reset]),
            (GuestEvent::Reset, vec![Event::Reset]),
        ] {
            assert_eq!(lifecycle.guest(event), Change::new(Step::Reset, told));
            assert_eq!(lifecycle.state(), RunState::Running);
        }
    }

    #[test]
    fn preserve_keeps_the_guest_until_it_is_reset() {
        for (event, state) in [
            (GuestEvent::PowerOff, RunState::Shutdown),
            (GuestEvent::Reset, RunState::Shutdown),
            (GuestEvent::Crash(String::new()), RunState::Crashed),
        ] {
            let mut lifecycle = running(all(LifecycleAction::Preserve));
            assert_eq!(lifecycle.guest(event).step, Step::Stop);
            assert_eq!(lifecycle.state(), state);
            assert_eq!(lifecycle.resume().unwrap_err().kind, VmmErrorKind::State);
            assert!(lifecycle.pause(PauseReason::User).is_err());
            assert!(lifecycle.power_button(false).is_err());
            assert_eq!(lifecycle.guest(GuestEvent::Reset), Change::new(Step::Stay, []));
            assert_eq!(lifecycle.reset().step, Step::Reset);
            assert_eq!(lifecycle.state(), RunState::Paused { reason: PauseReason::User });
            lifecycle.resume().unwrap();
        }
    }

    #[test]
    fn a_reboot_holds_for_one_power_off_and_can_be_taken_back() {
        let mut lifecycle = running(LifecycleActions::default());
        lifecycle.power_button(true).unwrap();
        assert_eq!(lifecycle.guest(GuestEvent::PowerOff), Change::new(Step::Reset, [Event::Reset]));
        assert!(matches!(lifecycle.guest(GuestEvent::PowerOff).step, Step::Exit(..)));
        for take_back in
            [|l: &mut Lifecycle| drop(l.power_button(false)), |l: &mut Lifecycle| drop(l.reset())]
        {
            let mut lifecycle = running(LifecycleActions::default());
            lifecycle.power_button(true).unwrap();
            take_back(&mut lifecycle);
            assert!(matches!(lifecycle.guest(GuestEvent::PowerOff).step, Step::Exit(..)));
        }
    }

    #[test]
    fn a_reset_leaves_a_paused_guest_paused() {
        let mut lifecycle = running(LifecycleActions::default());
        lifecycle.pause(PauseReason::User).unwrap();
        assert_eq!(lifecycle.reset().step, Step::Reset);
        assert_eq!(lifecycle.state(), RunState::Paused { reason: PauseReason::User });
    }

    #[test]
    fn a_failure_ends_every_state() {
        let mut lifecycle = running(all(LifecycleAction::Preserve));
        lifecycle.guest(GuestEvent::PowerOff);
        let step = lifecycle.guest(GuestEvent::Failed("why".into())).step;
        assert_eq!(step, Step::Exit(ExitReason::Failed, "why".into()));
    }
}
