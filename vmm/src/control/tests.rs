use std::{
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
};

use vireo_control::{
    Event, FromVmm, PROTOCOL, ProtocolRange, Reply, Request, RunState, ToVmm, VmmErrorKind, decode, encode,
    frame_length,
};

use super::{
    connection::{Connection, ConnectionError, MAX_FDS},
    server::Server,
};
use crate::poller::Poller;

fn pair() -> (Connection, Connection) {
    let (a, b) = UnixStream::pair().unwrap();
    (Connection::new(a).unwrap(), Connection::new(b).unwrap())
}

struct Served {
    server: Server,
    daemon: UnixStream,
    poller: Poller,
    path: std::path::PathBuf,
    _directory: tempfile::TempDir,
}

fn served() -> Served {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control");
    let (ours, daemon) = UnixStream::pair().unwrap();
    let poller = Poller::new().unwrap();
    let listener = UnixListener::bind(&path).unwrap();
    let server = Server::new(listener, Connection::new(ours).unwrap(), &poller).unwrap();
    Served { server, daemon, poller, path, _directory: directory }
}

fn frame(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_le_bytes()[..], body].concat()
}

fn read(stream: &mut UnixStream) -> FromVmm {
    let mut prefix = [0; 4];
    stream.read_exact(&mut prefix).unwrap();
    let mut body = vec![0; frame_length(prefix).unwrap()];
    stream.read_exact(&mut body).unwrap();
    decode(&body).unwrap()
}

#[test]
fn descriptors_come_with_the_frame_they_were_sent_with() {
    let (mut a, mut b) = pair();
    let files = (0..300).map(|_| tempfile::tempfile().unwrap().into()).collect::<Vec<_>>();
    let mut files = files.into_iter();
    let first: Vec<_> = files.by_ref().take(200).collect();
    a.send(&ToVmm { id: 1, request: Request::Resume }, first).unwrap();
    a.send(&ToVmm { id: 2, request: Request::Pause }, files.collect()).unwrap();
    let (body, fds) = b.receive().unwrap().unwrap();
    assert_eq!(decode::<ToVmm>(&body).unwrap().id, 1);
    assert_eq!(fds.len(), 200);
    let (body, fds) = b.receive().unwrap().unwrap();
    assert_eq!(decode::<ToVmm>(&body).unwrap().id, 2);
    assert_eq!(fds.len(), 100);
    assert!(b.receive().unwrap().is_none());
}

#[test]
fn frames_may_come_in_pieces() {
    let (stream, other) = UnixStream::pair().unwrap();
    let mut connection = Connection::new(other).unwrap();
    let frame = encode(&ToVmm { id: 9, request: Request::QueryState }).unwrap();
    for byte in &frame[..frame.len() - 1] {
        (&stream).write_all(&[*byte]).unwrap();
        assert!(connection.receive().unwrap().is_none());
    }
    (&stream).write_all(&frame[frame.len() - 1..]).unwrap();
    assert!(connection.receive().unwrap().is_some());
    drop(stream);
    assert!(matches!(connection.receive(), Err(ConnectionError::Closed)));
}

#[test]
fn a_frame_cannot_bring_more_descriptors_than_allowed() {
    let (mut a, mut b) = pair();
    // Each of these messages is one byte of a frame that never ends.
    let null = std::fs::File::open("/dev/null").unwrap();
    let body = vec![b' '; 4000];
    let mut sent = frame(&body).into_iter();
    let mut refused = false;
    for _ in 0..=MAX_FDS / 200 {
        let fds = (0..200).map(|_| null.try_clone().unwrap().into()).collect();
        a.send_raw(vec![sent.next().unwrap()], fds).unwrap();
        match b.receive() {
            Ok(None) => {}
            Err(ConnectionError::TooManyFds) => refused = true,
            other => panic!("{:?}", other.map(|_| ())),
        }
    }
    assert!(refused);
}

#[test]
fn a_peer_that_does_not_read_is_given_up() {
    let (mut a, _b) = pair();
    let event = FromVmm::Event { event: Event::Resumed };
    let given_up = (0..100_000).find_map(|_| a.send(&event, Vec::new()).err());
    assert!(matches!(given_up, Some(ConnectionError::Deaf)));
}

#[test]
fn requests_of_a_newer_daemon_are_answered_as_unknown() {
    let mut served = served();
    let newer = br#"{"id":41,"request":{"op":"hotplug","device":{"disk":"vdb"}}}"#;
    served.daemon.write_all(&frame(newer)).unwrap();
    served.daemon.write_all(&encode(&ToVmm { id: 42, request: Request::Resume }).unwrap()).unwrap();
    assert_eq!(served.server.next_request(0), Some(ToVmm { id: 42, request: Request::Resume }));
    let FromVmm::Reply { id: 41, result: Err(error) } = read(&mut served.daemon) else { panic!() };
    assert_eq!(error.kind, VmmErrorKind::Unknown);
    assert!(error.message.contains("hotplug"), "{}", error.message);
}

#[test]
fn an_older_hello_is_still_understood() {
    let mut served = served();
    let old = br#"{"id":1,"request":{"op":"hello","protocol":{"oldest":1,"newest":1}}}"#;
    served.daemon.write_all(&frame(old)).unwrap();
    let request = served.server.next_request(0).unwrap();
    let protocol = ProtocolRange { oldest: 1, newest: 1 };
    assert_eq!(request, ToVmm { id: 1, request: Request::Hello { protocol } });
}

#[test]
fn who_speaks_an_older_version_is_not_told_what_came_later() {
    let mut served = served();
    let mut newer = UnixStream::connect(&served.path).unwrap();
    served.server.accept(&served.poller);
    served.server.speaks(0, ProtocolRange { oldest: 1, newest: 1 });
    served.server.speaks(1, PROTOCOL);
    for event in [Event::BalloonChanged { bytes: 4096 }, Event::Reset] {
        served.server.announce(&event);
        assert_eq!(read(&mut newer), FromVmm::Event { event });
    }
    assert_eq!(read(&mut served.daemon), FromVmm::Event { event: Event::Reset });
}

#[test]
fn who_breaks_the_codec_is_closed_and_the_others_stay() {
    let mut served = served();
    let mut second = UnixStream::connect(&served.path).unwrap();
    served.server.accept(&served.poller);
    for garbage in [&b"not json at all"[..], br#"{"no":"id"}"#] {
        let mut bad = UnixStream::connect(&served.path).unwrap();
        served.server.accept(&served.poller);
        bad.write_all(&frame(garbage)).unwrap();
        let numbers = 2..10;
        assert!(numbers.into_iter().all(|number| served.server.next_request(number).is_none()));
        assert_eq!(bad.read(&mut [0]).unwrap(), 0);
    }
    served.server.announce(&Event::Resumed);
    assert_eq!(read(&mut second), FromVmm::Event { event: Event::Resumed });
    assert_eq!(read(&mut served.daemon), FromVmm::Event { event: Event::Resumed });
}

#[test]
fn answers_carry_the_id() {
    let mut served = served();
    let state = Reply::State { state: RunState::Running };
    served.server.answer(0, 77, (Ok(state.clone()), Vec::new()));
    assert_eq!(read(&mut served.daemon), FromVmm::Reply { id: 77, result: Ok(state) });
}

#[test]
fn connections_are_bounded() {
    let mut served = served();
    let mut later: Vec<_> = (0..20)
        .map(|_| {
            let stream = UnixStream::connect(&served.path).unwrap();
            served.server.accept(&served.poller);
            stream
        })
        .collect();
    served.server.announce(&Event::Resumed);
    assert_eq!(later[0].read(&mut [0; 64]).unwrap(), 0);
    assert_eq!(read(&mut later[19]), FromVmm::Event { event: Event::Resumed });
}
