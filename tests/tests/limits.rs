//! What one client can do to the daemon and to the others: a bounded amount.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::fs;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};
use vireo_protocol::frame::{self, Header};
use vireo_protocol::remote::{self, PROGRAM, VERSION};
use vireo_protocol::table::RemoteProc;
use vireo_tests::raw::Raw;
use vireo_tests::server::Server;
use vireo_tests::wait;
use vireo_xdr::BytesMut;

/// Connections of the client that takes more than its part; each takes a descriptor of ours, too.
const MANY: usize = 3000;

/// What a connection that rests may cost the daemon.
const KIB_PER_CONNECTION: u64 = 4;

/// A call takes far less than a millisecond; what is longer than this, on a machine that is busy with tests, waited.
const LONG: Duration = Duration::from_millis(250);

#[test]
fn thousands_of_connections_cost_little_and_are_forgotten() {
    raise_descriptor_limit();
    let mut server = Server::ours();
    let daemon = server.process().id();
    let _used = Raw::open(&server.socket());
    let before = private_kib(daemon);
    let connections: Vec<Raw> = (0..MANY).map(|_| Raw::open(&server.socket())).collect();
    let cost = private_kib(daemon).saturating_sub(before);
    assert!(cost <= KIB_PER_CONNECTION * MANY as u64, "{cost} KiB for {MANY} connections");
    assert!(slowest_call(&server) < LONG);
    drop(connections);
    wait::until("end of the connections", || (descriptors(daemon) < 100).then_some(()));
}

#[test]
fn a_client_that_reads_nothing_costs_a_bounded_amount_and_nobodys_time() {
    let mut server = Server::ours();
    let daemon = server.process().id();
    let _used = Raw::open(&server.socket());
    let before = private_kib(daemon);
    let mut flooding: Vec<UnixStream> = (0..8).map(|_| flood(&server)).collect();
    assert!(slowest_call(&server) < LONG);
    let cost = private_kib(daemon).saturating_sub(before);
    assert!(cost < 32 << 10, "{cost} KiB for 8 clients that do not read");
    // It has stopped to read from them: there is room for nothing more.
    for socket in &mut flooding {
        assert!(socket.write(&[0; 1 << 20]).is_err());
    }
}

#[test]
fn clients_that_vanish_in_the_middle_of_a_call_leave_nothing() {
    raise_descriptor_limit();
    let mut server = Server::ours();
    let daemon = server.process().id();
    let mut quiet = Raw::open(&server.socket());
    let (threads, open) = (threads(daemon), descriptors(daemon));
    for round in 0..500_u32 {
        let mut raw = Raw::open(&server.socket());
        let args = remote::ConnectListAllDomainsArgs { need_results: 1, flags: 0 };
        raw.send_call(RemoteProc::ConnectListAllDomains.into(), &args);
        // The beginning of another one, cut off at every place.
        let half = call(RemoteProc::NodeGetInfo);
        raw.send(&half[..round as usize % half.len()]).unwrap();
    }
    wait::until("end of the connections", || (descriptors(daemon) <= open).then_some(()));
    quiet.call::<remote::ConnectGetTypeRet>(RemoteProc::ConnectGetType, &()).unwrap();
    assert!(self::threads(daemon) <= threads + 2);
}

#[test]
fn with_max_clients_connected_others_wait_and_nobody_else_notices() {
    let conf = tempfile::NamedTempFile::new().unwrap();
    fs::write(conf.path(), "max_clients = 3\nmax_queued_clients = 10\n").unwrap();
    let server = Server::ours_with(&["--config", conf.path().to_str().unwrap()]);
    let mut first = Raw::open(&server.socket());
    let (second, _third) = (Raw::open(&server.socket()), Raw::open(&server.socket()));
    let socket = server.socket();
    let fourth = thread::spawn(move || Raw::open(&socket));
    thread::sleep(Duration::from_millis(300));
    assert!(!fourth.is_finished());
    first.call::<remote::ConnectGetTypeRet>(RemoteProc::ConnectGetType, &()).unwrap();
    drop(second);
    fourth.join().expect("the fourth is served when the second is gone");
}

/// Sends calls with large answers until nothing more is taken, and reads none of them.
fn flood(server: &Server) -> UnixStream {
    let mut socket = Raw::open(&server.socket()).into_socket();
    socket.set_nonblocking(true).unwrap();
    let calls = call(RemoteProc::ConnectGetCapabilities).repeat(1000);
    let (mut sent, mut last) = (0, Instant::now());
    while last.elapsed() < Duration::from_millis(300) {
        match socket.write(&calls[sent..]) {
            Ok(count) => (sent, last) = ((sent + count) % calls.len(), Instant::now()),
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    }
    socket
}

/// The frame of a call without arguments.
fn call(procedure: RemoteProc) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    frame::encode(&mut bytes, &Header::call(PROGRAM, VERSION, procedure.into(), 9), &()).unwrap();
    bytes.to_vec()
}

/// The longest of many small calls of a client that behaves. The very longest may have met the machine's own business.
fn slowest_call(server: &Server) -> Duration {
    let mut raw = Raw::open(&server.socket());
    let timed = |_| {
        let begin = Instant::now();
        raw.call::<remote::ConnectGetTypeRet>(RemoteProc::ConnectGetType, &()).unwrap();
        begin.elapsed()
    };
    let mut times: Vec<Duration> = (0..500).map(timed).collect();
    times.sort();
    times[times.len() - 5]
}

fn private_kib(process: u32) -> u64 {
    status(process, "RssAnon:")
}

fn threads(process: u32) -> u64 {
    status(process, "Threads:")
}

fn status(process: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a known line");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

fn descriptors(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).expect("it runs").count()
}

fn raise_descriptor_limit() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most.min(65_536), most).unwrap();
}
