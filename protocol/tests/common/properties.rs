//! What must hold for any bytes at all. The fuzz targets and the smoke test run the same functions.

use vireo_protocol::frame::{self, Frame, LENGTH_SIZE};
use vireo_protocol::{keepalive, qemu, remote};

use super::{Half, recode, recode_frame};

/// Any bytes as a frame with its length before it.
pub fn frame(data: &[u8]) {
    let Some((length, body)) = data.split_first_chunk::<LENGTH_SIZE>() else { return };
    let Ok(length) = frame::body_length(*length) else { return };
    assert!((frame::HEADER_SIZE..=frame::MAX_MESSAGE).contains(&length));
    let Ok(frame) = Frame::parse(body) else { return };
    assert!(frame.fds <= frame::MAX_FDS);
    if let Some(Ok(payload)) = recode_frame(&frame) {
        assert_eq!(payload.len(), frame.payload.len());
    }
}

/// Any bytes as a half of any procedure, chosen by the first three.
pub fn procedure(data: &[u8]) {
    let Some(([program, high, low], payload)) = data.split_first_chunk::<3>() else { return };
    let half = if high & 0x80 == 0 { Half::Arguments } else { Half::Reply };
    let number = i32::from(u16::from_be_bytes([high & 1, *low]));
    let program = [remote::PROGRAM, qemu::PROGRAM, keepalive::PROGRAM][usize::from(*program) % 3];
    let Some(Ok(once)) = recode(program, number, half, payload) else { return };
    // Only the tag of a pointer has more than one form that is read, and one that is written.
    assert_eq!(once.len(), payload.len());
    let twice =
        recode(program, number, half, &once).expect("the same procedure").expect("what was written is read");
    assert_eq!(once, twice);
}
