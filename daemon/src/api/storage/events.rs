//! Registering for events of pools.

use uuid::Uuid;
use vireo_protocol::remote::{
    ConnectStoragePoolEventDeregisterAnyArgs, ConnectStoragePoolEventRegisterAnyArgs,
    ConnectStoragePoolEventRegisterAnyRet,
};

use crate::api::events::MAX_SUBSCRIPTIONS;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::events::storage::is_known;
use crate::rpc::{Call, EventObject, Subscription};

const OBJECT: EventObject = EventObject::StoragePool;

/// `CONNECT_STORAGE_POOL_EVENT_REGISTER_ANY`
pub async fn connect_storage_pool_event_register_any(
    call: &Call,
    args: ConnectStoragePoolEventRegisterAnyArgs,
) -> Result<ConnectStoragePoolEventRegisterAnyRet> {
    let event_id = args.event_id;
    if !is_known(event_id) {
        return Err(internal(format!("unsupported storage pool event ID {event_id}")));
    }
    let client = call.client();
    if client.subscriptions(|all| all.len() >= MAX_SUBSCRIPTIONS) {
        return Err(internal(format!("too many event callbacks: at most {MAX_SUBSCRIPTIONS}")));
    }
    let filter = args.pool.map(|pool| Uuid::from_bytes(pool.uuid));
    let same = |one: &Subscription| one.object == OBJECT && one.event_id == event_id && one.filter == filter;
    if client.subscriptions(|all| all.iter().any(same)) {
        let text = "event callback already tracked";
        return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::None, text));
    }
    // The connection ends its subscriptions with itself.
    let callback_id = call.daemon().events.subscribe(client, OBJECT, event_id, filter, false);
    client.subscriptions(|all| {
        all.push(Subscription { object: OBJECT, event_id, callback_id, legacy: false, filter });
    });
    Ok(ConnectStoragePoolEventRegisterAnyRet { callback_id })
}

/// `CONNECT_STORAGE_POOL_EVENT_DEREGISTER_ANY`
pub async fn connect_storage_pool_event_deregister_any(
    call: &Call,
    args: ConnectStoragePoolEventDeregisterAnyArgs,
) -> Result<()> {
    let id = args.callback_id;
    let is_it = |one: &Subscription| one.object == OBJECT && one.callback_id == id;
    let removed = call.client().subscriptions(|all| {
        let index = all.iter().position(is_it)?;
        Some(all.swap_remove(index))
    });
    if removed.is_none() {
        return Err(internal(format!("storage pool event callback {id} not registered")));
    }
    call.daemon().events.unsubscribe(call.client(), OBJECT, id);
    Ok(())
}

fn internal(text: String) -> Error {
    Error::internal(ErrorDomain::Rpc, text)
}
