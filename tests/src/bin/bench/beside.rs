//! What is measured beside others: an event's way past those that wait, and calls while a flood goes on.

use crate::call::Ready;
use crate::domains::define_one;
use crate::load::timed;
use crate::median;
use std::fs;
use std::path::Path;
use std::time::Instant;
use vireo_protocol::frame::MessageType;
use vireo_protocol::remote;
use vireo_protocol::table::RemoteProc;
use vireo_tests::raw::Raw;

/// Subscribers that wait for events of another domain and of this one, and a last one that listens: the time from a
/// call that changes the domain until its event is there, and until the call returns.
pub fn events(socket: &Path, subscribers: usize, count: usize, template: &Path) {
    let template = fs::read_to_string(template).expect("a definition");
    let mut actor = Raw::open(socket);
    define_one(&mut actor, &template, 0);
    let _waiting: Vec<Raw> = (0..subscribers).map(|_| subscriber(socket)).collect();
    let mut last = subscriber(socket);
    let (mut told, mut returned) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let begin = Instant::now();
        let serial = actor.send_call(RemoteProc::DomainDefineXml.into(), &definition(&template));
        while last.receive().expect("an event").header.type_ != MessageType::Event {}
        told.push(begin.elapsed().as_secs_f64() * 1e6);
        actor.reply(serial).expect("a reply");
        returned.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    println!("returned {:.1}", median(returned));
    println!("told {:.1}", median(told));
}

fn definition(template: &str) -> remote::DomainDefineXmlArgs {
    remote::DomainDefineXmlArgs { xml: crate::domains::filled_in(template, 0) }
}

fn subscriber(socket: &Path) -> Raw {
    let mut raw = Raw::open(socket);
    let args = remote::ConnectDomainEventCallbackRegisterAnyArgs { event_id: 0, dom: None };
    let registered = raw.call(RemoteProc::ConnectDomainEventCallbackRegisterAny, &args);
    let _: remote::ConnectDomainEventCallbackRegisterAnyRet = registered.expect("a subscription");
    raw
}

/// One connection, one call after the other: what one in a hundred exceeds.
pub fn p99(socket: &Path, call: &str, count: usize) {
    // The first calls warm the daemon up.
    timed(socket, &mut Ready::new(call, socket), 100);
    let mut times = timed(socket, &mut Ready::new(call, socket), count);
    times.sort_by(f64::total_cmp);
    println!("{call} {:.2}", times[times.len() * 99 / 100]);
}
