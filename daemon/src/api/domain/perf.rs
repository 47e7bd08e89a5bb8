//! Counting events of the host's processors for a guest: none is counted yet.

use vireo_protocol::remote::{DomainGetPerfEventsArgs, DomainGetPerfEventsRet, DomainSetPerfEventsArgs};
use vireo_protocol::typed::{STRING_OKAY, TypedParam, TypedParams, TypedValue};

use super::edit::document;
use super::{ask, check_flags, snapshot};
use crate::api::arguments::there;
use crate::domain::edit::Edit;
use crate::domain::edit::perf::{EVENTS, StopPerf, is_asked_for};
use crate::domain::request::Request;
use crate::domain::scope::{self, Scope};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `DOMAIN_GET_PERF_EVENTS`: of a running guest what is counted, of a definition what it asks for.
pub async fn domain_get_perf_events(
    call: &Call,
    args: DomainGetPerfEventsArgs,
) -> Result<DomainGetPerfEventsRet> {
    check_flags(args.flags, scope::LIVE | scope::CONFIG | STRING_OKAY, "qemuDomainGetPerfEvents")?;
    let snapshot = snapshot(call, &args.dom)?;
    let defined = if Scope::reads_live(args.flags, snapshot.standing())? {
        None
    } else {
        Some(document(&snapshot, args.flags)?)
    };
    let is_on = |event| defined.as_ref().is_some_and(|def| is_asked_for(def, event));
    let params = EVENTS.into_iter().map(|event| TypedParam::new(event, is_on(event))).collect();
    Ok(DomainGetPerfEventsRet { params })
}

/// `DOMAIN_SET_PERF_EVENTS`: what is not counted can only be switched off.
pub async fn domain_set_perf_events(call: &Call, args: DomainSetPerfEventsArgs) -> Result<()> {
    there(!args.params.is_empty(), "virDomainSetPerfEvents", "params")?;
    check_flags(args.flags, scope::LIVE | scope::CONFIG, "qemuDomainSetPerfEvents")?;
    let allowed = EVENTS.map(|event| (event, TypedValue::Boolean(false), false));
    args.params.validate(&allowed).map_err(|error| Error::new(error.code(), ErrorDomain::None, error))?;
    Scope::of_change(args.flags, snapshot(call, &args.dom)?.standing())?;
    if let Some(on) = args.params.iter().find(|param| param.value == TypedValue::Boolean(true)) {
        let info = format!("unable to enable host cpu perf event for {}", on.field);
        return Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::Perf, info));
    }
    let is_named = |event: &&str| args.params.value(event).is_some();
    let edit = Edit::Perf(StopPerf(EVENTS.into_iter().filter(is_named).collect()));
    ask(call, &args.dom, Request::Edit { edit, flags: args.flags }).await.map(drop)
}
