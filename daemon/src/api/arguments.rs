//! What is asked of arguments before anybody is asked anything: room for a reply, counts, texts, flags that exclude
//! each other.
//!
//! Clients' own libraries check the same; these are the answers to a client that does not. The texts are libvirt's,
//! of its RPC layer ([`ErrorDomain::Rpc`]) and of its API.

use crate::domain::scope;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// The room a client has for a list, `argument`, which no reply can fill beyond `max`, called `limit`.
pub(super) fn list_room(room: i32, max: usize, argument: &str, limit: &str) -> Result<usize> {
    let fail = |text: String| Err(Error::new(ErrorCode::Rpc, ErrorDomain::Rpc, text));
    match usize::try_from(room) {
        Err(_) => fail(format!("{argument} must be non-negative")),
        Ok(room) if room > max => fail(format!("{argument} > {limit}")),
        Ok(room) => Ok(room),
    }
}

/// The room a client has for parameters, `nparams`, of which a reply has at most `max`.
pub(super) fn params_room(nparams: i32, max: usize) -> Result<()> {
    if nparams < 0 {
        return Err(Error::internal(ErrorDomain::Rpc, "nparams must be non-negative"));
    }
    not_too_large(nparams as usize, max, "nparams")
}

/// Refuses a count of what a reply has at most `max` of.
pub(super) fn not_too_large(count: usize, max: usize, argument: &str) -> Result<()> {
    if count <= max {
        return Ok(());
    }
    Err(Error::internal(ErrorDomain::Rpc, format_args!("{argument} too large")))
}

/// Refuses a negative number.
pub(super) fn not_negative(number: i32, function: &str, argument: &str) -> Result<()> {
    check(number >= 0, function, argument, format_args!("{argument} in {function} must be zero or greater"))
}

/// Refuses zero.
pub(super) fn not_zero(number: u64, function: &str, argument: &str) -> Result<()> {
    check(number != 0, function, argument, format_args!("{argument} in {function} must not be zero"))
}

/// Refuses zero and less.
pub(super) fn positive(number: i64, function: &str, argument: &str) -> Result<()> {
    check(number > 0, function, argument, format_args!("{argument} in {function} must be greater than zero"))
}

/// Refuses what is not there.
pub(super) fn there(is_there: bool, function: &str, argument: &str) -> Result<()> {
    check(is_there, function, argument, format_args!("{argument} in {function} must not be NULL"))
}

/// Refuses an empty text.
pub(super) fn not_empty(text: &str, function: &str, argument: &str) -> Result<()> {
    let message = format_args!("string {argument} in {function} must not be empty");
    check(!text.is_empty(), function, argument, message)
}

/// Refuses two flags at once; `names` are what libvirt calls them.
pub(super) fn not_both(flags: u32, both: u32, function: &str, names: [&str; 2]) -> Result<()> {
    let [one, other] = names;
    let message = format_args!("Flags '{one}' and '{other}' are mutually exclusive");
    check(flags & both != both, function, FLAGS, message)
}

/// Refuses to answer of the guest and of the definition at once.
pub(super) fn live_or_config(flags: u32, function: &str) -> Result<()> {
    let names = ["VIR_DOMAIN_AFFECT_LIVE", "VIR_DOMAIN_AFFECT_CONFIG"];
    not_both(flags, scope::LIVE | scope::CONFIG, function, names)
}

/// What libvirt's checks of flags name the argument.
const FLAGS: &str = "ctl";

fn check(holds: bool, function: &str, argument: &str, message: std::fmt::Arguments<'_>) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(Error::invalid_argument(ErrorDomain::Domain, function, argument, message.to_string()))
}
