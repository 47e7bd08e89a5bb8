//! Stands between a libvirt client and a daemon and writes down every frame.
//!
//! `relay LISTEN CONNECT DIR`: takes connections on the Unix socket LISTEN, passes each on to the one at CONNECT, and
//! writes the frames of the n-th connection to `DIR/n.bin`, as the golden tests of `vireo-protocol` read them: for
//! each frame the byte `C` (the client sent it) or `S` (the server did) and then the frame as it is on the wire, with
//! its length. It goes on until it is ended from outside.
//!
//! It changes nothing and answers nothing. Descriptors beside frames are not passed on.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use vireo_protocol::frame::{self, LENGTH_SIZE};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [listen, connect, directory] = arguments.as_slice() else {
        return Err(io::Error::new(ErrorKind::InvalidInput, "usage: relay LISTEN CONNECT DIR"));
    };
    let listener = UnixListener::bind(listen)?;
    for (number, client) in listener.incoming().enumerate() {
        let client = client?;
        let server = UnixStream::connect(connect)?;
        let record = Path::new(directory).join(format!("{number}.bin"));
        let record = Arc::new(Mutex::new(File::create(record)?));
        for (side, from, to) in [(b'C', &client, &server), (b'S', &server, &client)] {
            let (from, to, record) = (from.try_clone()?, to.try_clone()?, record.clone());
            thread::spawn(move || {
                if let Err(error) = pass(side, &from, &to, &record) {
                    eprintln!("relay: connection {number}, side {}: {error}", side as char);
                }
                // The other side sees the end, as it would without a relay.
                let _ = to.shutdown(Shutdown::Write);
            });
        }
    }
    Ok(())
}

/// Passes frames on until the sender closes.
fn pass(side: u8, mut from: &UnixStream, mut to: &UnixStream, record: &Mutex<File>) -> io::Result<()> {
    loop {
        let mut length = [0; LENGTH_SIZE];
        match from.read_exact(&mut length) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            result => result?,
        }
        let body = frame::body_length(length).map_err(io::Error::other)?;
        let mut entry = vec![side];
        entry.extend_from_slice(&length);
        entry.resize(1 + LENGTH_SIZE + body, 0);
        from.read_exact(&mut entry[1 + LENGTH_SIZE..])?;
        // Written down first: the answer can then not stand before the question.
        record.lock().expect("no writer panics").write_all(&entry)?;
        to.write_all(&entry[1..])?;
    }
}
