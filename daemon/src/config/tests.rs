//! Every key once, and the ways to get one wrong.

use super::*;

fn error(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

#[test]
fn nothing_is_the_defaults() {
    assert_eq!(Config::parse("# nothing\n").unwrap(), Config::default());
    let missing = Config::read_if_present(Path::new("/nonexistent/vireod.conf"));
    assert_eq!(missing.unwrap(), Config::default());
}

#[test]
fn the_keys_of_sockets_and_limits_are_taken() {
    let config = Config::parse(
        r#"
        unix_sock_group = "kvm"
        unix_sock_ro_perms = "0750"
        unix_sock_rw_perms = "0660"
        unix_sock_dir = "/run/other"
        auth_unix_rw = "none"
        max_clients = 7
        max_queued_clients = 8
        max_anonymous_clients = 9
        max_client_requests = 10
        max_workers = 2
        min_workers = 2
        prio_workers = 3
        keepalive_interval = -1
        keepalive_count = 0
        host_uuid = "8510E6F5-50E7-11EF-9E5C-0242AC110002"
        listen_tls = 0
        "#,
    )
    .unwrap();
    let expected = Config {
        unix_sock_group: Some("kvm".into()),
        unix_sock_ro_perms: 0o750,
        unix_sock_rw_perms: Some(0o660),
        unix_sock_dir: Some("/run/other".into()),
        max_clients: 7,
        max_queued_clients: 8,
        max_anonymous_clients: 9,
        max_client_requests: 10,
        max_workers: 2,
        min_workers: 2,
        prio_workers: 3,
        keepalive_interval: -1,
        keepalive_count: 0,
        host_uuid: Some("8510e6f5-50e7-11ef-9e5c-0242ac110002".into()),
        ..Config::default()
    };
    assert_eq!(config, expected);
}

#[test]
fn a_bad_key_or_value_is_named_with_its_line() {
    assert_eq!(error("\nmax_client = 5"), "line 2: max_client: unknown key");
    assert_eq!(error("max_clients = 0"), "line 1: max_clients: 0 is not between 1 and 1048576");
    assert_eq!(error("max_clients = 'many'"), "line 1: max_clients: expecting a number, not a string");
    assert_eq!(
        error("unix_sock_rw_perms = '0999'"),
        "line 1: unix_sock_rw_perms: '0999' is not a mode in octal"
    );
    assert_eq!(error("unix_sock_dir = 'run'"), "line 1: unix_sock_dir: 'run' is not an absolute path");
    assert_eq!(error("log_level = 5"), "line 1: log_level: 5 is not between 1 and 4");
    assert_eq!(error("host_uuid = 'x'"), "line 1: host_uuid: 'x' is not a UUID");
    assert_eq!(error("key ="), "line 1: expecting a value");
}

#[test]
fn more_workers_at_least_than_at_most_are_refused_in_either_order() {
    assert!(Config::parse("max_workers = 2").is_ok());
    let text = "min_workers, 5, is more than max_workers, 2";
    assert_eq!(error("max_workers = 2\nmin_workers = 5"), format!("line 2: min_workers: {text}"));
    assert_eq!(error("min_workers = 5\nmax_workers = 2"), format!("line 2: max_workers: {text}"));
}

/// The keys of libvirt 9.0's libvirtd.conf.
const KEYS: &[&str] = &[
    "access_drivers",
    "admin_keepalive_count",
    "admin_keepalive_interval",
    "admin_keepalive_required",
    "admin_max_client_requests",
    "admin_max_clients",
    "admin_max_queued_clients",
    "admin_max_workers",
    "admin_min_workers",
    "audit_level",
    "audit_logging",
    "auth_tcp",
    "auth_tls",
    "auth_unix_ro",
    "auth_unix_rw",
    "ca_file",
    "cert_file",
    "crl_file",
    "host_uuid",
    "host_uuid_source",
    "keepalive_count",
    "keepalive_interval",
    "keepalive_required",
    "key_file",
    "listen_addr",
    "listen_tcp",
    "listen_tls",
    "log_filters",
    "log_level",
    "log_outputs",
    "max_anonymous_clients",
    "max_client_requests",
    "max_clients",
    "max_queued_clients",
    "max_workers",
    "mdns_adv",
    "min_workers",
    "ovs_timeout",
    "prio_workers",
    "sasl_allowed_username_list",
    "tcp_min_ssf",
    "tcp_port",
    "tls_allowed_dn_list",
    "tls_no_sanity_certificate",
    "tls_no_verify_certificate",
    "tls_port",
    "tls_priority",
    "unix_sock_admin_perms",
    "unix_sock_dir",
    "unix_sock_group",
    "unix_sock_ro_perms",
    "unix_sock_rw_perms",
];

#[test]
fn every_key_of_stocks_file_is_known_whether_it_can_be_had_or_not() {
    for key in KEYS {
        for value in ["99999999999", "'no such thing'"] {
            if let Err(problem) = Config::parse(&format!("{key} = {value}")) {
                let text = problem.to_string();
                assert!(text.starts_with(&format!("line 1: {key}: ")), "{text}");
                assert!(!text.ends_with("unknown key"), "{text}");
            }
        }
    }
}

#[test]
fn what_is_not_served_cannot_be_asked_for() {
    assert_eq!(error("listen_tcp = 1"), "line 1: listen_tcp: TCP is not served: it can only be 0");
    assert_eq!(error("tls_port = '16514'"), "line 1: tls_port: it cannot be set: TLS is not served");
    assert!(error("auth_unix_rw = 'polkit'").contains("only \"none\" is served"));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Config::read(&folder.path().join("no.conf")).unwrap_err().to_string();
    assert!(error.contains("no.conf: cannot read it: No such file"), "{error}");
    let file = folder.path().join("bad.conf");
    std::fs::write(&file, "a = 1\n").unwrap();
    let error = Config::read_if_present(&file).unwrap_err().to_string();
    assert!(error.ends_with("bad.conf: line 1: a: unknown key"), "{error}");
}
