//! Frames recorded from stock clients and a stock daemon are read and come out again byte by byte.
//!
//! `test_data/golden/*.bin`, made by `test_data/golden/record`: per frame the byte `C` (from the client) or `S` (from
//! the server), and the frame as on the wire.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use vireo_protocol::frame::{self, Frame, Header, LENGTH_SIZE, MessageType, Status};
use vireo_protocol::{remote, table};
use vireo_xdr::BytesMut;

/// One recorded frame: who sent it, its bytes, and where it stands.
struct Recorded {
    from_client: bool,
    bytes: Vec<u8>,
    place: String,
}

impl Recorded {
    fn frame(&self) -> Frame<'_> {
        let (length, body) = self.bytes.split_first_chunk().unwrap();
        assert_eq!(frame::body_length(*length), Ok(body.len()), "{}", self.place);
        Frame::parse(body).unwrap_or_else(|error| panic!("{}: {error}", self.place))
    }
}

fn recorded() -> BTreeMap<String, Vec<Recorded>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("test_data/golden");
    let mut sessions = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "bin") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&path).unwrap();
        let (mut frames, mut rest) = (Vec::new(), &bytes[..]);
        while let Some((side, after)) = rest.split_first() {
            let length = u32::from_be_bytes(*after.first_chunk::<LENGTH_SIZE>().unwrap()) as usize;
            let (bytes, after) = after.split_at(length);
            let place = format!("{name}, frame {}", frames.len());
            frames.push(Recorded { from_client: *side == b'C', bytes: bytes.to_vec(), place });
            rest = after;
        }
        sessions.insert(name, frames);
    }
    assert!(sessions.len() >= 6, "the recordings are missing");
    sessions
}

#[test]
fn every_frame_comes_out_as_it_was() {
    let mut count = 0;
    for recorded in recorded().values().flatten() {
        let frame = recorded.frame();
        let payload = common::recode_frame(&frame)
            .unwrap_or_else(|| panic!("{}: unknown {:?}", recorded.place, frame.header))
            .unwrap_or_else(|error| panic!("{}: {error}: {:?}", recorded.place, frame.header));
        assert_eq!(payload[..], *frame.payload, "{}: {:?}", recorded.place, frame.header);
        let mut out = BytesMut::new();
        frame::encode_raw(&mut out, &frame.header, &payload).unwrap();
        assert!(frame.header.type_.has_fds() || out[..] == recorded.bytes[..], "{}", recorded.place);
        count += 1;
    }
    assert!(count > 500, "only {count} frames are recorded");
}

#[test]
fn replies_follow_their_calls() {
    for frames in recorded().values() {
        let mut waiting: BTreeMap<u32, Header> = BTreeMap::new();
        for recorded in frames {
            let header = recorded.frame().header;
            match header.type_ {
                MessageType::Call => assert_eq!(waiting.insert(header.serial, header), None),
                MessageType::Reply => {
                    let call = waiting.remove(&header.serial).expect(&recorded.place);
                    assert_eq!(call.reply(header.status), header, "{}", recorded.place);
                    assert!(!recorded.from_client);
                }
                MessageType::Event if header.prog == remote::PROGRAM => {
                    assert_eq!(Header::event(header.prog, header.vers, header.proc), header);
                    let row = table::procedure(header.proc).unwrap();
                    assert_eq!(row.status, table::ServeStatus::Event, "{}", row.name);
                }
                _ => {}
            }
        }
    }
}

/// Cut anywhere, or with a byte too many, no payload is taken for a whole one.
#[test]
fn no_cut_payload_is_taken() {
    let mut seen = BTreeSet::new();
    for recorded in recorded().values().flatten() {
        let frame = recorded.frame();
        let key =
            (frame.header.prog, frame.header.proc, frame.header.type_ as i32, frame.header.status as i32);
        if matches!(frame.header.type_, MessageType::Stream) || !seen.insert(key) {
            continue;
        }
        // Long texts are cut at their ends alone: what lies between is one string.
        let cuts = (0..frame.payload.len()).filter(|cut| *cut < 300 || *cut + 300 > frame.payload.len());
        for cut in cuts {
            let cut = Frame { payload: &frame.payload[..cut], ..frame };
            assert!(common::recode_frame(&cut).unwrap().is_err(), "{}", recorded.place);
        }
        let longer = [frame.payload, &[0; 4]].concat();
        let longer = Frame { payload: &longer, ..frame };
        assert!(common::recode_frame(&longer).unwrap().is_err(), "{}", recorded.place);
    }
}

/// The recordings show a good part of the protocol, and errors and streams as well.
#[test]
fn the_recordings_cover_much() {
    let mut calls = BTreeSet::new();
    let mut events = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for recorded in recorded().values().flatten() {
        let header = recorded.frame().header;
        kinds.insert((header.type_ as i32, header.status as i32));
        match header.type_ {
            MessageType::Call => calls.insert(header.proc),
            MessageType::Event => events.insert((header.prog, header.proc)),
            _ => false,
        };
    }
    assert!(calls.len() >= 150, "{} procedures", calls.len());
    assert!(events.len() >= 4, "{events:?}");
    for kind in [
        (MessageType::Reply, Status::Error),
        (MessageType::Stream, Status::Continue),
        (MessageType::Stream, Status::Ok),
        (MessageType::StreamHole, Status::Continue),
    ] {
        assert!(kinds.contains(&(kind.0 as i32, kind.1 as i32)), "{kind:?}");
    }
}

/// The Go client writes the tag of its optional name as bytes `01 00 00` and padding.
#[test]
fn what_go_clients_open_with_is_read() {
    use vireo_xdr::Decode;
    let bytes = [&[1, 0, 0, 0, 0, 0, 0, 14][..], b"qemu:///system\0\0", &[0, 0, 0, 0]].concat();
    let open = remote::ConnectOpenArgs::from_bytes(&bytes).unwrap();
    assert_eq!(open, remote::ConnectOpenArgs { name: Some("qemu:///system".into()), flags: 0 });
}
