//! Registering for what there is not, or twice. The calls are made on one connection, in this order.

use super::{Wrong, nobody};
use crate::question::{ask, ask_plainly};
use vireo_protocol::remote::*;
use vireo_protocol::table::RemoteProc;

pub(super) fn wrong() -> Vec<Wrong> {
    let any = |event_id| ask(ConnectDomainEventRegisterAnyArgs { event_id });
    let not_any = |event_id| ask(ConnectDomainEventDeregisterAnyArgs { event_id });
    let callback = |event_id, dom| ask(ConnectDomainEventCallbackRegisterAnyArgs { event_id, dom });
    let no_callback = |callback_id| ask(ConnectDomainEventCallbackDeregisterAnyArgs { callback_id });
    vec![
        ("before anything", ask_plainly(RemoteProc::ConnectDomainEventDeregister)),
        ("the first time", ask_plainly(RemoteProc::ConnectDomainEventRegister)),
        ("the second time", ask_plainly(RemoteProc::ConnectDomainEventRegister)),
        ("what is registered the old way", any(0)),
        ("what was registered", ask_plainly(RemoteProc::ConnectDomainEventDeregister)),
        ("what was registered, again", ask_plainly(RemoteProc::ConnectDomainEventDeregister)),
        ("before anything", not_any(0)),
        ("the first time", any(1)),
        ("the second time", any(1)),
        ("what is registered the new way", ask_plainly(RemoteProc::ConnectDomainEventDeregister)),
        ("what was registered", not_any(1)),
        ("what was registered, again", not_any(1)),
        ("an event that the call does not know", any(16)),
        ("an event that is none", any(99)),
        ("event -1", any(-1)),
        ("an event that the call does not know", not_any(16)),
        ("an event that is none", not_any(99)),
        ("event -1", not_any(-1)),
        ("an event that is none", callback(99, None)),
        ("event -1", callback(-1, None)),
        ("an event that is none, of nobody", callback(99, Some(nobody()))),
        ("a number that is none", no_callback(12_345)),
        ("number -1", no_callback(-1)),
        ("number -2", no_callback(-2)),
        ("before anything", ask_plainly(RemoteProc::ConnectUnregisterCloseCallback)),
        ("the first time", ask_plainly(RemoteProc::ConnectRegisterCloseCallback)),
        ("the second time", ask_plainly(RemoteProc::ConnectRegisterCloseCallback)),
        ("what was registered", ask_plainly(RemoteProc::ConnectUnregisterCloseCallback)),
        ("what was registered, again", ask_plainly(RemoteProc::ConnectUnregisterCloseCallback)),
        ("a feature that is none", ask(ConnectSupportsFeatureArgs { feature: 99 })),
        ("feature -1", ask(ConnectSupportsFeatureArgs { feature: -1 })),
        ("a second time", ask(ConnectOpenArgs { name: Some("qemu:///system".into()), flags: 0 })),
    ]
}
