//! What each key takes, and where it goes.

use std::path::PathBuf;

use super::{Config, Value};
use crate::logging::{Filters, Level, Outputs};

/// Keys of parts that this daemon does not have: the value that says so is the only one taken.
const ABSENT: &[(&str, i64, &str)] = &[
    ("listen_tls", 0, "TLS is not served"),
    ("listen_tcp", 0, "TCP is not served"),
    ("mdns_adv", 0, "mDNS is not served"),
    ("audit_level", 0, "auditing is not served"),
    ("audit_logging", 0, "auditing is not served"),
    ("keepalive_required", 0, "who answers no pings is served too"),
    ("admin_keepalive_required", 0, "the administration socket is not served"),
];

/// Keys that only tell how to do what [`ABSENT`] refuses, or tune what works in another way here.
const REFUSED: &[(&str, &str)] = &[
    ("tls_port", "TLS is not served"),
    ("tcp_port", "TCP is not served"),
    ("listen_addr", "TLS and TCP are not served"),
    ("auth_tcp", "TCP is not served"),
    ("auth_tls", "TLS is not served"),
    ("tcp_min_ssf", "TCP is not served"),
    ("key_file", "TLS is not served"),
    ("cert_file", "TLS is not served"),
    ("ca_file", "TLS is not served"),
    ("crl_file", "TLS is not served"),
    ("tls_no_sanity_certificate", "TLS is not served"),
    ("tls_no_verify_certificate", "TLS is not served"),
    ("tls_allowed_dn_list", "TLS is not served"),
    ("tls_priority", "TLS is not served"),
    ("sasl_allowed_username_list", "SASL is not served"),
    ("access_drivers", "there are no access drivers"),
    ("unix_sock_admin_perms", "the administration socket is not served"),
    ("admin_min_workers", "the administration socket is not served"),
    ("admin_max_workers", "the administration socket is not served"),
    ("admin_max_clients", "the administration socket is not served"),
    ("admin_max_queued_clients", "the administration socket is not served"),
    ("admin_max_client_requests", "the administration socket is not served"),
    ("admin_keepalive_interval", "the administration socket is not served"),
    ("admin_keepalive_count", "the administration socket is not served"),
    ("ovs_timeout", "Open vSwitch is not served"),
];

/// Sets one key, or tells what is wrong with it.
pub(super) fn apply(config: &mut Config, key: &str, value: &Value) -> Result<(), String> {
    match key {
        "unix_sock_group" => config.unix_sock_group = Some(text(value)?),
        "unix_sock_ro_perms" => config.unix_sock_ro_perms = mode(value)?,
        "unix_sock_rw_perms" => config.unix_sock_rw_perms = Some(mode(value)?),
        "unix_sock_dir" => config.unix_sock_dir = Some(folder(value)?),
        "auth_unix_ro" | "auth_unix_rw" => no_authentication(value)?,
        "max_clients" => config.max_clients = number(value, 1, 1 << 20)?,
        "max_queued_clients" => config.max_queued_clients = number(value, 1, 1 << 20)?,
        "max_anonymous_clients" => config.max_anonymous_clients = number(value, 0, 1 << 20)?,
        "max_client_requests" => config.max_client_requests = number(value, 1, 1024)?,
        "max_workers" => config.max_workers = number(value, 1, 1 << 20)?,
        "min_workers" => config.min_workers = number(value, 1, 1 << 20)?,
        "prio_workers" => config.prio_workers = number(value, 1, 1024)?,
        "keepalive_interval" => config.keepalive_interval = number(value, -1, i64::from(i32::MAX))?,
        "keepalive_count" => config.keepalive_count = number(value, 0, i64::from(u32::MAX))?,
        "host_uuid" => config.host_uuid = Some(uuid(value)?),
        "host_uuid_source" => config.host_uuid_source = Some(uuid_source(value)?),
        "log_level" => config.log.level = level(value)?,
        "log_filters" => config.log.filters = Filters::parse(&text(value)?)?,
        "log_outputs" => config.log.outputs = Some(Outputs::parse(&text(value)?)?),
        _ => return other(key, value),
    }
    Ok(())
}

fn other(key: &str, value: &Value) -> Result<(), String> {
    if let Some((_, only, why)) = ABSENT.iter().find(|row| row.0 == key) {
        let given: i64 = number(value, i64::MIN, i64::MAX)?;
        return if given == *only { Ok(()) } else { Err(format!("{why}: it can only be {only}")) };
    }
    match REFUSED.iter().find(|row| row.0 == key) {
        Some((_, why)) => Err(format!("it cannot be set: {why}")),
        None => Err("unknown key".to_owned()),
    }
}

fn number<T: TryFrom<i64>>(value: &Value, min: i64, max: i64) -> Result<T, String> {
    let Value::Number(number) = value else { return Err(expected("a number", value)) };
    let in_range = (min..=max).contains(number);
    let converted = if in_range { T::try_from(*number).ok() } else { None };
    converted.ok_or_else(|| format!("{number} is not between {min} and {max}"))
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        other => Err(expected("a string", other)),
    }
}

fn expected(what: &str, found: &Value) -> String {
    format!("expecting {what}, not {}", found.kind())
}

/// A mode in octal, as a string.
fn mode(value: &Value) -> Result<u32, String> {
    let text = text(value)?;
    match u32::from_str_radix(&text, 8) {
        Ok(mode) if mode <= 0o777 => Ok(mode),
        _ => Err(format!("'{text}' is not a mode in octal")),
    }
}

fn folder(value: &Value) -> Result<PathBuf, String> {
    let path = PathBuf::from(text(value)?);
    if path.is_absolute() { Ok(path) } else { Err(format!("'{}' is not an absolute path", path.display())) }
}

fn no_authentication(value: &Value) -> Result<(), String> {
    match text(value)?.as_str() {
        "none" => Ok(()),
        "polkit" | "sasl" => {
            Err("only \"none\" is served: the socket's mode and group say who may connect".to_owned())
        }
        other => Err(format!("'{other}' is no way to authenticate")),
    }
}

fn uuid(value: &Value) -> Result<String, String> {
    let text = text(value)?;
    match uuid::Uuid::try_parse(&text) {
        // Stock daemons refuse it too: firmware with all digits alike was never given one.
        Ok(uuid) if uuid.is_nil() || uuid.is_max() => Err(format!("{text} is no UUID of one host")),
        Ok(uuid) => Ok(uuid.to_string()),
        Err(_) => Err(format!("'{text}' is not a UUID")),
    }
}

fn uuid_source(value: &Value) -> Result<String, String> {
    let text = text(value)?;
    match text.as_str() {
        "smbios" | "machine-id" => Ok(text),
        _ => Err(format!("'{text}' is neither smbios nor machine-id")),
    }
}

fn level(value: &Value) -> Result<Level, String> {
    let number: u8 = number(value, 1, 4)?;
    Level::from_number(number).ok_or_else(|| format!("{number} is not between 1 and 4"))
}
