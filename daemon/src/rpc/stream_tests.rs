//! Each line of the diagram, and the windows.

use std::task::{Context, Poll, Waker};

use super::*;

fn pair() -> (StreamEnd, Link) {
    stream(Waker::noop().clone())
}

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn data_goes_both_ways() {
    let (end, link) = pair();
    link.data(b"ls\n");
    assert_eq!(poll(end.recv()), Poll::Ready(Ok(Some(Bytes::from_static(b"ls\n")))));
    assert_eq!(poll(end.recv()), Poll::Pending);

    assert_eq!(poll(end.send(Bytes::from_static(b"bin"))), Poll::Ready(Ok(())));
    assert_eq!(link.next_packet(), Some(Packet::Continue(Bytes::from_static(b"bin"))));
    assert_eq!(link.next_packet(), None);
}

#[test]
fn a_finish_of_the_client_is_confirmed_once_the_handler_is_done() {
    let (end, link) = pair();
    link.data(b"last");
    link.client_finished();
    assert_eq!(poll(end.recv()), Poll::Ready(Ok(Some(Bytes::from_static(b"last")))));
    assert_eq!(poll(end.recv()), Poll::Ready(Ok(None)));
    assert_eq!(link.next_packet(), None);
    end.finish();
    assert_eq!(link.next_packet(), Some(Packet::Ok));
    assert_eq!(link.next_packet(), None);
}

#[test]
fn a_finish_of_the_handler_is_told_then_confirmed() {
    let (end, link) = pair();
    assert!(poll(end.send(Bytes::from_static(b"all"))).is_ready());
    end.finish();
    assert_eq!(link.next_packet(), Some(Packet::Continue(Bytes::from_static(b"all"))));
    assert_eq!(link.next_packet(), Some(Packet::Continue(Bytes::new())));
    assert_eq!(link.next_packet(), None);
    link.client_finished();
    assert_eq!(link.next_packet(), Some(Packet::Ok));
}

#[test]
fn an_abort_of_the_client_ends_both_directions() {
    let (end, link) = pair();
    link.data(b"never read");
    link.client_aborted();
    assert_eq!(poll(end.recv()), Poll::Ready(Err(Aborted)));
    assert_eq!(poll(end.send(Bytes::from_static(b"x"))), Poll::Ready(Err(Aborted)));
}

#[test]
fn a_vanished_connection_is_an_abort() {
    let (end, link) = pair();
    drop(link);
    assert_eq!(poll(end.recv()), Poll::Ready(Err(Aborted)));
}

#[test]
fn an_error_comes_after_the_data_before_it() {
    let (end, link) = pair();
    assert!(poll(end.send(Bytes::from_static(b"half"))).is_ready());
    let error = Error::new(ErrorCode::OperationFailed, ErrorDomain::Qemu, "the disk is full");
    end.abort(error.clone());
    assert_eq!(link.next_packet(), Some(Packet::Continue(Bytes::from_static(b"half"))));
    assert_eq!(link.next_packet(), Some(Packet::Error(error)));
    assert_eq!(link.next_packet(), None);
}

#[test]
fn a_handler_that_goes_away_leaves_an_error() {
    let (end, link) = pair();
    drop(end);
    let Some(Packet::Error(error)) = link.next_packet() else { panic!("no error") };
    assert_eq!(error.code(), ErrorCode::Rpc);
    assert_eq!(link.next_packet(), None);
}

#[test]
fn a_client_that_takes_nothing_makes_the_handler_wait() {
    let (end, link) = pair();
    let chunk = Bytes::from(vec![0; MAX_PACKET]);
    for _ in 0..4 {
        assert!(poll(end.send(chunk.clone())).is_ready());
    }
    assert!(poll(end.send(chunk.clone())).is_pending());
    link.next_packet();
    assert!(poll(end.send(chunk)).is_ready());
}

#[test]
fn large_data_goes_in_packets_that_every_client_takes() {
    let (end, link) = pair();
    assert!(poll(end.send(Bytes::from(vec![7; MAX_PACKET + 1]))).is_ready());
    let lengths: Vec<_> = std::iter::from_fn(|| link.next_packet())
        .map(|packet| match packet {
            Packet::Continue(data) => data.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(lengths, [MAX_PACKET, 1]);
}

#[test]
fn a_handler_that_receives_nothing_stops_the_connection() {
    let (end, link) = pair();
    for _ in 0..4 {
        assert!(!link.is_full());
        link.data(&vec![0; MAX_PACKET]);
    }
    assert!(link.is_full());
    assert!(poll(end.recv()).is_ready());
    assert!(!link.is_full());
}

#[test]
fn data_after_the_handlers_end_is_dropped() {
    let (end, link) = pair();
    end.finish();
    for _ in 0..100 {
        link.data(&vec![0; MAX_PACKET]);
    }
    assert!(!link.is_full());
}
