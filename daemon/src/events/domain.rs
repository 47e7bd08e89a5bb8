//! Events of domains: their numbers, and what they say.

use uuid::Uuid;
use vireo_protocol::remote::limits::{DOMAIN_EVENT_TUNABLE_MAX, STRING_MAX};
use vireo_protocol::remote::{
    DomainEventBalloonChangeMsg, DomainEventLifecycleMsg, DomainEventRebootMsg, NonnullDomain,
};
use vireo_protocol::table::RemoteProc as Proc;
use vireo_protocol::typed::TypedParam;
use vireo_xdr::Encode;

use super::{Hub, Procedures};
use crate::rpc::EventObject;

/// `VIR_DOMAIN_EVENT_ID_*`: which procedures carry the event of each number.
static PROCEDURES: [(Proc, Option<Proc>); 28] = [
    (Proc::DomainEventCallbackLifecycle, Some(Proc::DomainEventLifecycle)),
    (Proc::DomainEventCallbackReboot, Some(Proc::DomainEventReboot)),
    (Proc::DomainEventCallbackRtcChange, Some(Proc::DomainEventRtcChange)),
    (Proc::DomainEventCallbackWatchdog, Some(Proc::DomainEventWatchdog)),
    (Proc::DomainEventCallbackIoError, Some(Proc::DomainEventIoError)),
    (Proc::DomainEventCallbackGraphics, Some(Proc::DomainEventGraphics)),
    (Proc::DomainEventCallbackIoErrorReason, Some(Proc::DomainEventIoErrorReason)),
    (Proc::DomainEventCallbackControlError, Some(Proc::DomainEventControlError)),
    (Proc::DomainEventCallbackBlockJob, Some(Proc::DomainEventBlockJob)),
    (Proc::DomainEventCallbackDiskChange, Some(Proc::DomainEventDiskChange)),
    (Proc::DomainEventCallbackTrayChange, Some(Proc::DomainEventTrayChange)),
    (Proc::DomainEventCallbackPmwakeup, Some(Proc::DomainEventPmwakeup)),
    (Proc::DomainEventCallbackPmsuspend, Some(Proc::DomainEventPmsuspend)),
    (Proc::DomainEventCallbackBalloonChange, Some(Proc::DomainEventBalloonChange)),
    (Proc::DomainEventCallbackPmsuspendDisk, Some(Proc::DomainEventPmsuspendDisk)),
    (Proc::DomainEventCallbackDeviceRemoved, Some(Proc::DomainEventDeviceRemoved)),
    (Proc::DomainEventBlockJob2, None),
    (Proc::DomainEventCallbackTunable, None),
    (Proc::DomainEventCallbackAgentLifecycle, None),
    (Proc::DomainEventCallbackDeviceAdded, None),
    (Proc::DomainEventCallbackMigrationIteration, None),
    (Proc::DomainEventCallbackJobCompleted, None),
    (Proc::DomainEventCallbackDeviceRemovalFailed, None),
    (Proc::DomainEventCallbackMetadataChange, None),
    (Proc::DomainEventBlockThreshold, None),
    (Proc::DomainEventMemoryFailure, None),
    (Proc::DomainEventMemoryDeviceSizeChange, None),
    (Proc::DomainEventNicMacChange, None),
];

/// `VIR_DOMAIN_EVENT_ID_LIFECYCLE`.
pub const LIFECYCLE: i32 = 0;

/// `VIR_DOMAIN_EVENT_ID_REBOOT`.
pub const REBOOT: i32 = 1;

/// `VIR_DOMAIN_EVENT_ID_METADATA_CHANGE`.
pub const METADATA_CHANGE: i32 = 23;

/// `VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE`.
pub const AGENT_LIFECYCLE: i32 = 18;

/// `VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE`.
pub const BALLOON_CHANGE: i32 = 13;

/// `VIR_DOMAIN_EVENT_ID_TUNABLE`.
pub const TUNABLE: i32 = 17;

/// Whether a client may ask for the event of this number.
pub fn is_known(event_id: i32) -> bool {
    usize::try_from(event_id).is_ok_and(|index| index < PROCEDURES.len())
}

/// Whether it is as old as the calls that know no callbacks, so that they can ask for it.
pub fn is_legacy(event_id: i32) -> bool {
    usize::try_from(event_id)
        .ok()
        .and_then(|index| PROCEDURES.get(index))
        .is_some_and(|(_, legacy)| legacy.is_some())
}

/// What befalls a domain (`virDomainEventType`), with its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// There is a definition.
    Defined(Defined),
    /// There is none any more.
    Undefined(Undefined),
    /// There is a guest.
    Started,
    /// Its vCPUs stand.
    Suspended(Suspended),
    /// Its vCPUs run again.
    Resumed,
    /// There is no guest any more.
    Stopped(Stopped),
    /// The guest is at its end; `Stopped` follows.
    Shutdown(Shutdown),
    /// The guest crashed and its process was kept.
    Crashed,
}

/// How there came to be a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defined {
    /// There was none.
    Added = 0,
    /// It replaced another.
    Updated = 1,
    /// The domain has another name.
    Renamed = 2,
}

/// How there came to be none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undefined {
    /// It was removed.
    Removed = 0,
    /// The domain has another name.
    Renamed = 1,
}

/// Why the vCPUs stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspended {
    /// A client asked for it.
    Paused = 0,
    /// A disk could not be written.
    IoError = 2,
}

/// Why there is no guest any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The guest powered itself off.
    Shutdown = 0,
    /// A client ended it.
    Destroyed = 1,
    /// The guest crashed.
    Crashed = 2,
    /// Its process failed, or was killed.
    Failed = 5,
}

/// Whether the guest's agent can be talked to (`virConnectDomainEventAgentLifecycleState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentState {
    /// It can.
    Connected = 1,
    /// It cannot.
    Disconnected = 2,
}

/// Why that is told (`virConnectDomainEventAgentLifecycleReason`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentReason {
    /// The guest starts.
    DomainStarted = 1,
    /// The guest opened or closed the agent's channel.
    Channel = 2,
}

/// Who ended the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Itself.
    Guest = 1,
    /// The host.
    Host = 2,
}

impl Lifecycle {
    /// Event and detail as the wire has them.
    pub fn numbers(self) -> (i32, i32) {
        match self {
            Self::Defined(detail) => (0, detail as i32),
            Self::Undefined(detail) => (1, detail as i32),
            // "Booted", "unpaused", "panicked": the only details there are.
            Self::Started => (2, 0),
            Self::Suspended(detail) => (3, detail as i32),
            Self::Resumed => (4, 0),
            Self::Stopped(detail) => (5, detail as i32),
            Self::Shutdown(detail) => (6, detail as i32),
            Self::Crashed => (8, 0),
        }
    }
}

/// `remote_domain_event_callback_tunable_msg` behind the callback's number.
#[derive(Encode)]
struct Tunable {
    dom: NonnullDomain,
    #[xdr(max = DOMAIN_EVENT_TUNABLE_MAX)]
    params: Vec<TypedParam>,
}

impl Hub {
    /// Something befell a domain.
    pub fn domain_lifecycle(&self, dom: NonnullDomain, lifecycle: Lifecycle) {
        let (event, detail) = lifecycle.numbers();
        let uuid = Uuid::from_bytes(dom.uuid);
        let body = DomainEventLifecycleMsg { dom, event, detail };
        self.emit(EventObject::Domain, LIFECYCLE, uuid, procedures(LIFECYCLE), &body);
    }

    /// What a running guest is given was changed.
    pub fn domain_tunable(&self, dom: NonnullDomain, params: Vec<TypedParam>) {
        let uuid = Uuid::from_bytes(dom.uuid);
        let body = Tunable { dom, params };
        self.emit(EventObject::Domain, TUNABLE, uuid, procedures(TUNABLE), &body);
    }

    /// A domain's machine was reset.
    pub fn domain_reboot(&self, dom: NonnullDomain) {
        let uuid = Uuid::from_bytes(dom.uuid);
        self.emit(EventObject::Domain, REBOOT, uuid, procedures(REBOOT), &DomainEventRebootMsg { dom });
    }

    /// A guest's agent can be talked to, or no longer.
    pub fn domain_agent_lifecycle(&self, dom: NonnullDomain, state: AgentState, reason: AgentReason) {
        let uuid = Uuid::from_bytes(dom.uuid);
        let body = AgentLifecycle { dom, state: state as i32, reason: reason as i32 };
        self.emit(EventObject::Domain, AGENT_LIFECYCLE, uuid, procedures(AGENT_LIFECYCLE), &body);
    }

    /// A guest keeps so many KiB for itself now.
    pub fn domain_balloon_change(&self, dom: NonnullDomain, actual: u64) {
        let uuid = Uuid::from_bytes(dom.uuid);
        let body = DomainEventBalloonChangeMsg { dom, actual };
        self.emit(EventObject::Domain, BALLOON_CHANGE, uuid, procedures(BALLOON_CHANGE), &body);
    }

    /// A domain's metadata changed: of which kind, and in which namespace.
    pub fn domain_metadata_change(&self, dom: NonnullDomain, kind: i32, uri: Option<&str>) {
        let uuid = Uuid::from_bytes(dom.uuid);
        let body = MetadataChange { dom, kind, uri: uri.map(str::to_owned) };
        self.emit(EventObject::Domain, METADATA_CHANGE, uuid, procedures(METADATA_CHANGE), &body);
    }
}

/// The body of `DOMAIN_EVENT_CALLBACK_AGENT_LIFECYCLE` behind the callback's number.
#[derive(Encode)]
struct AgentLifecycle {
    dom: NonnullDomain,
    state: i32,
    reason: i32,
}

/// The body of `DOMAIN_EVENT_CALLBACK_METADATA_CHANGE` behind the callback's number.
#[derive(Encode)]
struct MetadataChange {
    dom: NonnullDomain,
    kind: i32,
    #[xdr(max = STRING_MAX)]
    uri: Option<String>,
}

fn procedures(event_id: i32) -> Procedures {
    let (callback, legacy) = PROCEDURES[event_id as usize];
    Procedures { callback: callback.into(), legacy: legacy.map(i32::from) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_libvirts() {
        assert_eq!(Lifecycle::Defined(Defined::Updated).numbers(), (0, 1));
        assert_eq!(Lifecycle::Stopped(Stopped::Failed).numbers(), (5, 5));
        assert_eq!(Lifecycle::Shutdown(Shutdown::Host).numbers(), (6, 2));
        assert_eq!(procedures(LIFECYCLE).callback, 318);
        assert_eq!(procedures(REBOOT).legacy, Some(169));
        assert_eq!(i32::from(PROCEDURES[26].0), 438);
    }

    #[test]
    fn clients_may_ask_for_the_events_there_are() {
        assert!(is_known(0) && is_known(27) && !is_known(28) && !is_known(-1));
        assert!(is_legacy(15) && !is_legacy(16) && !is_legacy(-1) && !is_legacy(28));
    }
}
