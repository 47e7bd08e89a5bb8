//! Events of domains: registering for them, and what they carry.
//!
//! Each of the older ones exists twice: as it is, for clients that registered without a callback, and wrapped
//! with the number of the callback. Newer ones carry the number themselves.

use crate::remote::limits::{
    DOMAIN_EVENT_GRAPHICS_IDENTITY_MAX, DOMAIN_EVENT_TUNABLE_MAX, DOMAIN_JOB_STATS_MAX,
};
use crate::remote::{NonnullDomain, TypedParam};

wire! {
    ConnectDomainEventRegisterRet { cb_registered: i32 }
    ConnectDomainEventDeregisterRet { cb_registered: i32 }
    DomainEventLifecycleMsg { dom: NonnullDomain, event: i32, detail: i32 }
    DomainEventCallbackLifecycleMsg { callback_id: i32, msg: DomainEventLifecycleMsg }
    ConnectDomainEventRegisterAnyArgs { event_id: i32 }
    ConnectDomainEventDeregisterAnyArgs { event_id: i32 }
    ConnectDomainEventCallbackRegisterAnyArgs { event_id: i32, dom: Option<NonnullDomain> }
    ConnectDomainEventCallbackRegisterAnyRet { callback_id: i32 }
    ConnectDomainEventCallbackDeregisterAnyArgs { callback_id: i32 }
    DomainEventRebootMsg { dom: NonnullDomain }
    DomainEventCallbackRebootMsg { callback_id: i32, msg: DomainEventRebootMsg }
    DomainEventRtcChangeMsg { dom: NonnullDomain, offset: i64 }
    DomainEventCallbackRtcChangeMsg { callback_id: i32, msg: DomainEventRtcChangeMsg }
    DomainEventWatchdogMsg { dom: NonnullDomain, action: i32 }
    DomainEventCallbackWatchdogMsg { callback_id: i32, msg: DomainEventWatchdogMsg }
    DomainEventIoErrorMsg { dom: NonnullDomain, src_path: String, dev_alias: String, action: i32 }
    DomainEventCallbackIoErrorMsg { callback_id: i32, msg: DomainEventIoErrorMsg }
    DomainEventIoErrorReasonMsg {
        dom: NonnullDomain, src_path: String, dev_alias: String, action: i32, reason: String,
    }
    DomainEventCallbackIoErrorReasonMsg { callback_id: i32, msg: DomainEventIoErrorReasonMsg }
    DomainEventGraphicsAddress { family: i32, node: String, service: String }
    DomainEventGraphicsIdentity { r#type: String, name: String }
    DomainEventGraphicsMsg {
        dom: NonnullDomain, phase: i32, local: DomainEventGraphicsAddress, remote: DomainEventGraphicsAddress,
        auth_scheme: String, subject: Vec<DomainEventGraphicsIdentity>[DOMAIN_EVENT_GRAPHICS_IDENTITY_MAX],
    }
    DomainEventCallbackGraphicsMsg { callback_id: i32, msg: DomainEventGraphicsMsg }
    DomainEventBlockJobMsg { dom: NonnullDomain, path: String, r#type: i32, status: i32 }
    DomainEventCallbackBlockJobMsg { callback_id: i32, msg: DomainEventBlockJobMsg }
    DomainEventDiskChangeMsg {
        dom: NonnullDomain, old_src_path: Option<String>, new_src_path: Option<String>, dev_alias: String,
        reason: i32,
    }
    DomainEventCallbackDiskChangeMsg { callback_id: i32, msg: DomainEventDiskChangeMsg }
    DomainEventTrayChangeMsg { dom: NonnullDomain, dev_alias: String, reason: i32 }
    DomainEventCallbackTrayChangeMsg { callback_id: i32, msg: DomainEventTrayChangeMsg }
    DomainEventPmwakeupMsg { dom: NonnullDomain }
    DomainEventCallbackPmwakeupMsg { callback_id: i32, reason: i32, msg: DomainEventPmwakeupMsg }
    DomainEventPmsuspendMsg { dom: NonnullDomain }
    DomainEventCallbackPmsuspendMsg { callback_id: i32, reason: i32, msg: DomainEventPmsuspendMsg }
    DomainEventBalloonChangeMsg { dom: NonnullDomain, actual: u64 }
    DomainEventCallbackBalloonChangeMsg { callback_id: i32, msg: DomainEventBalloonChangeMsg }
    DomainEventPmsuspendDiskMsg { dom: NonnullDomain }
    DomainEventCallbackPmsuspendDiskMsg { callback_id: i32, reason: i32, msg: DomainEventPmsuspendDiskMsg }
    DomainEventControlErrorMsg { dom: NonnullDomain }
    DomainEventCallbackControlErrorMsg { callback_id: i32, msg: DomainEventControlErrorMsg }
    DomainEventDeviceRemovedMsg { dom: NonnullDomain, dev_alias: String }
    DomainEventCallbackDeviceRemovedMsg { callback_id: i32, msg: DomainEventDeviceRemovedMsg }
    DomainEventBlockJob2Msg { callback_id: i32, dom: NonnullDomain, dst: String, r#type: i32, status: i32 }
    DomainEventBlockThresholdMsg {
        callback_id: i32, dom: NonnullDomain, dev: String, path: Option<String>, threshold: u64, excess: u64,
    }
    DomainEventCallbackTunableMsg {
        callback_id: i32, dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_EVENT_TUNABLE_MAX],
    }
    DomainEventCallbackDeviceAddedMsg { callback_id: i32, dom: NonnullDomain, dev_alias: String }
    DomainEventCallbackAgentLifecycleMsg { callback_id: i32, dom: NonnullDomain, state: i32, reason: i32 }
    DomainEventCallbackMigrationIterationMsg { callback_id: i32, dom: NonnullDomain, iteration: i32 }
    DomainEventCallbackJobCompletedMsg {
        callback_id: i32, dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_JOB_STATS_MAX],
    }
    DomainEventCallbackDeviceRemovalFailedMsg { callback_id: i32, dom: NonnullDomain, dev_alias: String }
    DomainEventCallbackMetadataChangeMsg {
        callback_id: i32, dom: NonnullDomain, r#type: i32, nsuri: Option<String>,
    }
    DomainEventMemoryFailureMsg {
        callback_id: i32, dom: NonnullDomain, recipient: i32, action: i32, flags: u32,
    }
    DomainEventMemoryDeviceSizeChangeMsg { callback_id: i32, dom: NonnullDomain, alias: String, size: u64 }
    DomainEventNicMacChangeMsg {
        callback_id: i32, dom: NonnullDomain, alias: String, old_mac: String, new_mac: String,
    }
}
