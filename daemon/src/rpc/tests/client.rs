//! A client that can say anything.

use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use bytes::{Buf, BytesMut};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::time::timeout;
use vireo_protocol::frame::{
    Frame, Header, LENGTH_SIZE, MessageType, Status, body_length, encode, encode_raw,
};
use vireo_protocol::remote::{self, ConnectOpenArgs, NonnullDomain};
use vireo_protocol::table::RemoteProc;
use vireo_xdr::{Decode, Encode};

use super::{NEVER, SOON};

pub(super) struct Client {
    pub(super) socket: UnixStream,
    input: BytesMut,
    serial: u32,
}

/// A frame that came.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) header: Header,
    pub(super) payload: Vec<u8>,
}

impl Message {
    pub(super) fn decode<T: Decode>(&self) -> T {
        assert_eq!(self.header.status, Status::Ok, "{:?}", self.error());
        T::from_bytes(&self.payload).unwrap()
    }

    /// Code, domain and message.
    pub(super) fn error(&self) -> (i32, i32, String) {
        assert_eq!(self.header.status, Status::Error, "{self:?}");
        let error = remote::Error::from_bytes(&self.payload).unwrap();
        (error.code, error.domain, error.message.unwrap())
    }
}

pub(super) fn domain(name: &str) -> NonnullDomain {
    NonnullDomain { name: name.to_owned(), uuid: [1; 16], id: -1 }
}

impl Client {
    pub(super) async fn connect(path: &Path) -> Self {
        let socket = UnixStream::connect(path).await.unwrap();
        Self { socket, input: BytesMut::new(), serial: 0 }
    }

    pub(super) async fn open(&mut self, name: &str, flags: u32) {
        let args = ConnectOpenArgs { name: Some(name.to_owned()), flags };
        let () = self.call(RemoteProc::ConnectOpen, &args).await.decode();
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        timeout(SOON, self.socket.write_all(bytes)).await.unwrap().unwrap();
    }

    /// The header of the next call.
    pub(super) fn header(&mut self, procedure: RemoteProc) -> Header {
        self.serial += 1;
        Header::call(remote::PROGRAM, remote::VERSION, procedure.into(), self.serial)
    }

    pub(super) async fn send_frame(&mut self, header: &Header, payload: &impl Encode) {
        let mut frame = BytesMut::new();
        encode(&mut frame, header, payload).unwrap();
        self.send(&frame).await;
    }

    pub(super) async fn send_data(&mut self, header: &Header, data: &[u8]) {
        let mut frame = BytesMut::new();
        encode_raw(&mut frame, header, data).unwrap();
        self.send(&frame).await;
    }

    /// Sends a call, and tells its serial.
    pub(super) async fn start(&mut self, procedure: RemoteProc, args: &impl Encode) -> u32 {
        let header = self.header(procedure);
        self.send_frame(&header, args).await;
        header.serial
    }

    /// Sends a call and takes its reply, which is the next that comes.
    pub(super) async fn call(&mut self, procedure: RemoteProc, args: &impl Encode) -> Message {
        let serial = self.start(procedure, args).await;
        let reply = self.receive().await;
        assert_eq!((reply.header.serial, reply.header.type_), (serial, MessageType::Reply));
        reply
    }

    pub(super) async fn receive(&mut self) -> Message {
        timeout(SOON, self.next()).await.expect("nothing came").expect("the connection ended")
    }

    /// Waits for the end of the connection.
    pub(super) async fn receive_end(&mut self) {
        while timeout(SOON, self.next()).await.expect("the connection lives on").is_some() {}
    }

    pub(super) async fn receive_nothing(&mut self) {
        assert!(timeout(NEVER, self.next()).await.is_err(), "something came");
    }

    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(word) = self.input.first_chunk() {
                let length = body_length(*word).unwrap();
                if self.input.len() >= LENGTH_SIZE + length {
                    let frame = Frame::parse(&self.input[LENGTH_SIZE..][..length]).unwrap();
                    let fds = frame.fds;
                    let message = Message { header: frame.header, payload: frame.payload.to_vec() };
                    // One byte goes with each descriptor.
                    while self.input.len() < LENGTH_SIZE + length + fds {
                        assert!(self.fill().await);
                    }
                    self.input.advance(LENGTH_SIZE + length + fds);
                    return Some(message);
                }
            }
            if !self.fill().await {
                return None;
            }
        }
    }

    /// Reads once; not by `read_buf`, for which a short read means that no more is there: one that ends at a
    /// descriptor is short, too.
    async fn fill(&mut self) -> bool {
        loop {
            self.socket.readable().await.unwrap();
            match self.socket.try_read_buf(&mut self.input) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                outcome => return matches!(outcome, Ok(1..)),
            }
        }
    }

    pub(super) fn send_fd(&self, fd: &OwnedFd) {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let fds = [fd.as_fd()];
        control.push(SendAncillaryMessage::ScmRights(&fds));
        let byte = [IoSlice::new(b"x")];
        rustix::net::sendmsg(&self.socket, &byte, &mut control, SendFlags::empty()).unwrap();
    }
}
