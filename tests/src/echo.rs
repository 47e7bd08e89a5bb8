//! The other end of a guest's traffic: echoes what the guest sends, and checks that the guest echoes.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Where echoes are served, here and in the guest.
const PORT: u16 = 7;

/// Echoes on an address of ours until it is dropped.
#[derive(Debug)]
pub struct EchoServer {
    address: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl EchoServer {
    /// Listens on this address.
    pub fn new(address: &str) -> EchoServer {
        let listener = TcpListener::bind((address, PORT)).expect("the echo port is free");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            for connection in listener.incoming().take_while(|_| !stopped.load(Relaxed)) {
                thread::spawn(move || echo(connection.expect("a connection")));
            }
        });
        EchoServer { address: address.into(), stop, thread: Some(thread) }
    }
}

impl Drop for EchoServer {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        let _ = TcpStream::connect((self.address.as_str(), PORT));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn echo(mut connection: TcpStream) {
    let mut buffer = [0; 65536];
    while let Ok(length @ 1..) = connection.read(&mut buffer) {
        if connection.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
    let _ = connection.shutdown(Shutdown::Both);
}

/// Sends to a guest's echo server again and again, and checks what comes back.
#[derive(Debug)]
pub struct EchoClient {
    stop: Arc<AtomicBool>,
    rounds: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl EchoClient {
    /// Begins to talk to the guest at this address.
    pub fn new(guest: &str) -> EchoClient {
        let (stop, rounds) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopped, counted, guest) = (Arc::clone(&stop), Arc::clone(&rounds), guest.to_owned());
        let thread = thread::spawn(move || {
            while !stopped.load(Relaxed) {
                round(&guest, counted.load(Relaxed));
                counted.fetch_add(1, Relaxed);
            }
        });
        EchoClient { stop, rounds, thread }
    }

    /// Ends the talk; the test fails when something came back wrong. How many rounds it was.
    pub fn finish(self) -> u64 {
        self.stop.store(true, Relaxed);
        self.thread.join().expect("everything comes back as it was sent");
        self.rounds.load(Relaxed)
    }
}

fn round(guest: &str, seed: u64) {
    let mut connection = TcpStream::connect((guest, PORT)).expect("the guest listens");
    connection.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket option");
    let sent: Vec<u8> = (0..100_000_u64).map(|place| (place.wrapping_mul(seed | 1) >> 3) as u8).collect();
    let mut writer = connection.try_clone().expect("a descriptor");
    let outgoing = sent.clone();
    let sending = thread::spawn(move || {
        writer.write_all(&outgoing).expect("the guest reads");
        writer.shutdown(Shutdown::Write).expect("our own socket");
    });
    let mut received = Vec::new();
    connection.read_to_end(&mut received).expect("the guest echoes");
    sending.join().expect("all is sent");
    assert!(received == sent, "round {seed}: what came back is not what was sent");
}
