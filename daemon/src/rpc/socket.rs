//! The socket of a connection: bytes, and the descriptors that come and go beside them.
//!
//! One system call each, and no more than needed: a read or write that moved less than it could have proves that
//! the socket is drained or full, so readiness is given up without asking the kernel again.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::task::{Context, Poll, ready};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};
use tokio::io::Interest;
use tokio::net::UnixStream;
use vireo_protocol::frame::MAX_FDS;

/// Room for the descriptors of one read. More than a frame may have are cut off by the kernel, and refused.
const CONTROL_SIZE: usize = rustix::cmsg_space!(ScmRights(MAX_FDS));

/// Reads once. No bytes are the end. The descriptors belong to the last byte read: a read ends where they are.
pub(crate) fn poll_receive(
    socket: &UnixStream,
    context: &mut Context<'_>,
    room: &mut [u8],
    fds: &mut Vec<OwnedFd>,
) -> Poll<io::Result<usize>> {
    loop {
        ready!(socket.poll_read_ready(context))?;
        let mut received = None;
        let outcome = socket.try_io(Interest::READABLE, || {
            let count = receive(socket, room, fds)?;
            received = Some(count);
            if count > 0 && count < room.len() && fds.is_empty() { Err(blocked()) } else { Ok(()) }
        });
        match (received, outcome) {
            (Some(count), _) => return Poll::Ready(Ok(count)),
            (None, Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
            (None, Err(error)) => return Poll::Ready(Err(error)),
            (None, Ok(())) => unreachable!("a read that succeeds has a count"),
        }
    }
}

fn receive(socket: &UnixStream, room: &mut [u8], fds: &mut Vec<OwnedFd>) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); CONTROL_SIZE];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut rooms = [IoSliceMut::new(room)];
    let message =
        retry(|| rustix::net::recvmsg(socket.as_fd(), &mut rooms, &mut control, RecvFlags::CMSG_CLOEXEC))?;
    for ancillary in control.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = ancillary {
            fds.extend(received);
        }
    }
    if message.flags.contains(rustix::net::ReturnFlags::CTRUNC) {
        return Err(io::Error::other("more descriptors at once than a frame can have"));
    }
    Ok(message.bytes)
}

/// Writes once; if a descriptor is given, it goes with the first byte.
pub(crate) fn poll_send(
    socket: &UnixStream,
    context: &mut Context<'_>,
    bytes: &[u8],
    fd: Option<&OwnedFd>,
) -> Poll<io::Result<usize>> {
    loop {
        ready!(socket.poll_write_ready(context))?;
        let mut sent = None;
        let outcome = socket.try_io(Interest::WRITABLE, || {
            let count = send(socket, bytes, fd)?;
            sent = Some(count);
            if count < bytes.len() { Err(blocked()) } else { Ok(()) }
        });
        match (sent, outcome) {
            (Some(count), _) => return Poll::Ready(Ok(count)),
            (None, Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
            (None, Err(error)) => return Poll::Ready(Err(error)),
            (None, Ok(())) => unreachable!("a write that succeeds has a count"),
        }
    }
}

fn send(socket: &UnixStream, bytes: &[u8], fd: Option<&OwnedFd>) -> io::Result<usize> {
    let Some(fd) = fd else {
        return Ok(retry(|| rustix::net::send(socket.as_fd(), bytes, SendFlags::NOSIGNAL))?);
    };
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let fds = [fd.as_fd()];
    control.push(SendAncillaryMessage::ScmRights(&fds));
    Ok(retry(|| {
        rustix::net::sendmsg(socket.as_fd(), &[IoSlice::new(bytes)], &mut control, SendFlags::NOSIGNAL)
    })?)
}

fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    loop {
        match call() {
            Err(rustix::io::Errno::INTR) => {}
            outcome => return outcome,
        }
    }
}

fn blocked() -> io::Error {
    io::ErrorKind::WouldBlock.into()
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    async fn receive_some(socket: &UnixStream, fds: &mut Vec<OwnedFd>) -> Vec<u8> {
        let mut room = [0; 16];
        let count = poll_fn(|context| poll_receive(socket, context, &mut room, fds)).await.unwrap();
        room[..count].to_vec()
    }

    async fn send_all(socket: &UnixStream, bytes: &[u8], fd: Option<&OwnedFd>) {
        let count = poll_fn(|context| poll_send(socket, context, bytes, fd)).await.unwrap();
        assert_eq!(count, bytes.len());
    }

    #[tokio::test]
    async fn bytes_and_descriptors_arrive() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let file = OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
        send_all(&theirs, b"before", None).await;
        send_all(&theirs, b"x", Some(&file)).await;
        send_all(&theirs, b"after", None).await;
        let mut fds = Vec::new();
        assert_eq!(receive_some(&ours, &mut fds).await, b"beforex");
        assert_eq!(fds.len(), 1);
        fds.clear();
        assert_eq!(receive_some(&ours, &mut fds).await, b"after");
        assert!(fds.is_empty());
        drop(theirs);
        assert_eq!(receive_some(&ours, &mut fds).await, b"");
    }

    #[tokio::test]
    async fn a_short_read_does_not_lose_what_comes_later() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut fds = Vec::new();
        for _ in 0..100 {
            send_all(&theirs, b"0123456789abcdef0", None).await;
            assert_eq!(receive_some(&ours, &mut fds).await.len(), 16);
            assert_eq!(receive_some(&ours, &mut fds).await.len(), 1);
        }
    }

    #[tokio::test]
    async fn a_full_socket_makes_the_writer_wait() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let bytes = vec![0; 1 << 20];
        let first = poll_fn(|context| poll_send(&ours, context, &bytes, None)).await.unwrap();
        assert!(first < bytes.len());
        let blocked =
            poll_fn(|context| Poll::Ready(poll_send(&ours, context, &bytes, None).is_pending())).await;
        assert!(blocked);
        drop(theirs);
        assert!(poll_fn(|context| poll_send(&ours, context, &bytes, None)).await.is_err());
    }
}
