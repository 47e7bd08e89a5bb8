//! Events of domains, by the calls of all three ages: what comes on which connection, beside stock libvirtd; and what
//! those cost who wait for them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;
use vireo_protocol::frame::MessageType;
use vireo_protocol::remote::*;
use vireo_protocol::table::{RemoteProc, procedure};
use vireo_tests::compare::{self, Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::process::Owned;
use vireo_tests::python;
use vireo_tests::question::{ask, ask_plainly, in_words};
use vireo_tests::raw::{Heard, Raw};
use vireo_tests::require;
use vireo_tests::server::Server;
use vireo_tests::wrong::{self, DEFINITION};
use vireo_xdr::Decode;

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] = &[];

/// `VIR_DOMAIN_EVENT_ID_*`
const LIFECYCLE: i32 = 0;
const REBOOT: i32 = 1;

#[test]
fn whoever_asked_for_events_gets_those_as_by_stock() {
    let stock = require!(compare::stock());
    let expected = stock.transcript("events", tour);
    drop(stock);
    assert_same(&expected, &tour(&Server::ours()), ALLOWED);
}

/// Clients that asked in every way there is, and what each hears of what a last one does.
fn tour(server: &Server) -> Transcript {
    let mut tour = Tour::new(server, Names::default());
    let mut actor = Raw::open(&server.socket());
    let (other, defined) = (define(&mut actor, &other()), define(&mut actor, DEFINITION));
    for (what, way) in WAYS {
        let mut ear = Raw::open(&server.socket());
        let asked = way(&mut ear, &defined);
        define(&mut actor, DEFINITION);
        define(&mut actor, &self::other());
        undefine(&mut actor, &defined);
        define(&mut actor, DEFINITION);
        tour.keep(what, &format!("{asked}\n{}", heard(&mut ear)));
    }
    undefine(&mut actor, &other);
    tour.transcript()
}

type Way = (&'static str, fn(&mut Raw, &NonnullDomain) -> String);

const WAYS: &[Way] = &[
    ("nothing", |_, _| String::new()),
    ("the oldest call", |ear, _| oldest(ear)),
    ("the call of the second age", |ear, _| second(ear, LIFECYCLE)),
    ("the call of the second age, for reboots", |ear, _| second(ear, REBOOT)),
    ("both of them", |ear, _| oldest(ear) + &second(ear, REBOOT)),
    ("a callback for all domains", |ear, _| callback(ear, LIFECYCLE, None)),
    ("a callback for one domain", |ear, one| callback(ear, LIFECYCLE, Some(one))),
    ("a callback for a domain that is not there", |ear, _| callback(ear, LIFECYCLE, Some(&wrong::nobody()))),
    ("a callback for another event", |ear, _| callback(ear, REBOOT, None)),
    ("callbacks for all and for one", |ear, one| {
        callback(ear, LIFECYCLE, None) + &callback(ear, LIFECYCLE, Some(one))
    }),
    ("two callbacks for all", |ear, _| callback(ear, LIFECYCLE, None) + &callback(ear, LIFECYCLE, None)),
    ("two callbacks for one", |ear, one| {
        callback(ear, LIFECYCLE, Some(one)) + &callback(ear, LIFECYCLE, Some(one))
    }),
    ("the oldest call and a callback", |ear, _| oldest(ear) + &callback(ear, LIFECYCLE, None)),
    ("the oldest call and a callback for one", |ear, one| oldest(ear) + &callback(ear, LIFECYCLE, Some(one))),
    ("a callback and the oldest call", |ear, _| callback(ear, LIFECYCLE, None) + &oldest(ear)),
    ("a callback and the call of the second age", |ear, _| {
        callback(ear, LIFECYCLE, None) + &second(ear, LIFECYCLE)
    }),
    ("a callback that was taken back", |ear, _| {
        let args = ConnectDomainEventCallbackRegisterAnyArgs { event_id: LIFECYCLE, dom: None };
        let registered: ConnectDomainEventCallbackRegisterAnyRet =
            ear.call(RemoteProc::ConnectDomainEventCallbackRegisterAny, &args).unwrap();
        let args = ConnectDomainEventCallbackDeregisterAnyArgs { callback_id: registered.callback_id };
        in_words(ask(args).call(ear))
    }),
    ("the oldest call, taken back", |ear, _| {
        oldest(ear) + &in_words(ask_plainly(RemoteProc::ConnectDomainEventDeregister).call(ear))
    }),
];

fn oldest(ear: &mut Raw) -> String {
    in_words(ask_plainly(RemoteProc::ConnectDomainEventRegister).call(ear)) + "\n"
}

fn second(ear: &mut Raw, event_id: i32) -> String {
    in_words(ask(ConnectDomainEventRegisterAnyArgs { event_id }).call(ear)) + "\n"
}

fn callback(ear: &mut Raw, event_id: i32, dom: Option<&NonnullDomain>) -> String {
    in_words(ask(ConnectDomainEventCallbackRegisterAnyArgs { event_id, dom: dom.cloned() }).call(ear)) + "\n"
}

/// What has come, in words.
fn heard(ear: &mut Raw) -> String {
    let mut said = String::new();
    while let Heard::Message(message) = ear.listen(Duration::from_millis(300)) {
        assert_eq!(message.header.type_, MessageType::Event);
        let number = message.header.proc;
        let name = procedure(number).expect("a procedure").name;
        let legacy = number == i32::from(RemoteProc::DomainEventLifecycle);
        let event = if legacy {
            DomainEventLifecycleMsg::from_bytes(&message.payload).unwrap()
        } else {
            DomainEventCallbackLifecycleMsg::from_bytes(&message.payload).unwrap().msg
        };
        let DomainEventLifecycleMsg { dom, event, detail } = event;
        let header = message.header;
        said += &format!(
            "{name} serial {} {:?}: {} {} {event} {detail}\n",
            header.serial, header.status, dom.name, dom.id
        );
    }
    said
}

fn other() -> String {
    DEFINITION
        .replace("<name>defined<", "<name>other<")
        .replace("d1d1", "0d0d")
        .replace("d1:d1:d1", "0d:0d:0d")
}

fn define(actor: &mut Raw, xml: &str) -> NonnullDomain {
    let args = DomainDefineXmlArgs { xml: xml.into() };
    actor.call::<DomainDefineXmlRet>(RemoteProc::DomainDefineXml, &args).expect("it is defined").dom
}

fn undefine(actor: &mut Raw, dom: &NonnullDomain) {
    let args = DomainUndefineArgs { dom: dom.clone() };
    actor.call::<()>(RemoteProc::DomainUndefine, &args).expect("it is undefined");
}

#[test]
fn the_two_numbers_of_a_callback_are_the_same() {
    let server = Server::ours();
    let (mut one, mut other) = (Raw::open(&server.socket()), Raw::open(&server.socket()));
    let register = |ear: &mut Raw, dom| {
        let args = ConnectDomainEventCallbackRegisterAnyArgs { event_id: LIFECYCLE, dom };
        let registered = ear.call(RemoteProc::ConnectDomainEventCallbackRegisterAny, &args);
        let registered: ConnectDomainEventCallbackRegisterAnyRet = registered.unwrap();
        registered.callback_id
    };
    let all = register(&mut one, None);
    let mine = register(&mut other, Some(wrong::defined()));
    let mut actor = Raw::open(&server.socket());
    define(&mut actor, DEFINITION);
    for (ear, number) in [(&mut one, all), (&mut other, mine)] {
        let message = ear.receive().expect("an event");
        let event = DomainEventCallbackLifecycleMsg::from_bytes(&message.payload).unwrap();
        assert_eq!(event.callback_id, number);
    }
}

#[test]
fn sixty_four_that_wait_for_events_cost_nothing() {
    let mut server = Server::ours();
    let daemon = server.process().id();
    let _used = Raw::open(&server.socket());
    let threads = work(daemon).0;
    let mut ears: Vec<Raw> = (0..64).map(|_| Raw::open(&server.socket())).collect();
    for ear in &mut ears {
        oldest(ear);
        for event in [LIFECYCLE, REBOOT] {
            callback(ear, event, None);
        }
    }
    // A thread that waits for disks may just be going home.
    std::thread::sleep(Duration::from_secs(3));
    let begin = work(daemon);
    std::thread::sleep(Duration::from_secs(3));
    let end = work(daemon);
    assert_eq!(end.1, begin.1, "times that the daemon ran while nothing happened");
    assert!(end.0 <= threads + 1, "{threads} threads before, {} now", end.0);
}

/// How many threads there are, and how often any of them had something to do.
fn work(process: u32) -> (usize, u64) {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("it runs");
    let switches = |path: std::path::PathBuf| {
        let status = fs::read_to_string(path.join("status")).unwrap_or_default();
        let lines = status.lines().filter_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        lines.filter_map(|number| number.trim().parse::<u64>().ok()).sum::<u64>()
    };
    let counted: Vec<u64> = tasks.map(|task| switches(task.expect("a thread").path())).collect();
    (counted.len(), counted.iter().sum())
}

#[test]
fn libvirts_own_client_gets_events_by_both_ways_and_learns_of_the_end() {
    require!(python::available());
    let mut server = Server::ours();
    let definition = server.path("definition.xml");
    fs::write(&definition, DEFINITION).unwrap();
    let mut command = python::script(&server, "events.py");
    let mut child = command.arg(&definition).stdout(Stdio::piped()).spawn().expect("python runs");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let _owned = Owned::new(child);
    let mut said = Vec::new();
    while said.last().is_none_or(|line| line != "waiting") {
        said.push(lines.next().expect("it goes on").expect("a line"));
    }
    server.stop();
    said.extend(lines.map(|line| line.expect("a line")));
    // The reason is the end of the stream.
    let expected = [
        "any: beside defined 0",
        "any: defined defined 1",
        "one: defined defined 1",
        "the old way: beside defined 0",
        "the old way: defined defined 1",
        "the old way: beside undefined 0",
        "one: defined undefined 0",
        "waiting",
        "closed 1",
    ];
    assert_eq!(said, expected);
}
