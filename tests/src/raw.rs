//! A client that speaks the protocol itself: what no library would send, it sends.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use vireo_protocol::frame::{self, Frame, Header, LENGTH_SIZE, MessageType, Status};
use vireo_protocol::remote;
use vireo_protocol::remote::{PROGRAM, VERSION};
use vireo_protocol::table::RemoteProc;
use vireo_xdr::{BytesMut, Decode, Encode};

/// A connection.
#[derive(Debug)]
pub struct Raw {
    socket: UnixStream,
    serial: u32,
}

/// What a while of listening brought.
#[derive(Debug, Clone)]
pub enum Heard {
    /// A frame.
    Message(Message),
    /// The end of the connection.
    Closed,
    /// Nothing, and the connection is there.
    Silence,
}

/// A frame that came.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its header.
    pub header: Header,
    /// What follows.
    pub payload: Vec<u8>,
}

impl Message {
    /// The error in it.
    pub fn error(&self) -> Option<remote::Error> {
        (self.header.status == Status::Error)
            .then(|| remote::Error::from_bytes(&self.payload).expect("an error"))
    }
}

impl Raw {
    /// Connects; nothing is said yet.
    pub fn connect(socket: &Path) -> Raw {
        Raw { socket: UnixStream::connect(socket).expect("the daemon listens"), serial: 0 }
    }

    /// Connects and opens `qemu:///system`.
    pub fn open(socket: &Path) -> Raw {
        Raw::open_with(socket, 0)
    }

    /// Connects and opens with these flags (1: read-only).
    pub fn open_with(socket: &Path, flags: u32) -> Raw {
        let mut raw = Raw::connect(socket);
        raw.call::<remote::AuthListRet>(RemoteProc::AuthList, &()).expect("authentication methods");
        let args = remote::ConnectOpenArgs { name: Some("qemu:///system".into()), flags };
        raw.call::<()>(RemoteProc::ConnectOpen, &args).expect("the connection opens");
        raw
    }

    /// Calls and waits for the reply. Events that come between are dropped.
    pub fn call<R: Decode>(
        &mut self,
        procedure: RemoteProc,
        args: &impl Encode,
    ) -> Result<R, Box<remote::Error>> {
        let serial = self.send_call(procedure.into(), args);
        let message = self.reply(serial).expect("a reply");
        match message.error() {
            Some(error) => Err(Box::new(error)),
            None => Ok(R::from_bytes(&message.payload).expect("the reply's type")),
        }
    }

    /// Sends a call; its serial.
    pub fn send_call(&mut self, procedure: i32, args: &impl Encode) -> u32 {
        let header = self.next_header(procedure);
        let mut bytes = BytesMut::new();
        frame::encode(&mut bytes, &header, args).expect("arguments within their bounds");
        // Where the daemon has closed the connection, whoever waits for the reply learns it.
        let _ = self.send(&bytes);
        header.serial
    }

    /// The header of the next call.
    pub fn next_header(&mut self, procedure: i32) -> Header {
        self.serial += 1;
        Header::call(PROGRAM, VERSION, procedure, self.serial)
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)
    }

    /// The connection itself, for whoever reads and writes frames in a way of its own.
    pub fn into_socket(self) -> UnixStream {
        self.socket
    }

    /// Nothing more will be sent.
    pub fn finish_sending(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// Waits for the reply to a call; `None` when the daemon closes the connection.
    pub fn reply(&mut self, serial: u32) -> Option<Message> {
        loop {
            let message = self.receive()?;
            if message.header.serial == serial && message.header.type_ != MessageType::Event {
                return Some(message);
            }
        }
    }

    /// The next frame; `None` when the daemon closes the connection.
    ///
    /// # Panics
    /// When nothing comes for long, or what comes is no frame.
    pub fn receive(&mut self) -> Option<Message> {
        match self.listen(Duration::from_secs(20)) {
            Heard::Message(message) => Some(message),
            Heard::Closed => None,
            Heard::Silence => panic!("the daemon neither answers nor closes"),
        }
    }

    /// What comes within this time.
    pub fn listen(&mut self, patience: Duration) -> Heard {
        self.socket.set_read_timeout(Some(patience)).expect("a socket option");
        let mut length = [0; LENGTH_SIZE];
        match self.read(&mut length) {
            Ok(()) => {}
            Err(heard) => return heard,
        }
        let mut body = vec![0; frame::body_length(length).expect("a length")];
        self.read(&mut body).expect("all of a frame");
        let frame = Frame::parse(&body).expect("a frame");
        Heard::Message(Message { header: frame.header, payload: frame.payload.to_vec() })
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), Heard> {
        self.socket.read_exact(buffer).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset => Heard::Closed,
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Heard::Silence,
            _ => panic!("the connection: {error}"),
        })
    }
}
