//! Frames: a little-endian `u32` length, then that many bytes of JSON.

use serde::{Serialize, de::DeserializeOwned};

/// Longest frame body: a specification of 255 vCPUs and several hundred devices needs a tenth of it.
pub const MAX_MESSAGE: usize = 1 << 20;

/// Why a frame was refused.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Longer than [`MAX_MESSAGE`].
    #[error("a control message of {0} bytes is longer than {MAX_MESSAGE}")]
    TooLong(usize),
    /// Not the JSON of the expected message.
    #[error("a control message is malformed")]
    Malformed(#[from] serde_json::Error),
}

/// The whole frame of a message.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, CodecError> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, message)?;
    let body = frame.len() - 4;
    if body > MAX_MESSAGE {
        return Err(CodecError::TooLong(body));
    }
    frame[..4].copy_from_slice(&(body as u32).to_le_bytes());
    Ok(frame)
}

/// The body's length, from a frame's first four bytes.
pub fn frame_length(prefix: [u8; 4]) -> Result<usize, CodecError> {
    let length = u32::from_le_bytes(prefix) as usize;
    if length > MAX_MESSAGE { Err(CodecError::TooLong(length)) } else { Ok(length) }
}

/// The message of a frame's body.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, CodecError> {
    Ok(serde_json::from_slice(body)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, FromVmm, PROTOCOL, Reply, Request, RunState, ToVmm, VmmError, VmmErrorKind};

    fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(message: T) {
        let frame = encode(&message).unwrap();
        let length = frame_length(frame[..4].try_into().unwrap()).unwrap();
        assert_eq!(length, frame.len() - 4);
        assert_eq!(decode::<T>(&frame[4..]).unwrap(), message);
    }

    #[test]
    fn every_kind_of_frame_comes_back_as_it_went() {
        round_trip(ToVmm { id: 7, request: Request::Hello { protocol: PROTOCOL } });
        round_trip(ToVmm { id: 6, request: Request::Reboot });
        round_trip(ToVmm { id: u64::MAX, request: Request::OpenConsole { alias: None, force: true } });
        round_trip(FromVmm::Reply { id: 7, result: Ok(Reply::State { state: RunState::Running }) });
        round_trip(FromVmm::Reply { id: 8, result: Ok(Reply::Done) });
        let error = VmmError { kind: VmmErrorKind::Busy, message: "console serial0 is in use".into() };
        round_trip(FromVmm::Reply { id: 9, result: Err(error) });
        round_trip(FromVmm::Event { event: Event::Exiting { reason: crate::ExitReason::Shutdown } });
    }

    #[test]
    fn an_older_hello_is_still_understood() {
        // As the first release wrote it: none of the fields that came later.
        let old = br#"{"id":1,"result":{"Ok":{"reply":"hello","uuid":"5d7e8a3c-1b1f-4c58-9d5e-2f1c3b6a7d90",
            "protocol":{"oldest":1,"newest":1},"build":"0.1.0","state":{"state":"running"}}}}"#;
        let FromVmm::Reply { id: 1, result: Ok(Reply::Hello(hello)) } = decode(old).unwrap() else {
            panic!("not a hello");
        };
        assert_eq!(hello.state, RunState::Running);
        assert!(hello.stats.is_empty());
        assert_eq!(hello.protocol.common(PROTOCOL), Some(1));
    }

    #[test]
    fn fields_of_a_newer_peer_are_ignored() {
        let new = br#"{"id":1,"request":{"op":"resume","gently":true},"deadline":5}"#;
        assert_eq!(decode::<ToVmm>(new).unwrap(), ToVmm { id: 1, request: Request::Resume });
    }

    #[test]
    fn lengths_are_bounded() {
        assert!(matches!(frame_length([0xff; 4]), Err(CodecError::TooLong(_))));
    }
}
