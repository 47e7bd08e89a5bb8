//! Calls as fast as they are answered.

use crate::call::Ready;
use crate::median;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};
use vireo_protocol::table::RemoteProc;
use vireo_tests::raw::Raw;

/// One connection, `count` calls, one after the other.
pub fn calls(socket: &Path, call: &str, count: usize) {
    timed(socket, &mut Ready::new(call, socket), count);
}

/// The same, timed.
pub fn latency(socket: &Path, call: &str, count: usize) {
    println!("{call} {:.2}", median(timed(socket, &mut Ready::new(call, socket), count)));
}

/// One connection, one call after the other: microseconds of each.
pub fn timed(socket: &Path, ready: &mut Ready, count: usize) -> Vec<f64> {
    let mut line = Line::open(socket);
    let one = |serial| {
        let begin = Instant::now();
        line.send(ready.frame(serial));
        while line.take_replies() == 0 {}
        begin.elapsed().as_secs_f64() * 1e6
    };
    (100..).take(count).map(one).collect()
}

/// Several connections, each with several calls under way.
pub fn throughput(socket: &Path, call: &str, connections: usize, inflight: usize, seconds: usize) {
    let mut ready = Ready::new(call, socket);
    let mut lines: Vec<Line> = (0..connections).map(|_| Line::open(socket)).collect();
    let mut serial = 100;
    let mut batch = Vec::new();
    let mut send = |line: &mut Line, count: usize| {
        batch.clear();
        for _ in 0..count {
            serial += 1;
            batch.extend_from_slice(ready.frame(serial));
        }
        line.send(&batch);
    };
    for line in &mut lines {
        send(line, inflight);
    }
    let (begin, limit) = (Instant::now(), Duration::from_secs(seconds as u64));
    let mut answered = 0;
    while begin.elapsed() < limit {
        let ready: Vec<bool> = {
            let mut polled: Vec<PollFd<'_>> =
                lines.iter().map(|line| PollFd::new(line.socket.as_fd(), PollFlags::POLLIN)).collect();
            poll(&mut polled, PollTimeout::from(1000_u16)).expect("poll");
            polled.iter().map(|fd| fd.any().unwrap_or(false)).collect()
        };
        for (line, _) in lines.iter_mut().zip(ready).filter(|(_, ready)| *ready) {
            let count = line.take_replies();
            answered += count;
            send(line, count);
        }
    }
    println!("{call} {:.0}", answered as f64 / begin.elapsed().as_secs_f64());
}

/// Connect, ask for authentication, open, close.
pub fn connects(socket: &Path, count: usize) {
    let one = |_| {
        let begin = Instant::now();
        Raw::open(socket).call::<()>(RemoteProc::ConnectClose, &()).expect("the connection closes");
        begin.elapsed().as_secs_f64() * 1e6
    };
    println!("connect {:.1}", median((0..count).map(one).collect()));
}

/// A connection that only counts what comes.
struct Line {
    socket: UnixStream,
    input: Vec<u8>,
    /// How much of `input` is filled.
    filled: usize,
}

impl Line {
    fn open(socket: &Path) -> Line {
        Line { socket: Raw::open(socket).into_socket(), input: vec![0; 1 << 20], filled: 0 }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).expect("the daemon reads");
    }

    /// Reads once; how many whole frames that completed.
    fn take_replies(&mut self) -> usize {
        if self.filled == self.input.len() {
            self.input.resize(2 * self.filled, 0);
        }
        let length = self.socket.read(&mut self.input[self.filled..]).expect("the daemon answers");
        assert!(length > 0, "the daemon closed the connection");
        self.filled += length;
        let (mut start, mut count) = (0, 0);
        while let Some(word) = self.input[start..self.filled].first_chunk() {
            let frame = u32::from_be_bytes(*word) as usize;
            if frame > self.filled - start {
                break;
            }
            // The last word of the header is the status.
            assert_eq!(self.input[start + 27], 0, "an error came");
            start += frame;
            count += 1;
        }
        self.input.copy_within(start..self.filled, 0);
        self.filled -= start;
        count
    }
}
