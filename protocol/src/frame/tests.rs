use bytes::BytesMut;
use proptest::prelude::*;

use super::*;

const PING: Header =
    Header { prog: 0x6b65_6570, vers: 1, proc: 1, type_: MessageType::Event, serial: 0, status: Status::Ok };

fn parse(frame: &[u8]) -> Result<Frame<'_>, FrameError> {
    let (length, body) = frame.split_first_chunk().unwrap();
    assert_eq!(body_length(*length), Ok(body.len()));
    Frame::parse(body)
}

#[test]
fn a_ping_is_28_bytes() {
    let mut out = BytesMut::new();
    encode(&mut out, &PING, &()).unwrap();
    #[rustfmt::skip]
    let expected = [
        0, 0, 0, 28, b'k', b'e', b'e', b'p', 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    assert_eq!(out[..], expected);
    assert_eq!(parse(&out), Ok(Frame { header: PING, fds: 0, payload: &[] }));
}

#[test]
fn frames_follow_one_another_in_a_buffer() {
    let mut out = BytesMut::new();
    encode(&mut out, &PING, &7u32).unwrap();
    encode_raw(&mut out, &PING.stream(Status::Continue), b"data").unwrap();
    let (first, second) = out.split_at(32);
    assert_eq!(parse(first).unwrap().decode(), Ok(7u32));
    assert_eq!(parse(second).unwrap().payload, b"data");
    assert_eq!(parse(second).unwrap().header.type_, MessageType::Stream);
}

#[test]
fn a_frame_that_cannot_be_leaves_nothing() {
    let mut out = BytesMut::from(&b"before"[..]);
    let error = encode_raw(&mut out, &PING, &vec![0; MAX_PAYLOAD + 1]);
    assert_eq!(error, Err(FrameError::TooLong(MAX_MESSAGE + 5)));
    assert_eq!(encode_with_fds(&mut out, &PING, 33, &()), Err(FrameError::TooManyFds(33)));
    drop(FrameWriter::start(&mut out, &PING));
    assert_eq!(out[..], b"before"[..]);
    encode_raw(&mut out, &PING, &vec![0; MAX_PAYLOAD]).unwrap();
}

#[test]
fn descriptors_are_counted_in_the_payload() {
    let mut out = BytesMut::new();
    encode_with_fds(&mut out, &Header::call(0x2000_8086, 1, 10, 3), 2, &5i32).unwrap();
    let frame = parse(&out).unwrap();
    assert_eq!((frame.header.type_, frame.fds, frame.decode()), (MessageType::CallWithFds, 2, Ok(5i32)));
    out[31] = 33;
    assert_eq!(parse(&out), Err(FrameError::TooManyFds(33)));
    assert_eq!(Frame::parse(&out[4..28]), Err(FrameError::Xdr(XdrError::Truncated)));
}

#[test]
fn lengths_are_bounded() {
    let length = |length: u32| body_length(length.to_be_bytes());
    assert_eq!(length(28), Ok(24));
    assert_eq!(length(MAX_MESSAGE as u32 + 4), Ok(MAX_MESSAGE));
    assert_eq!(length(MAX_MESSAGE as u32 + 5), Err(FrameError::TooLong(MAX_MESSAGE + 5)));
    assert_eq!(length(u32::MAX), Err(FrameError::TooLong(u32::MAX as usize)));
    for short in [0, 3, 4, 27] {
        assert_eq!(length(short), Err(FrameError::TooShort(short as usize)));
    }
}

#[test]
fn unknown_types_and_states_are_named() {
    let mut out = BytesMut::new();
    PING.write(&mut out);
    out[15] = 7;
    assert_eq!(Frame::parse(&out), Err(FrameError::Type(7)));
    out[15] = 2;
    out[20] = 0xff;
    assert_eq!(Frame::parse(&out), Err(FrameError::Status(0xff00_0000u32 as i32)));
    assert_eq!(Frame::parse(&out[..23]), Err(FrameError::TooShort(23)));
}

proptest! {
    #[test]
    fn headers_come_back_as_they_went(prog: u32, vers: u32, proc: i32, serial: u32) {
        let header = Header::call(prog, vers, proc, serial);
        for header in [header, header.reply(Status::Error), header.stream(Status::Continue)] {
            let mut out = BytesMut::new();
            header.write(&mut out);
            prop_assert_eq!(Header::read(&mut Reader::new(&out)), Ok(header));
        }
    }

    #[test]
    fn noise_never_panics(noise in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = Frame::parse(&noise).map(|frame| frame.decode::<StreamHole>());
    }
}
