//! The streams of a connection: packets to the right one, packets from each in turn.

use vireo_protocol::frame::{Frame, Header, MessageType, Status};

use super::output::Output;
use super::stream::{Link, Packet};
use crate::error::{Error, ErrorCode, ErrorDomain};

/// How many streams a client may have: a console, a few transfers. Each may hold two windows of data.
const MAX_STREAMS: usize = 32;

/// The open streams.
#[derive(Default)]
pub(crate) struct Streams(Vec<Entry>);

struct Entry {
    /// Of the call that opened it.
    call: Header,
    link: Link,
}

impl Streams {
    /// Opens the stream of a call that was answered well.
    pub(crate) fn open(&mut self, call: Header, link: Link, output: &mut Output) {
        if self.0.len() >= MAX_STREAMS {
            let text = format!("too many active streams: at most {MAX_STREAMS}");
            let error = Error::new(ErrorCode::OperationFailed, ErrorDomain::Streams, text);
            output.error(call.stream(Status::Error), &error);
        } else {
            self.0.push(Entry { call, link });
        }
    }

    /// A packet from the client. One for a stream that is closed here already is no fault of the client's.
    pub(crate) fn packet(&mut self, frame: &Frame<'_>, output: &mut Output) {
        let header = frame.header;
        let Some(index) = self.find(&header) else { return };
        if header.type_ == MessageType::StreamHole {
            return self.refuse(index, "Unexpected stream hole", output);
        }
        match header.status {
            Status::Continue => self.0[index].link.data(frame.payload),
            Status::Ok => self.0[index].link.client_finished(),
            Status::Error => {
                output.raw(header.stream(Status::Ok), &[]);
                self.0.swap_remove(index);
            }
        }
    }

    /// A packet from the client with a status that is none.
    pub(crate) fn packet_of_status(&mut self, header: &Header, status: i32, output: &mut Output) {
        if let Some(index) = self.find(header) {
            self.refuse(index, &format!("stream aborted with unexpected status {status}"), output);
        }
    }

    fn find(&self, header: &Header) -> Option<usize> {
        let key = |header: &Header| (header.prog, header.vers, header.proc, header.serial);
        self.0.iter().position(|entry| key(&entry.call) == key(header))
    }

    fn refuse(&mut self, index: usize, text: &str, output: &mut Output) {
        let entry = self.0.swap_remove(index);
        let error = Error::new(ErrorCode::Rpc, ErrorDomain::Streams, text);
        output.error(entry.call.stream(Status::Error), &error);
    }

    /// Whether a handler must receive before the connection reads on.
    pub(crate) fn any_full(&self) -> bool {
        self.0.iter().any(|entry| entry.link.is_full())
    }

    /// Takes packets from each stream in turn while there is room for them.
    pub(crate) fn pump(&mut self, output: &mut Output) {
        let mut again = true;
        while again {
            again = false;
            self.0.retain(|entry| {
                if output.holds_streams_back() {
                    return true;
                }
                let Some(packet) = entry.link.next_packet() else { return true };
                again = true;
                match packet {
                    Packet::Continue(data) => {
                        output.raw(entry.call.stream(Status::Continue), &data);
                        true
                    }
                    Packet::Ok => {
                        output.raw(entry.call.stream(Status::Ok), &[]);
                        false
                    }
                    Packet::Error(error) => {
                        output.error(entry.call.stream(Status::Error), &error);
                        false
                    }
                }
            });
        }
    }

    /// The client is gone.
    pub(crate) fn abort_all(&mut self) {
        self.0.clear();
    }
}
