//! What no client library sends, on stock libvirtd and on ours: the same answers,
//! and the daemon lives on.

use std::time::Duration;
use vireo_protocol::frame::{self, Header, MessageType, Status};
use vireo_protocol::remote::{self, PROGRAM, VERSION};
use vireo_protocol::table::RemoteProc;
use vireo_protocol::{keepalive, qemu};
use vireo_tests::compare::{self, Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::raw::{Heard, Message, Raw};
use vireo_tests::require;
use vireo_tests::server::Server;
use vireo_xdr::BytesMut;

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] = &[
    Allowed { command: "more than the arguments", line: "", reason: STRICT },
    Allowed { command: "arguments where there are none", line: "", reason: STRICT },
    Allowed { command: "an option that is neither there nor not", line: "", reason: STRICT },
];

const STRICT: &str = "stock ignores bytes behind the arguments and takes any number for `there`; ours takes \
                      exactly what the types say";

#[test]
fn hostile_frames_are_answered_as_by_stock() {
    let stock = require!(compare::stock());
    let expected = stock.transcript("wire", tour);
    drop(stock);
    assert_same(&expected, &tour(&Server::ours()), ALLOWED);
}

fn tour(server: &Server) -> Transcript {
    let mut tour = Tour::new(server, Names::default());
    for (name, case) in CASES {
        let mut raw = Raw::open(&server.socket());
        let said = case(&mut raw);
        tour.keep(name, &said);
    }
    for (name, case) in UNOPENED_CASES {
        let mut raw = Raw::connect(&server.socket());
        let said = case(&mut raw);
        tour.keep(name, &said);
    }
    for (name, case) in READ_ONLY_CASES {
        let mut raw = Raw::open(&server.read_only_socket());
        let said = case(&mut raw);
        tour.keep(name, &said);
    }
    tour.transcript()
}

type Case = (&'static str, fn(&mut Raw) -> String);

const CASES: &[Case] = &[
    ("a program that is none", |raw| call_with(raw, |header| header.prog = 0x1234_5678)),
    ("another version of the program", |raw| call_with(raw, |header| header.vers = 2)),
    ("another version of the qemu program", |raw| {
        call_with(raw, |header| (header.prog, header.vers) = (qemu::PROGRAM, 2))
    }),
    ("procedure 0", |raw| call_with(raw, |header| header.proc = 0)),
    ("procedure 9999", |raw| call_with(raw, |header| header.proc = 9999)),
    ("procedure -1", |raw| call_with(raw, |header| header.proc = -1)),
    ("procedure 99 of the qemu program", |raw| {
        call_with(raw, |header| (header.prog, header.proc) = (qemu::PROGRAM, 99))
    }),
    ("an event called as a procedure", |raw| {
        call_with(raw, |header| header.proc = RemoteProc::DomainEventLifecycle.into())
    }),
    ("a status that is not ok", |raw| call_with(raw, |header| header.status = Status::Error)),
    ("a reply from a client", |raw| call_with(raw, |header| header.type_ = MessageType::Reply)),
    ("an event from a client", |raw| call_with(raw, |header| header.type_ = MessageType::Event)),
    ("data for a stream that is not open", |raw| {
        call_with(raw, |header| (header.type_, header.status) = (MessageType::Stream, Status::Continue))
    }),
    ("the end of a stream that is not open", |raw| {
        call_with(raw, |header| header.type_ = MessageType::Stream)
    }),
    ("a call with descriptors, without one", |raw| {
        let header = raw.next_header(RemoteProc::ConnectGetType.into());
        let mut bytes = BytesMut::new();
        frame::encode_with_fds(&mut bytes, &header, 0, &()).unwrap();
        send(raw, header.serial, &bytes)
    }),
    ("a ping", |raw| {
        let mut bytes = BytesMut::new();
        frame::encode(&mut bytes, &keepalive::KeepaliveProc::Ping.header(), &()).unwrap();
        raw.send(&bytes).unwrap();
        hear(raw)
    }),
    ("a pong that nobody asked for", |raw| {
        let mut bytes = BytesMut::new();
        frame::encode(&mut bytes, &keepalive::KeepaliveProc::Pong.header(), &()).unwrap();
        raw.send(&bytes).unwrap();
        alive(raw)
    }),
    ("opened twice", |raw| {
        let args = remote::ConnectOpenArgs { name: Some("qemu:///system".into()), flags: 0 };
        let serial = raw.send_call(RemoteProc::ConnectOpen.into(), &args);
        show(raw.reply(serial))
    }),
    ("a call after close", |raw| {
        let serial = raw.send_call(RemoteProc::ConnectClose.into(), &());
        let closed = show(raw.reply(serial));
        let serial = raw.send_call(RemoteProc::ConnectGetType.into(), &());
        format!("{closed}\n{}", show(raw.reply(serial)))
    }),
    ("arguments that end early", |raw| arguments(raw, RemoteProc::DomainLookupByName, &[0, 0, 0, 9, b'x'])),
    ("no arguments at all", |raw| arguments(raw, RemoteProc::DomainLookupByName, &[])),
    ("more than the arguments", |raw| {
        arguments(raw, RemoteProc::DomainLookupByName, &[0, 0, 0, 1, b'x', 0, 0, 0, 7, 7, 7, 7])
    }),
    ("arguments where there are none", |raw| arguments(raw, RemoteProc::ConnectGetType, &[1, 2, 3, 4])),
    ("a string of 4 GiB", |raw| arguments(raw, RemoteProc::DomainLookupByName, &[255; 12])),
    ("a string longer than strings may be", |raw| {
        let mut bytes = vec![0; 4 + (4 << 20) + 4];
        bytes[..4].copy_from_slice(&((4 << 20) + 4_u32).to_be_bytes());
        arguments(raw, RemoteProc::DomainLookupByName, &bytes)
    }),
    ("an option that is neither there nor not", |raw| {
        arguments(raw, RemoteProc::ConnectGetMaxVcpus, &[0, 0, 0, 2, 0, 0, 0, 1, b'x', 0, 0, 0])
    }),
    ("a frame shorter than its length word", |raw| bytes(raw, &[0, 0, 0, 3])),
    ("a frame shorter than a header", |raw| bytes(raw, &[0, 0, 0, 8, 0, 0, 0, 0])),
    ("a frame of 4 GiB", |raw| bytes(raw, &[255, 255, 255, 255])),
    ("a frame longer than frames may be", |raw| bytes(raw, &(64_u32 << 20).to_be_bytes())),
    ("a type of message that is none", |raw| bytes(raw, &words(&[28, PROGRAM, VERSION, 3, 77, 1, 0]))),
    ("a status that is none", |raw| bytes(raw, &words(&[28, PROGRAM, VERSION, 3, 0, 1, 77]))),
    ("a frame that never ends", |raw| {
        raw.send(&[0, 0, 0, 28, 0]).unwrap();
        raw.finish_sending();
        hear(raw)
    }),
];

const UNOPENED_CASES: &[Case] = &[
    ("a call before open", |raw| {
        let serial = raw.send_call(RemoteProc::ConnectGetType.into(), &());
        show(raw.reply(serial))
    }),
    ("a define before open", |raw| {
        let args = remote::DomainDefineXmlArgs { xml: "<domain/>".into() };
        let serial = raw.send_call(RemoteProc::DomainDefineXml.into(), &args);
        show(raw.reply(serial))
    }),
    ("a scheme that is none", |raw| open(raw, Some("foo:///system"), 0)),
    ("xen", |raw| open(raw, Some("xen:///system"), 0)),
    ("qemu on another path", |raw| open(raw, Some("qemu:///elsewhere"), 0)),
    ("qemu without a path", |raw| open(raw, Some("qemu://"), 0)),
    ("not a uri", |raw| open(raw, Some("::::"), 0)),
    ("flags that are none", |raw| open(raw, Some("qemu:///system"), 0xff00)),
    ("the methods of authentication", |raw| {
        let methods = raw.call::<remote::AuthListRet>(RemoteProc::AuthList, &());
        format!("{methods:?}")
    }),
];

const READ_ONLY_CASES: &[Case] = &[
    ("define, read-only", |raw| {
        let args = remote::DomainDefineXmlArgs { xml: "<domain/>".into() };
        let serial = raw.send_call(RemoteProc::DomainDefineXml.into(), &args);
        show(raw.reply(serial))
    }),
    ("destroy, read-only", |raw| {
        let dom = remote::NonnullDomain { name: "x".into(), uuid: [1; 16], id: -1 };
        let serial = raw.send_call(RemoteProc::DomainDestroy.into(), &remote::DomainDestroyArgs { dom });
        show(raw.reply(serial))
    }),
    ("secrets of a domain's XML, read-only", |raw| {
        let dom = remote::NonnullDomain { name: "x".into(), uuid: [1; 16], id: -1 };
        let args = remote::DomainGetXmlDescArgs { dom, flags: 1 };
        let serial = raw.send_call(RemoteProc::DomainGetXmlDesc.into(), &args);
        show(raw.reply(serial))
    }),
    ("type, read-only", |raw| {
        let serial = raw.send_call(RemoteProc::ConnectGetType.into(), &());
        show(raw.reply(serial))
    }),
];

/// Calls getType with a header that is not quite right.
fn call_with(raw: &mut Raw, change: impl FnOnce(&mut Header)) -> String {
    let mut header = raw.next_header(RemoteProc::ConnectGetType.into());
    change(&mut header);
    let mut bytes = BytesMut::new();
    frame::encode_raw(&mut bytes, &header, &[]).unwrap();
    send(raw, header.serial, &bytes)
}

/// Calls a procedure with these bytes for arguments.
fn arguments(raw: &mut Raw, procedure: RemoteProc, payload: &[u8]) -> String {
    let header = raw.next_header(procedure.into());
    let mut bytes = BytesMut::new();
    frame::encode_raw(&mut bytes, &header, payload).unwrap();
    send(raw, header.serial, &bytes)
}

/// Sends a frame; its answer, and whether an innocent call behind it is answered too.
///
/// Both are calls under way at once: the replies come in any order.
fn send(raw: &mut Raw, serial: u32, bytes: &[u8]) -> String {
    let _ = raw.send(bytes);
    let innocent = raw.send_call(RemoteProc::ConnectGetType.into(), &());
    let (mut answer, mut goes_on) = (None, false);
    while answer.is_none() || !goes_on {
        match raw.listen(PATIENCE) {
            Heard::Message(message) if message.header.serial == serial => answer = Some(show(Some(message))),
            Heard::Message(message) if message.header.serial == innocent => goes_on = true,
            Heard::Message(message) => panic!("nobody asked for {message:?}"),
            Heard::Closed => return format!("{}\nclosed", answer.unwrap_or_default()),
            Heard::Silence => break,
        }
    }
    let answer = answer.unwrap_or_else(|| "no answer".into());
    format!("{answer}\n{}", if goes_on { "goes on" } else { "silence" })
}

/// Sends bytes that are no frame at all.
fn bytes(raw: &mut Raw, bytes: &[u8]) -> String {
    raw.send(bytes).unwrap();
    hear(raw)
}

fn hear(raw: &mut Raw) -> String {
    match raw.listen(PATIENCE) {
        Heard::Message(message) => show(Some(message)),
        Heard::Closed => show(None),
        Heard::Silence => "silence".into(),
    }
}

/// Nothing for this long means that nothing will come.
const PATIENCE: Duration = Duration::from_secs(1);

fn open(raw: &mut Raw, name: Option<&str>, flags: u32) -> String {
    raw.call::<remote::AuthListRet>(RemoteProc::AuthList, &()).unwrap();
    let args = remote::ConnectOpenArgs { name: name.map(str::to_owned), flags };
    let serial = raw.send_call(RemoteProc::ConnectOpen.into(), &args);
    show(raw.reply(serial))
}

fn alive(raw: &mut Raw) -> String {
    let serial = raw.send_call(RemoteProc::ConnectGetType.into(), &());
    show(raw.reply(serial))
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A frame in words.
fn show(message: Option<Message>) -> String {
    let Some(message) = message else { return "closed".into() };
    let header = message.header;
    match message.error() {
        Some(error) => format!(
            "{:?} of procedure {} in {:#x}: error {} domain {} level {}: {} | {:?} {:?} {:?} {} {}",
            header.type_,
            header.proc,
            header.prog,
            error.code,
            error.domain,
            error.level,
            error.message.unwrap_or_default(),
            error.str1,
            error.str2,
            error.str3,
            error.int1,
            error.int2,
        ),
        None => format!(
            "{:?} of procedure {} in {:#x}: {:?}, {} bytes",
            header.type_,
            header.proc,
            header.prog,
            header.status,
            message.payload.len()
        ),
    }
}
