//! The life of a domain, with a fake vmm that is a process of its own.

mod balloon;
mod channels;
mod edits;
mod limits;
mod names;
mod sockets;
mod vcpus;

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;
use vireo_protocol::remote::{
    DomainEventCallbackAgentLifecycleMsg, DomainEventCallbackBalloonChangeMsg,
    DomainEventCallbackLifecycleMsg, DomainEventCallbackMetadataChangeMsg, DomainEventCallbackRebootMsg,
    DomainEventCallbackTunableMsg,
};
use vireo_xdr::Decode;

use super::fake;
use crate::config::Config;
use crate::daemon::Daemon;
use crate::domain::def::{DomainDef, ParseFlags};
use crate::domain::limits::Groups;
use crate::domain::request::{Answer, Autostart, CreateOptions, Refusal, Request, UndefineOptions};
use crate::domain::state::{Paused, Running, Shutoff, State};
use crate::domain::{Domain, Registry, Setup, Snapshot};
use crate::error::ErrorCode;
use crate::events::Hub;
use crate::identity::Identity;
use crate::paths::Paths;
use crate::rpc::{ClientHandle, EventObject};

const UUID: &str = "5d7e8a3c-1b1f-4c58-9d5e-2f1c3b6a7d90";

/// Longer than anything takes.
const SOON: Duration = Duration::from_secs(20);

/// The host's control groups, or those of a test in a folder.
fn groups(root: &Path) -> Groups {
    let folder = root.join("cgroup");
    if folder.exists() { Groups::at(folder) } else { Groups::of_host() }
}

/// A daemon's domains, on a runtime of their own, so that they can be killed.
struct Instance {
    runtime: tokio::runtime::Runtime,
    registry: Arc<Registry>,
    watcher: ClientHandle,
}

impl Instance {
    fn start(root: &Path) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let paths = Paths::rooted(root);
        paths.create().unwrap();
        let events = Arc::new(Hub::default());
        // A client needs a daemon to be of; that one's domains are others.
        let elsewhere = Paths::rooted(&root.join("elsewhere"));
        let (watcher, registry) = runtime.block_on(async {
            let daemon = Daemon::start(elsewhere, Config::default(), false).await.unwrap();
            let (socket, _peer) = std::os::unix::net::UnixStream::pair().unwrap();
            let watcher = ClientHandle::new(daemon, Identity::of_peer(&socket).unwrap(), false);
            for event in [0, 1, 13, 17, 18] {
                events.subscribe(&watcher, EventObject::Domain, event, None, false);
            }
            let setup = Setup { paths, program: fake::program(root), guest_user: None, groups: groups(root) };
            (watcher, Registry::load(setup, events).await.unwrap())
        });
        Self { runtime, registry, watcher }
    }

    /// As `kill -9` of the daemon: every task is gone, in the middle of what it did.
    fn kill(self) {
        self.runtime.shutdown_background();
    }

    fn domain(&self) -> Arc<Domain> {
        self.registry.by_name("web").expect("there is no domain").0
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.domain().snapshot()
    }

    fn state(&self) -> State {
        self.snapshot().state
    }

    fn ask(&self, request: Request) -> Result<Answer, Refusal> {
        let domain = self.registry.admit("web", Uuid::parse_str(UUID).unwrap()).unwrap();
        self.runtime.block_on(domain.ask(&self.registry, request))
    }

    fn done(&self, request: Request) {
        match self.ask(request) {
            Ok(Answer::Done) => {}
            other => panic!("{other:?}"),
        }
    }

    fn refused(&self, request: Request) -> (ErrorCode, String) {
        match self.ask(request) {
            Err(Refusal::Error(error)) => (error.code(), error.message().to_owned()),
            other => panic!("{other:?}"),
        }
    }

    fn define(&self, guest: &str) {
        self.done(Request::Define { def: def(guest) });
    }

    fn create(&self) {
        self.done(Request::Create(CreateOptions::default()));
    }

    /// What the watcher was told since it last looked, as (event, detail, id); a reboot is (100, 0, id), a balloon
    /// (113, KiB, id), what the guest is given (117, how much, id), an
    /// agent (118, state and reason as digits, id).
    fn told(&self) -> Vec<(i32, i32, i32)> {
        let mut frames = Vec::new();
        self.watcher.outbox().take(true, |frame| frames.push(frame));
        let told = frames.iter().map(|frame| {
            let (procedure, body) = (i32::from_be_bytes(frame[12..16].try_into().unwrap()), &frame[28..]);
            if procedure == 319 {
                let reboot = DomainEventCallbackRebootMsg::from_bytes(body).unwrap();
                return (100, 0, reboot.msg.dom.id);
            }
            if procedure == 348 {
                let agent = DomainEventCallbackAgentLifecycleMsg::from_bytes(body).unwrap();
                return (118, agent.state * 10 + agent.reason, agent.dom.id);
            }
            if procedure == 331 {
                let balloon = DomainEventCallbackBalloonChangeMsg::from_bytes(body).unwrap();
                return (113, balloon.msg.actual as i32, balloon.msg.dom.id);
            }
            if procedure == 346 {
                let tunable = DomainEventCallbackTunableMsg::from_bytes(body).unwrap();
                return (117, tunable.params.len() as i32, tunable.dom.id);
            }
            let DomainEventCallbackLifecycleMsg { msg, .. } =
                DomainEventCallbackLifecycleMsg::from_bytes(body).unwrap();
            (msg.event, msg.detail, msg.dom.id)
        });
        told.collect()
    }

    /// What the watcher is told up to the guest's end: an end is shown before it is told.
    fn told_to_the_end(&self) -> Vec<(i32, i32, i32)> {
        let deadline = Instant::now() + SOON;
        let mut told = self.told();
        while told.last().is_none_or(|(event, ..)| *event != 5) {
            assert!(Instant::now() < deadline, "nobody was told of the end: {told:?}");
            std::thread::sleep(Duration::from_millis(5));
            told.extend(self.told());
        }
        told
    }

    fn wait(&self, what: &str, condition: impl Fn(&Snapshot) -> bool) {
        let deadline = Instant::now() + SOON;
        while !condition(&self.snapshot()) {
            assert!(Instant::now() < deadline, "waited for {what} in vain: {:?}", self.snapshot());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn def(guest: &str) -> Box<DomainDef> {
    def_with(guest, "")
}

fn def_with(guest: &str, devices: &str) -> Box<DomainDef> {
    let xml = format!(
        "<domain type='kvm'><name>web</name><uuid>{UUID}</uuid><memory unit='MiB'>1</memory>
         <os><type arch='x86_64' machine='q35'>hvm</type><kernel>/proc/self/exe</kernel><cmdline>{guest}</cmdline></os>
         <devices>{devices}</devices></domain>"
    );
    Box::new(DomainDef::parse(&xml, ParseFlags::default()).unwrap())
}

/// Waits until a process is no more, or nothing but a number.
fn wait_for_end_of(pid: u32) {
    let stat = format!("/proc/{pid}/stat");
    let deadline = Instant::now() + SOON;
    while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
        assert!(Instant::now() < deadline, "the guest never ends");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn guests_folder_is_empty(root: &Path) -> bool {
    std::fs::read_dir(root.join("run/guests")).unwrap().count() == 0
}

#[test]
fn a_guest_lives_from_define_to_undefine() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    assert_eq!(daemon.state(), State::INITIAL);
    daemon.create();
    assert_eq!(daemon.state(), State::Running(Running::Booted));
    assert_eq!(daemon.snapshot().id, Some(1));
    daemon.done(Request::Suspend);
    assert_eq!(daemon.state(), State::Paused(Paused::User));
    daemon.done(Request::Suspend);
    daemon.done(Request::Resume);
    assert_eq!(daemon.state(), State::Running(Running::Unpaused));
    daemon.done(Request::Reset);
    daemon.done(Request::Reboot);
    daemon.done(Request::Shutdown);
    daemon.wait("the end", |snapshot| !snapshot.is_active());
    assert_eq!(daemon.state(), State::Shutoff(Shutoff::Shutdown));
    daemon.done(Request::Undefine(UndefineOptions::default()));
    assert!(daemon.registry.by_name("web").is_none());
    let told = daemon.told();
    let expected = [
        (0, 0, -1),
        (4, 0, 1),
        (2, 0, 1),
        (3, 0, 1),
        (4, 0, 1),
        (100, 0, 1),
        (100, 0, 1),
        (6, 1, 1),
        (5, 0, 1),
        (1, 0, -1),
    ];
    assert_eq!(told, expected);
    assert!(guests_folder_is_empty(root.path()));
}

#[test]
fn a_destroyed_guest_is_gone_at_once() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    daemon.create();
    let pid = daemon.snapshot().live.as_ref().unwrap().pid;
    daemon.told();
    let started = Instant::now();
    daemon.done(Request::Destroy { graceful: false });
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    assert_eq!(daemon.told(), [(6, 2, 1), (5, 1, -1)]);
    assert_eq!(daemon.state(), State::Shutoff(Shutoff::Destroyed));
    assert!(guests_folder_is_empty(root.path()));
    assert_eq!(daemon.refused(Request::Destroy { graceful: false }).0, ErrorCode::OperationInvalid);
    daemon.create();
    assert_eq!(daemon.snapshot().id, Some(2));
    daemon.done(Request::Destroy { graceful: true });
}

#[test]
fn a_process_that_does_not_listen_is_killed() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("ignore-quit");
    daemon.create();
    daemon.done(Request::Destroy { graceful: false });
    assert_eq!(daemon.state(), State::Shutoff(Shutoff::Destroyed));
}

#[test]
fn a_hung_guest_can_be_destroyed_while_something_waits_for_it() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("hang-at-pause");
    daemon.create();
    let domain = daemon.domain();
    let waiting = domain.post(&daemon.registry, Request::Suspend).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    let started = Instant::now();
    daemon.done(Request::Destroy { graceful: false });
    assert!(started.elapsed() < Duration::from_secs(1));
    let suspended = daemon.runtime.block_on(waiting).unwrap();
    assert!(matches!(suspended, Err(Refusal::Error(error)) if error.code() == ErrorCode::OperationInvalid));
}

#[test]
fn a_guest_that_is_only_being_started_can_be_destroyed() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("hang-at-launch");
    let domain = daemon.domain();
    let _runtime = daemon.runtime.enter();
    let starting = domain.post(&daemon.registry, Request::Create(CreateOptions::default())).unwrap();
    daemon.wait("the start", Snapshot::is_active);
    daemon.done(Request::Destroy { graceful: false });
    let started = daemon.runtime.block_on(starting).unwrap();
    assert!(matches!(started, Err(Refusal::Error(error)) if error.code() == ErrorCode::OperationAborted));
    assert!(!daemon.snapshot().is_active());
    assert!(guests_folder_is_empty(root.path()));
    assert_eq!(daemon.told(), [(0, 0, -1)]);
}

#[test]
fn a_start_that_fails_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    let create = || Request::Create(CreateOptions::default());
    daemon.define("refuse-launch");
    let (code, message) = daemon.refused(create());
    assert_eq!(code, ErrorCode::ConfigUnsupported);
    assert!(message.contains("<video>"), "{message}");
    daemon.define("die-at-launch");
    let (code, message) = daemon.refused(create());
    assert_eq!(code, ErrorCode::InternalError);
    assert!(message.contains("KVM said no"), "{message}");
    assert_eq!(daemon.state(), State::Shutoff(Shutoff::Failed));
    assert!(guests_folder_is_empty(root.path()));
    // A transient domain is not there at all.
    daemon.done(Request::Undefine(UndefineOptions::default()));
    let options = CreateOptions::default();
    daemon.refused(Request::CreateXml { def: def("refuse-launch"), options });
    assert!(daemon.registry.by_name("web").is_none());
    assert_eq!(daemon.registry.count(|_| true), 0);
    assert_eq!(daemon.told(), [(0, 0, -1), (0, 1, -1), (1, 0, -1)]);
}

#[test]
fn a_transient_domain_goes_with_its_guest_unless_it_is_defined() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    let options = CreateOptions { paused: true, autodestroy: None };
    daemon.done(Request::CreateXml { def: def(""), options: options.clone() });
    assert_eq!(daemon.state(), State::Paused(Paused::User));
    assert!(!daemon.snapshot().is_persistent());
    assert_eq!(daemon.told(), [(2, 0, 1), (3, 0, 1)]);
    daemon.done(Request::Resume);
    assert_eq!(daemon.state(), State::Running(Running::Unpaused));
    daemon.done(Request::Destroy { graceful: false });
    assert!(daemon.registry.by_name("web").is_none());

    daemon.done(Request::CreateXml { def: def(""), options });
    daemon.define("");
    daemon.done(Request::Destroy { graceful: false });
    assert!(daemon.snapshot().is_persistent());
    assert!(root.path().join("etc/domains/web.xml").exists());
}

#[test]
fn a_running_guest_outlives_its_definition() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("power-off-soon");
    daemon.done(Request::Create(CreateOptions { paused: true, autodestroy: None }));
    daemon.done(Request::Undefine(UndefineOptions::default()));
    assert!(!root.path().join("etc/domains/web.xml").exists());
    assert!(daemon.snapshot().is_active());
    let (_, message) = daemon.refused(Request::Undefine(UndefineOptions::default()));
    assert!(message.ends_with("cannot undefine transient domain"), "{message}");
    daemon.done(Request::Resume);
    let deadline = Instant::now() + SOON;
    while daemon.registry.by_name("web").is_some() {
        assert!(Instant::now() < deadline, "it never ends");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_guests_own_end_is_told_by_its_reason() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    for (guest, reason, told) in [
        ("power-off-soon", Shutoff::Shutdown, vec![(6, 1), (5, 0)]),
        ("crash-soon", Shutoff::Crashed, vec![(8, 0), (5, 2)]),
    ] {
        daemon.define(guest);
        daemon.create();
        daemon.wait("the end", |snapshot| !snapshot.is_active());
        assert_eq!(daemon.state(), State::Shutoff(reason));
        let ends: Vec<_> =
            daemon.told_to_the_end().into_iter().map(|(event, detail, _)| (event, detail)).collect();
        assert_eq!(ends[ends.len() - 2..], told, "{guest}");
    }
}

#[test]
fn a_killed_process_is_a_crash() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    daemon.create();
    daemon.told();
    let pid = daemon.snapshot().live.as_ref().unwrap().pid;
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid as i32), nix::sys::signal::SIGKILL).unwrap();
    daemon.wait("the end", |snapshot| !snapshot.is_active());
    assert_eq!(daemon.state(), State::Shutoff(Shutoff::Crashed));
    assert_eq!(daemon.told_to_the_end(), [(5, 5, 1)]);
    assert!(guests_folder_is_empty(root.path()));
}

#[test]
fn a_console_is_one_clients_until_it_is_taken() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    daemon.create();
    let open = |force| daemon.ask(Request::OpenConsole { alias: None, force });
    let Ok(Answer::Console(mut stream)) = open(false) else { panic!("no console") };
    stream.write_all(b"typed").unwrap();
    let mut read = [0; 16];
    stream.set_nonblocking(false).unwrap();
    stream.read_exact(&mut read).unwrap();
    assert_eq!(&read, b"scrollback\ntyped");
    let Err(Refusal::Error(busy)) = open(false) else { panic!("two clients") };
    assert_eq!(busy.message(), "operation failed: Active console session exists for this domain");
    assert!(matches!(open(true), Ok(Answer::Console(_))));
    daemon.done(Request::Destroy { graceful: false });
}

#[test]
fn a_guest_ends_with_the_client_it_is_for() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    let client = daemon.watcher.clone();
    daemon.define("");
    daemon.done(Request::Create(CreateOptions { paused: false, autodestroy: Some(client.clone()) }));
    daemon.runtime.block_on(async { client.end() });
    daemon.wait("the end", |snapshot| !snapshot.is_active());
    assert_eq!(daemon.state(), State::Shutoff(Shutoff::Destroyed));
}

#[test]
fn definitions_and_marks_outlive_the_daemon() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("first");
    daemon.done(Request::SetAutostart { when: Autostart::Always, on: true });
    daemon.kill();
    let daemon = Instance::start(root.path());
    let snapshot = daemon.snapshot();
    assert!(snapshot.is_persistent() && snapshot.autostart && !snapshot.is_active());
    assert!(snapshot.definition.as_ref().unwrap().text.unpack().contains("first"));
    daemon.runtime.block_on(async { daemon.registry.autostart() });
    daemon.wait("its start", |snapshot| snapshot.state.is_running());
    daemon.done(Request::Destroy { graceful: false });
    daemon.kill();
    // Once in a boot.
    let daemon = Instance::start(root.path());
    daemon.runtime.block_on(async { daemon.registry.autostart() });
    std::thread::sleep(Duration::from_millis(100));
    assert!(!daemon.snapshot().is_active());
    daemon.done(Request::SetAutostart { when: Autostart::Always, on: false });
    daemon.done(Request::Undefine(UndefineOptions::default()));
    assert_eq!(std::fs::read_dir(root.path().join("etc/autostart")).unwrap().count(), 0);
}

#[test]
fn a_guest_outlives_the_daemon() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    daemon.create();
    let pid = daemon.snapshot().live.as_ref().unwrap().pid;
    for _ in 0..3 {
        let daemon = Instance::start(root.path());
        let snapshot = daemon.snapshot();
        assert_eq!((snapshot.id, snapshot.state), (Some(1), State::Running(Running::Booted)));
        assert_eq!(snapshot.live.as_ref().unwrap().pid, pid);
        assert!(snapshot.live.as_ref().unwrap().hello.is_some(), "it was not met before others are served");
        daemon.kill();
    }
    daemon.kill();
    let daemon = Instance::start(root.path());
    daemon.done(Request::Suspend);
    daemon.kill();
    let daemon = Instance::start(root.path());
    assert_eq!(daemon.state(), State::Paused(Paused::User));
    daemon.done(Request::Resume);
    daemon.done(Request::Shutdown);
    daemon.wait("the end", |snapshot| !snapshot.is_active());
    assert_eq!(daemon.state(), State::Shutoff(Shutoff::Shutdown));
    // The next guest is another.
    daemon.create();
    assert_eq!(daemon.snapshot().id, Some(2));
    daemon.done(Request::Destroy { graceful: false });
}

#[test]
fn a_guest_that_ended_meanwhile_is_shown_as_it_ended() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("power-off-soon");
    daemon.create();
    let pid = daemon.snapshot().live.as_ref().unwrap().pid;
    daemon.kill();
    wait_for_end_of(pid);
    let daemon = Instance::start(root.path());
    assert_eq!(daemon.state(), State::Shutoff(Shutoff::Shutdown));
    assert!(guests_folder_is_empty(root.path()));
}

#[test]
fn a_start_cut_short_by_the_daemons_end_is_undone() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("hang-at-launch");
    let domain = daemon.domain();
    let runtime = daemon.runtime.enter();
    let _starting = domain.post(&daemon.registry, Request::Create(CreateOptions::default())).unwrap();
    drop(runtime);
    let status = root.path().join(format!("run/guests/{UUID}.json"));
    let deadline = Instant::now() + SOON;
    while !status.exists() {
        assert!(Instant::now() < deadline, "no status");
        std::thread::sleep(Duration::from_millis(5));
    }
    daemon.kill();
    let daemon = Instance::start(root.path());
    let deadline = Instant::now() + SOON;
    while !guests_folder_is_empty(root.path()) {
        assert!(Instant::now() < deadline, "something is left");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(!daemon.snapshot().is_active());
    assert_eq!(daemon.state(), State::Shutoff(Shutoff::Failed));
}

#[test]
fn what_is_corrupt_is_set_aside_and_the_rest_is_there() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    daemon.kill();
    std::fs::write(root.path().join("etc/domains/bad.xml"), b"not a domain").unwrap();
    std::fs::write(root.path().join("run/guests/bad.json"), b"{").unwrap();
    let daemon = Instance::start(root.path());
    assert_eq!(daemon.registry.count(|_| true), 1);
    assert!(root.path().join("etc/domains/bad.xml.corrupt-1").exists());
    assert!(root.path().join("run/guests/bad.json.corrupt-1").exists());
}
