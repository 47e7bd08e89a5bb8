//! What is told of guests that run: with a fake vmm, and as stock libvirtd 9.0 tells it.

use std::path::Path;
use std::sync::Arc;

use vireo_protocol::qemu::DomainAgentCommandArgs;
use vireo_protocol::remote::*;
use vireo_protocol::typed::{TypedParam, TypedValue};

use super::*;
use crate::config::Config;
use crate::daemon::Daemon;
use crate::domain::{Setup, fake};
use crate::error::{ErrorCode, ErrorDomain};
use crate::host::Host;
use crate::identity::Identity;
use crate::paths::Paths;
use crate::rpc::ClientHandle;

/// A daemon, and a client that calls it.
struct Fixture {
    root: tempfile::TempDir,
    daemon: Arc<Daemon>,
}

impl Fixture {
    async fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let paths = Paths::rooted(root.path());
        paths.create().unwrap();
        let setup = Setup {
            program: fake::program(root.path()),
            guest_user: None,
            ..Setup::new(paths, Path::new(""))
        };
        let host = Arc::new(Host::new("/nowhere/vireo-vmm"));
        let daemon = Daemon::start_with(setup, host, Config::default(), false).await.unwrap();
        Self { root, daemon }
    }

    fn call(&self) -> Call {
        self.call_with(false)
    }

    fn call_with(&self, read_only: bool) -> Call {
        let (socket, _peer) = std::os::unix::net::UnixStream::pair().unwrap();
        let identity = Identity::of_peer(&socket).unwrap();
        Call::new(ClientHandle::new(self.daemon.clone(), identity, read_only), 0, 1, Vec::new())
    }

    /// A running guest of these devices.
    async fn guest(&self, name: &str, devices: &str) -> NonnullDomain {
        let xml_desc = xml(name, devices);
        domain_create_xml(&self.call(), DomainCreateXmlArgs { xml_desc, flags: 0 }).await.unwrap().dom
    }

    async fn defined(&self, name: &str) -> NonnullDomain {
        let xml = xml(name, "");
        domain_define_xml(&self.call(), DomainDefineXmlArgs { xml }).await.unwrap().dom
    }

    async fn end(&self, dom: NonnullDomain) {
        domain_destroy(&self.call(), DomainDestroyArgs { dom }).await.unwrap();
    }
}

fn xml(name: &str, devices: &str) -> String {
    format!(
        "<domain type='kvm'><name>{name}</name><memory unit='MiB'>1</memory>
         <os><type arch='x86_64' machine='q35'>hvm</type><kernel>/proc/self/exe</kernel></os>
         <devices>{devices}</devices></domain>"
    )
}

/// Code, subsystem and message of a refusal.
#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> (ErrorCode, ErrorDomain, String) {
    let error = outcome.unwrap_err();
    (error.code(), error.domain(), error.message().to_owned())
}

const AGENT: &str = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>";

#[tokio::test]
async fn an_agent_is_missing_not_connected_or_in_a_guest_that_stands() {
    let server = Fixture::new().await;
    let without = server.guest("without", "").await;
    let with = server.guest("with", AGENT).await;
    let off = server.defined("off").await;
    let call = server.call();
    let time = async |dom: &NonnullDomain| {
        refused(domain_get_time(&call, DomainGetTimeArgs { dom: dom.clone(), flags: 0 }).await)
    };
    let trim = async |dom: &NonnullDomain| {
        let args = DomainFstrimArgs { dom: dom.clone(), mount_point: None, minimum: 0, flags: 0 };
        refused(domain_fstrim(&call, args).await)
    };
    let missing = "argument unsupported: QEMU guest agent is not configured".to_owned();
    let silent = "Guest agent is not responding: QEMU guest agent is not connected".to_owned();
    let stands = "Requested operation is not valid: domain is not running".to_owned();
    let missing = (ErrorCode::ArgumentUnsupported, ErrorDomain::Qemu, missing);
    let silent = (ErrorCode::AgentUnresponsive, ErrorDomain::Qemu, silent);
    assert_eq!((time(&without).await, trim(&without).await), (missing.clone(), missing));
    assert_eq!((time(&with).await, trim(&with).await), (silent.clone(), silent.clone()));
    let command = DomainAgentCommandArgs { dom: with.clone(), cmd: "{}".into(), timeout: -2, flags: 0 };
    assert_eq!(refused(domain_agent_command(&call, command).await), silent);
    // Some calls look for a guest first, the others for one that runs.
    let of = |domain| (ErrorCode::OperationInvalid, domain, stands.clone());
    assert_eq!((time(&off).await, trim(&off).await), (of(ErrorDomain::Domain), of(ErrorDomain::Qemu)));
    domain_suspend(&call, DomainSuspendArgs { dom: with.clone() }).await.unwrap();
    assert_eq!((time(&with).await, trim(&with).await), (of(ErrorDomain::Qemu), of(ErrorDomain::Qemu)));
    server.end(with).await;
    server.end(without).await;
}

#[tokio::test]
async fn a_guests_addresses_come_from_those_who_know_some() {
    let server = Fixture::new().await;
    let dom = server.guest("web", AGENT).await;
    let ask = async |call: &Call, source| {
        let args = DomainInterfaceAddressesArgs { dom: dom.clone(), source, flags: 0 };
        domain_interface_addresses(call, args).await.map(|answer| answer.ifaces)
    };
    let (call, reader) = (server.call(), server.call_with(true));
    for source in [0, 2] {
        assert_eq!(ask(&call, source).await.unwrap(), []);
        assert_eq!(ask(&reader, source).await.unwrap(), []);
    }
    assert_eq!(refused(ask(&call, 1).await).0, ErrorCode::AgentUnresponsive);
    assert_eq!(refused(ask(&reader, 1).await).0, ErrorCode::OperationDenied);
    assert_eq!(refused(ask(&call, 3).await).2, "argument unsupported: Unknown IP address data source 3");
    let hostname = domain_get_hostname(&call, DomainGetHostnameArgs { dom: dom.clone(), flags: 1 }).await;
    let text = "no hostname found: no hostname found for domain web".to_owned();
    assert_eq!(refused(hostname), (ErrorCode::NoHostname, ErrorDomain::Qemu, text));
    server.end(dom).await;
}

#[tokio::test]
async fn what_a_guest_has_not_is_refused_by_its_name() {
    let server = Fixture::new().await;
    let dom = server.guest("web", "<graphics type='vnc'/>").await;
    let call = server.call();
    let key = DomainSendKeyArgs { dom: dom.clone(), codeset: 0, holdtime: 0, keycodes: vec![30], flags: 0 };
    let text = "Operation not supported: the guest has no keyboard".to_owned();
    let expected = (ErrorCode::OperationUnsupported, ErrorDomain::Qemu, text);
    assert_eq!(refused(domain_send_key(&call, key).await), expected);
    let screen = DomainOpenGraphicsFdArgs { dom: dom.clone(), idx: 0, flags: 0 };
    let text = "internal error: No graphics backend with index 0";
    assert_eq!(refused(domain_open_graphics_fd(&call, screen).await).2, text);
    let wake = domain_pm_wakeup(&call, DomainPmWakeupArgs { dom: dom.clone(), flags: 0 }).await;
    assert_eq!(refused(wake).2, "internal error: Unable to wake up: guest is not in suspended state");
    let abort = domain_abort_job(&call, DomainAbortJobArgs { dom: dom.clone() }).await;
    assert_eq!(refused(abort).2, "Requested operation is not valid: no job is active on the domain");
    let errors = DomainGetDiskErrorsArgs { dom: dom.clone(), maxerrors: 4, flags: 0 };
    assert_eq!(domain_get_disk_errors(&call, errors).await.unwrap().nerrors, 0);
    let labels = DomainGetSecurityLabelListArgs { dom: dom.clone() };
    assert_eq!(domain_get_security_label_list(&call, labels).await.unwrap().ret, 1);
    server.end(dom).await;
}

#[tokio::test]
async fn graphics_are_opened_over_a_socket_only() {
    let server = Fixture::new().await;
    let dom = server.guest("web", "").await;
    let args = || DomainOpenGraphicsArgs { dom: dom.clone(), idx: 7, flags: 0 };
    let with = |fd| {
        let call = server.call();
        Call::new(call.client().clone(), 0, 1, vec![fd])
    };
    let (socket, _peer) = std::os::unix::net::UnixStream::pair().unwrap();
    let text = refused(domain_open_graphics(&with(socket.into()), args()).await).2;
    assert_eq!(text, "internal error: No graphics backend with index 7");
    let file = std::fs::File::open(server.root.path()).unwrap();
    assert_eq!(refused(domain_open_graphics(&with(file.into()), args()).await).2, "fd must be a socket");
    let text = refused(domain_open_graphics(&server.call(), args()).await).2;
    assert_eq!(text, "internal error: No FD available at slot 0");
    server.end(dom).await;
}

#[tokio::test]
async fn no_events_of_the_host_are_counted_and_asking_for_fewer_is_no_error() {
    let server = Fixture::new().await;
    let dom = server.guest("web", "").await;
    let call = server.call();
    let get = async |flags| {
        let args = DomainGetPerfEventsArgs { dom: dom.clone(), flags };
        domain_get_perf_events(&call, args).await
    };
    let params = get(0).await.unwrap().params;
    assert_eq!(params.len(), 22);
    assert!(params.iter().all(|param| param.value == TypedValue::Boolean(false)));
    let text = "Requested operation is not valid: transient domains do not have any persistent config";
    assert_eq!(refused(get(2).await).2, text);
    let set = async |value: bool| {
        let params = vec![TypedParam::new("cmt", value)];
        domain_set_perf_events(&call, DomainSetPerfEventsArgs { dom: dom.clone(), params, flags: 0 }).await
    };
    set(false).await.unwrap();
    let text = "argument unsupported: unable to enable host cpu perf event for cmt".to_owned();
    assert_eq!(refused(set(true).await), (ErrorCode::ArgumentUnsupported, ErrorDomain::Perf, text));
    server.end(dom).await;
}

#[tokio::test]
async fn passwords_are_shown_to_whoever_may_see_them_and_to_another_host() {
    let server = Fixture::new().await;
    let devices = "<graphics type='vnc' passwd='secret'/>";
    let dom = server.guest("web", devices).await;
    let call = server.call();
    let xml = async |flags| {
        domain_get_xml_desc(&call, DomainGetXmlDescArgs { dom: dom.clone(), flags }).await.unwrap().xml
    };
    for (flags, shown) in [(0, false), (1, true), (2, false), (3, true), (8, true), (10, true)] {
        assert_eq!(xml(flags).await.contains("secret"), shown, "flags {flags}");
    }
    assert!(xml(0).await.contains("<alias"));
    for flags in [2, 8, 10] {
        let xml = xml(flags).await;
        assert!(!xml.contains("<alias") && !xml.contains(" id='"), "flags {flags}: {xml}");
    }
    server.end(dom).await;
}
