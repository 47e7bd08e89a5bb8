//! Domains: many defined ones, and one that starts and is destroyed.

use crate::median;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};
use vireo_protocol::remote;
use vireo_protocol::table::RemoteProc;
use vireo_tests::raw::Raw;

/// Defines `bench-FROM` and so on from a definition with @NAME@, @UUID@ and @MAC@ in it.
pub fn define(socket: &Path, from: usize, count: usize, template: &Path) {
    let template = fs::read_to_string(template).expect("a definition");
    let mut raw = Raw::open(socket);
    let one = |number: usize| define_one(&mut raw, &template, number);
    println!("define {:.1}", median((from..from + count).map(one).collect()));
}

/// Defines one of them; microseconds.
pub fn define_one(raw: &mut Raw, template: &str, number: usize) -> f64 {
    let args = remote::DomainDefineXmlArgs { xml: filled_in(template, number) };
    let begin = Instant::now();
    raw.call::<remote::DomainDefineXmlRet>(RemoteProc::DomainDefineXml, &args).expect("it is defined");
    begin.elapsed().as_secs_f64() * 1e6
}

/// The definition of one of them.
pub fn filled_in(template: &str, number: usize) -> String {
    template
        .replace("@NAME@", &name(number))
        .replace("@UUID@", &format!("5f0c2a9e-3c1d-4f63-9d2b-{number:012x}"))
        .replace("@MAC@", &format!("52:54:00:00:{:02x}:{:02x}", number >> 8 & 0xff, number & 0xff))
}

/// Undefines them again.
pub fn undefine(socket: &Path, from: usize, count: usize) {
    let mut raw = Raw::open(socket);
    for number in from..from + count {
        let dom = lookup(&mut raw, &name(number));
        let args = remote::DomainUndefineArgs { dom };
        raw.call::<()>(RemoteProc::DomainUndefine, &args).expect("it is undefined");
    }
}

fn name(number: usize) -> String {
    format!("bench-{number}")
}

fn lookup(raw: &mut Raw, name: &str) -> remote::NonnullDomain {
    let args = remote::DomainLookupByNameArgs { name: name.into() };
    let found: Result<remote::DomainLookupByNameRet, _> = raw.call(RemoteProc::DomainLookupByName, &args);
    found.expect("the domain is there").dom
}

/// Creates a domain whose serial port goes into a file: the time until the call returns, and until
/// the file has the text. The domain goes on.
pub fn create(socket: &Path, xml: &Path, output: &Path, text: &str) {
    let xml_desc = fs::read_to_string(xml).expect("a definition");
    let args = remote::DomainCreateXmlArgs { xml_desc, flags: 0 };
    let mut raw = Raw::open(socket);
    let begin = Instant::now();
    let serial = raw.send_call(RemoteProc::DomainCreateXml.into(), &args);
    let limit = Duration::from_secs(120);
    let has_text =
        || fs::read(output).is_ok_and(|said| said.windows(text.len()).any(|part| part == text.as_bytes()));
    while !has_text() {
        assert!(begin.elapsed() < limit, "{} never has {text:?}", output.display());
        sleep(Duration::from_millis(1));
    }
    println!("output {:.1}", begin.elapsed().as_secs_f64() * 1e3);
    let reply = raw.reply(serial).expect("a reply");
    if let Some(error) = reply.error() {
        panic!("{error:?}");
    }
}

/// Destroys a domain: the time until the call returns.
pub fn destroy(socket: &Path, name: &str) {
    let mut raw = Raw::open(socket);
    let dom = lookup(&mut raw, name);
    let begin = Instant::now();
    raw.call::<()>(RemoteProc::DomainDestroy, &remote::DomainDestroyArgs { dom }).expect("it is destroyed");
    println!("destroy {:.1}", begin.elapsed().as_secs_f64() * 1e3);
}
