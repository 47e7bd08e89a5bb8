use std::{
    io::{Read, Write},
    os::{
        fd::OwnedFd,
        unix::net::{UnixListener, UnixStream},
    },
    sync::Arc,
};

use vireo_control::{ChardevSpec, FdIndex, VmmErrorKind};
use vmm_sys_util::eventfd::EventFd;

use super::{
    host::{HostOptions, Manner, SerialHost},
    port::{GuestPort, SerialPort},
    *,
};
use crate::{
    bus::BusDevice,
    fds::Descriptors,
    poller::{Poller, Side},
};

struct Fixture {
    host: SerialHost,
    port: Arc<SerialPort>,
    poller: Poller,
    bell: Arc<EventFd>,
}

fn fixture(backend: ChardevSpec, log: bool, fds: Vec<OwnedFd>) -> Fixture {
    let bell = host::bell().unwrap();
    let line = EventFd::new(libc::EFD_NONBLOCK).unwrap();
    let port = Arc::new(SerialPort::new(line, bell.clone()));
    let spec = HostOptions {
        alias: "serial0",
        number: 0,
        manner: Manner::Console,
        backend,
        log: log.then_some(FdIndex(1)),
    };
    let mut host = SerialHost::new(&spec, &mut Descriptors::from(fds), port.clone()).unwrap();
    let poller = Poller::new().unwrap();
    host.watch(&poller).unwrap();
    Fixture { host, port, poller, bell }
}

impl Fixture {
    fn guest_writes(&mut self, text: &[u8]) {
        for byte in text {
            self.port.write(0, &[*byte]);
        }
        self.host.pump(&self.poller);
    }

    fn guest_reads(&self) -> Vec<u8> {
        let mut text = Vec::new();
        loop {
            let mut byte = [0];
            self.port.read(5, &mut byte);
            if byte[0] & 1 == 0 {
                return text;
            }
            self.port.read(0, &mut byte);
            text.push(byte[0]);
        }
    }
}

fn read(stream: &mut UnixStream) -> Vec<u8> {
    stream.set_nonblocking(true).unwrap();
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    text
}

#[test]
fn output_rings_the_bell_once_until_it_is_taken() {
    let mut fixture = fixture(ChardevSpec::Null, false, Vec::new());
    fixture.port.write(0, b"a");
    fixture.port.write(0, b"b");
    assert_eq!(fixture.bell.read().unwrap(), 1);
    fixture.host.pump(&fixture.poller);
    fixture.port.write(0, b"c");
    assert_eq!(fixture.bell.read().unwrap(), 1);
}

#[test]
fn output_goes_to_back_end_log_and_console_with_the_scrollback_first() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let log = tempfile::tempfile().unwrap();
    let mut log_reader = log.try_clone().unwrap();
    let mut fixture = fixture(ChardevSpec::UnixConnected(FdIndex(0)), true, vec![ours.into(), log.into()]);
    fixture.guest_writes(b"early ");
    let console = fixture.host.open_console(false, &fixture.poller).unwrap();
    fixture.guest_writes(b"late");
    assert_eq!(read(&mut theirs), b"early late");
    assert_eq!(read(&mut UnixStream::from(console)), b"early late");
    let mut logged = Vec::new();
    std::io::Seek::rewind(&mut log_reader).unwrap();
    log_reader.read_to_end(&mut logged).unwrap();
    assert_eq!(logged, b"early late");
}

#[test]
fn a_console_is_taken_over_only_by_force() {
    let mut fixture = fixture(ChardevSpec::Null, false, Vec::new());
    let mut first = UnixStream::from(fixture.host.open_console(false, &fixture.poller).unwrap());
    let refused = fixture.host.open_console(false, &fixture.poller).unwrap_err();
    assert_eq!(refused.kind, VmmErrorKind::Busy);
    let second = fixture.host.open_console(true, &fixture.poller).unwrap();
    assert_eq!(first.read(&mut [0]).unwrap(), 0, "the first client sees the end");
    drop(second);
    fixture.host.ready(Side::Console, &fixture.poller);
    fixture.host.open_console(false, &fixture.poller).unwrap();
}

#[test]
fn input_beyond_the_fifo_waits_for_the_guest() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let mut fixture = fixture(ChardevSpec::UnixConnected(FdIndex(0)), false, vec![ours.into()]);
    let text: Vec<u8> = (0..=255).collect();
    theirs.write_all(&text).unwrap();
    fixture.host.ready(Side::Backend, &fixture.poller);
    let mut got = fixture.guest_reads();
    assert_eq!(got, &text[..64]);
    while fixture.bell.read().is_ok() {
        fixture.host.pump(&fixture.poller);
        got.extend(fixture.guest_reads());
    }
    assert_eq!(got, text);
}

#[test]
fn a_slow_reader_loses_output_and_nobody_waits() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let mut fixture = fixture(ChardevSpec::UnixConnected(FdIndex(0)), false, vec![ours.into()]);
    for _ in 0..64 {
        fixture.guest_writes(&[b'x'; 16 << 10]);
    }
    let mut got = read(&mut theirs).len();
    fixture.host.pump(&fixture.poller);
    got += read(&mut theirs).len();
    assert!(got < 64 * (16 << 10));
    assert!(got > QUEUE_BYTES);
    fixture.guest_writes(b"and on it goes");
    assert!(read(&mut theirs).ends_with(b"and on it goes"));
}

#[test]
fn a_listening_back_end_has_one_client_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("serial");
    let listener = UnixListener::bind(&path).unwrap();
    let mut fixture = fixture(ChardevSpec::UnixListen(FdIndex(0)), false, vec![listener.into()]);
    let mut first = UnixStream::connect(&path).unwrap();
    let mut second = UnixStream::connect(&path).unwrap();
    second.write_all(b"2").unwrap();
    first.write_all(b"1").unwrap();
    fixture.host.ready(Side::Listener, &fixture.poller);
    assert_eq!(fixture.guest_reads(), b"1");
    fixture.guest_writes(b"to the first");
    assert_eq!(read(&mut first), b"to the first");
    drop(first);
    fixture.host.ready(Side::Backend, &fixture.poller);
    assert_eq!(fixture.guest_reads(), b"2");
    fixture.guest_writes(b"to the second");
    assert_eq!(read(&mut second), b"to the second");
}

#[test]
fn a_reset_port_starts_anew_and_shows_what_waits() {
    let mut fixture = fixture(ChardevSpec::Null, false, Vec::new());
    fixture.port.write(1, &[0xf]);
    fixture.port.write(0, b"last words");
    fixture.port.reset();
    let mut enabled = [0xff];
    fixture.port.read(1, &mut enabled);
    assert_eq!(enabled, [0]);
    let console = fixture.host.open_console(false, &fixture.poller).unwrap();
    // One access, one register after the other: only the first byte is for the transmitter.
    assert_eq!(read(&mut UnixStream::from(console)), b"l");
}
