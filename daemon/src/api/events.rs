//! Registering for domain events: the calls of three ages.
//!
//! The oldest knows one event, the next one of each kind, the newest counts callbacks. All end in the same list of
//! the client, and in the hub; what differs is the form in which events are sent. What is said about what is not
//! registered, or is twice, is stock's.

use uuid::Uuid;
use vireo_protocol::remote::{
    ConnectDomainEventCallbackDeregisterAnyArgs, ConnectDomainEventCallbackRegisterAnyArgs,
    ConnectDomainEventCallbackRegisterAnyRet, ConnectDomainEventDeregisterAnyArgs,
    ConnectDomainEventDeregisterRet, ConnectDomainEventRegisterAnyArgs, ConnectDomainEventRegisterRet,
};

use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::events::domain;
use crate::rpc::{Call, EventObject, Subscription};

/// How many callbacks a client may have: several for each of the few dozen kinds of events.
pub(super) const MAX_SUBSCRIPTIONS: usize = 1024;

/// `CONNECT_DOMAIN_EVENT_REGISTER`
pub async fn connect_domain_event_register(call: &Call, (): ()) -> Result<ConnectDomainEventRegisterRet> {
    register_legacy(call, domain::LIFECYCLE)?;
    Ok(ConnectDomainEventRegisterRet { cb_registered: 1 })
}

/// `CONNECT_DOMAIN_EVENT_DEREGISTER`
pub async fn connect_domain_event_deregister(call: &Call, (): ()) -> Result<ConnectDomainEventDeregisterRet> {
    deregister_legacy(call, domain::LIFECYCLE)?;
    Ok(ConnectDomainEventDeregisterRet { cb_registered: 0 })
}

/// `CONNECT_DOMAIN_EVENT_REGISTER_ANY`
pub async fn connect_domain_event_register_any(
    call: &Call,
    args: ConnectDomainEventRegisterAnyArgs,
) -> Result<()> {
    register_legacy(call, args.event_id)
}

/// `CONNECT_DOMAIN_EVENT_DEREGISTER_ANY`
pub async fn connect_domain_event_deregister_any(
    call: &Call,
    args: ConnectDomainEventDeregisterAnyArgs,
) -> Result<()> {
    deregister_legacy(call, args.event_id)
}

/// `CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY`
pub async fn connect_domain_event_callback_register_any(
    call: &Call,
    args: ConnectDomainEventCallbackRegisterAnyArgs,
) -> Result<ConnectDomainEventCallbackRegisterAnyRet> {
    if !domain::is_known(args.event_id) {
        return Err(unsupported(args.event_id));
    }
    let filter = args.dom.map(|domain| Uuid::from_bytes(domain.uuid));
    let callback_id = add(call, args.event_id, filter, false)?;
    Ok(ConnectDomainEventCallbackRegisterAnyRet { callback_id })
}

/// `CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY`
pub async fn connect_domain_event_callback_deregister_any(
    call: &Call,
    args: ConnectDomainEventCallbackDeregisterAnyArgs,
) -> Result<()> {
    let id = args.callback_id;
    let found = remove(call, |one| !one.legacy && one.callback_id == id);
    found.ok_or_else(|| internal(format!("domain event callback {id} not registered")))
}

fn register_legacy(call: &Call, event_id: i32) -> Result<()> {
    if !domain::is_legacy(event_id) {
        return Err(unsupported(event_id));
    }
    add(call, event_id, None, true).map(drop)
}

fn deregister_legacy(call: &Call, event_id: i32) -> Result<()> {
    if !domain::is_legacy(event_id) {
        return Err(unsupported(event_id));
    }
    let found = remove(call, |one| is_legacy(one, event_id));
    found.ok_or_else(|| internal(format!("domain event {event_id} not registered")))
}

fn is_legacy(one: &Subscription, event_id: i32) -> bool {
    one.legacy && one.object == EventObject::Domain && one.event_id == event_id
}

fn add(call: &Call, event_id: i32, filter: Option<Uuid>, legacy: bool) -> Result<i32> {
    let client = call.client();
    if client.subscriptions(|all| all.len() >= MAX_SUBSCRIPTIONS) {
        return Err(internal(format!("too many event callbacks: at most {MAX_SUBSCRIPTIONS}")));
    }
    let object = EventObject::Domain;
    let same = |one: &Subscription| one.object == object && one.event_id == event_id && one.filter == filter;
    // Whichever call asked for it.
    if client.subscriptions(|all| all.iter().any(same)) {
        let text = "event callback already tracked";
        return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::None, text));
    }
    // The connection ends its subscriptions with itself.
    let callback_id = call.daemon().events.subscribe(client, object, event_id, filter, legacy);
    client.subscriptions(|all| all.push(Subscription { object, event_id, filter, callback_id, legacy }));
    Ok(callback_id)
}

fn remove(call: &Call, which: impl Fn(&Subscription) -> bool) -> Option<()> {
    let removed = call.client().subscriptions(|all| {
        let index = all.iter().position(|one| one.object == EventObject::Domain && which(one))?;
        Some(all.swap_remove(index))
    })?;
    call.daemon().events.unsubscribe(call.client(), removed.object, removed.callback_id);
    Some(())
}

fn unsupported(event_id: i32) -> Error {
    internal(format!("unsupported event ID {event_id}"))
}

fn internal(text: String) -> Error {
    Error::internal(ErrorDomain::Rpc, text)
}
