//! Frames in every cut, hostile lengths, descriptors where they belong and where they do not.

use std::future::poll_fn;

use bytes::BytesMut;
use vireo_protocol::frame::{FrameError, Header, encode_raw};

use super::*;
use crate::rpc::socket::poll_send;

fn frame(serial: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = BytesMut::new();
    encode_raw(&mut out, &Header::call(0x2000_8086, 1, 1, serial), payload).unwrap();
    out.to_vec()
}

fn with_fds(count: u8) -> Vec<u8> {
    let mut frame = frame(0, &[0, 0, 0, count]);
    frame[TYPE_AT + 3] = MessageType::CallWithFds as u8;
    frame
}

/// All frames that come of these pieces, each sent and read by itself: their bodies' lengths and descriptors.
async fn frames(pieces: &[(&[u8], bool)]) -> Result<Vec<(usize, usize)>, InputError> {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let file = OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
    let mut input = Input::default();
    let mut found = Vec::new();
    for (piece, has_fd) in pieces {
        let mut sent = 0;
        while sent < piece.len() {
            let fd = has_fd.then_some(&file);
            sent += poll_fn(|context| poll_send(&theirs, context, &piece[sent..], fd)).await.unwrap();
            input.borrow();
            assert!(poll_fn(|context| input.poll_fill(&ours, context)).await.unwrap());
            while let Some(frame) = input.next()? {
                found.push((frame.body.len(), frame.fds.len()));
            }
            input.give_back();
        }
    }
    Ok(found)
}

#[tokio::test]
async fn frames_are_found_however_they_are_cut() {
    let bytes = [frame(0, b""), frame(1, b"four"), frame(2, &[0; 100])].concat();
    let expected = vec![(24, 0), (28, 0), (124, 0)];
    assert_eq!(frames(&[(&bytes, false)]).await, Ok(expected.clone()));
    let single: Vec<_> = bytes.chunks(1).map(|byte| (byte, false)).collect();
    assert_eq!(frames(&single).await, Ok(expected.clone()));
    for cut in 1..bytes.len() {
        let pieces = [(&bytes[..cut], false), (&bytes[cut..], false)];
        assert_eq!(frames(&pieces).await, Ok(expected.clone()));
    }
}

#[tokio::test]
async fn a_large_frame_grows_the_buffer_as_it_comes() {
    let large = frame(0, &vec![1; 3 << 20]);
    let pieces: Vec<_> = large.chunks(50_000).map(|piece| (piece, false)).collect();
    assert_eq!(frames(&pieces).await, Ok(vec![((3 << 20) + 24, 0)]));
}

#[tokio::test]
async fn a_claimed_length_allocates_nothing() {
    let mut input = Input::default();
    input.borrow();
    input.buffer[..4].copy_from_slice(&(32u32 << 20).to_be_bytes());
    (input.end, input.position) = (4, 4);
    assert!(input.next().unwrap().is_none());
    input.make_room();
    assert_eq!(input.buffer.len(), SPARE_SIZE);
    input.give_back();
    assert_eq!(input.buffer.capacity(), 4);
}

#[tokio::test]
async fn lengths_that_no_frame_has_are_errors() {
    for length in [0u32, 3, 27, (32 << 20) + 5, u32::MAX] {
        let error = frames(&[(&length.to_be_bytes(), false)]).await.unwrap_err();
        assert!(matches!(error, InputError::Frame(_)), "{length}: {error}");
    }
}

#[tokio::test]
async fn descriptors_come_with_the_call_they_follow() {
    let pieces: [(&[u8], bool); 4] =
        [(&with_fds(2), false), (b"x", true), (b"x", true), (&frame(1, b""), false)];
    assert_eq!(frames(&pieces).await, Ok(vec![(28, 2), (24, 0)]));
    assert_eq!(frames(&[(&with_fds(0), false)]).await, Ok(vec![(28, 0)]));
}

#[tokio::test]
async fn descriptors_beside_other_bytes_are_closed() {
    let pieces: [(&[u8], bool); 3] = [(&frame(0, b""), true), (&with_fds(1), true), (b"x", true)];
    assert_eq!(frames(&pieces).await, Ok(vec![(24, 0), (28, 1)]));
}

#[tokio::test]
async fn a_call_without_its_descriptors_is_an_error() {
    let pieces: [(&[u8], bool); 2] = [(&with_fds(1), false), (b"x", false)];
    let expected = InputError::MissingFds { expected: 1, found: 0 };
    assert_eq!(frames(&pieces).await.unwrap_err(), expected);
    let error = frames(&[(&with_fds(33), false)]).await.unwrap_err();
    assert_eq!(error, InputError::Frame(FrameError::TooManyFds(33)));
}

#[tokio::test]
async fn descriptors_do_not_pile_up() {
    let unfinished = frame(0, &[0; 1000]);
    let pieces: Vec<_> = unfinished.chunks(1).take(100).map(|byte| (byte, true)).collect();
    assert_eq!(frames(&pieces).await.unwrap_err(), InputError::StrayFds);
}

#[tokio::test]
async fn an_end_without_a_byte_is_an_end() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    drop(theirs);
    let mut input = Input::default();
    input.borrow();
    assert!(!poll_fn(|context| input.poll_fill(&ours, context)).await.unwrap());
}
