//! Calls made of their arguments alone: which procedure takes them, the table knows.

use crate::raw::{Message, Raw};
use std::fmt::Debug;
use vireo_protocol::frame::{self, Status};
use vireo_protocol::remote::{self, NonnullDomain};
use vireo_protocol::table::{Procedure, RemoteProc, procedure, qemu_procedure};
use vireo_protocol::{for_each_procedure, for_each_qemu_procedure, qemu};
use vireo_xdr::{BytesMut, Decode, Encode};

/// Arguments of a procedure of the remote program.
pub trait Arguments: Encode + Debug {
    /// Whose they are.
    const PROCEDURE: RemoteProc;
}

/// A call, ready to be sent.
#[derive(Debug, Clone)]
pub struct Question {
    /// What is called.
    pub procedure: &'static Procedure,
    program: u32,
    payload: Vec<u8>,
    /// The arguments as Rust shows them: it names their fields.
    shape: String,
}

/// A row's number, its smallest arguments, and how Rust shows these.
type Smallest = (i32, Vec<u8>, String);

/// The call that takes these arguments.
pub fn ask<A: Arguments>(arguments: A) -> Question {
    let procedure = procedure(A::PROCEDURE.into()).expect("a row of the table");
    let payload = arguments.to_bytes().expect("arguments within their bounds").to_vec();
    Question { procedure, program: remote::PROGRAM, payload, shape: format!("{arguments:?}") }
}

/// A call without arguments.
pub fn ask_plainly(number: RemoteProc) -> Question {
    let procedure = procedure(number.into()).expect("a row of the table");
    Question { procedure, program: remote::PROGRAM, payload: Vec::new(), shape: "()".into() }
}

/// Every procedure that can be called, of both programs, with the smallest arguments that are well formed: empty
/// texts and lists, zeros, nothing where something is optional.
pub fn smallest_questions() -> Vec<Question> {
    let questions = |program, rows: Vec<Smallest>, find: fn(i32) -> Option<&'static Procedure>| {
        rows.into_iter().map(move |(number, payload, shape)| {
            let procedure = find(number).expect("a row of the table");
            Question { procedure, program, payload, shape }
        })
    };
    let mut all: Vec<_> = questions(remote::PROGRAM, remote_program::smallest(), procedure).collect();
    all.extend(questions(qemu::PROGRAM, qemu_program::smallest(), qemu_procedure));
    all.retain(|one| one.procedure.status != vireo_protocol::table::ServeStatus::Event);
    all
}

/// The fewest zeros that can be read as `A`.
fn smallest<A: Decode + Debug>(number: i32) -> Smallest {
    let mut zeros = (0..64).map(|words| vec![0; 4 * words]);
    let found =
        zeros.find_map(|zeros| A::from_bytes(&zeros).ok().map(|read| (number, zeros, format!("{read:?}"))));
    found.expect("arguments of a few words")
}

macro_rules! smallest {
    (: $({
        $number:literal, $name:ident, $camel:ident, $args:ty, $ret:tt, $priority:ident, [$($access:literal),*],
        $read_only:literal, $stream:ident, $status:ident
    })*) => {
        pub fn smallest() -> Vec<super::Smallest> {
            vec![$(super::smallest::<$args>($number)),*]
        }
    };
}

macro_rules! arguments {
    (: $({
        $number:literal, $name:ident, $camel:ident, $args:tt, $ret:tt, $priority:ident, [$($access:literal),*],
        $read_only:literal, $stream:ident, $status:ident
    })*) => { $(whose!($camel, $args);)* };
}

macro_rules! whose {
    ($camel:ident, ()) => {};
    ($camel:ident, $args:ident) => {
        impl super::Arguments for $args {
            const PROCEDURE: super::RemoteProc = super::RemoteProc::$camel;
        }
    };
}

mod remote_program {
    use super::{for_each_procedure, remote::*};
    for_each_procedure!(smallest, :);
    for_each_procedure!(arguments, :);
}

mod qemu_program {
    use super::{for_each_qemu_procedure, qemu::*};
    for_each_qemu_procedure!(smallest, :);
}

impl Question {
    /// The name of the API that the call stands for.
    pub fn api(&self) -> String {
        self.procedure.api()
    }

    /// The same call with other flags, if it has some: they are the last argument.
    pub fn with_flags(mut self, flags: u32) -> Option<Question> {
        let at = self.payload.len().checked_sub(4).filter(|_| self.shape.ends_with("flags: 0 }"))?;
        self.payload[at..].copy_from_slice(&flags.to_be_bytes());
        Some(self)
    }

    /// The same call about this domain, if it is one about the domain without a name: that is the first argument.
    pub fn about(mut self, domain: &NonnullDomain) -> Option<Question> {
        let nameless = NonnullDomain { name: String::new(), uuid: [0; 16], id: 0 };
        let length = nameless.to_bytes().ok()?.len();
        self.shape.contains(&format!("Args {{ dom: {nameless:?}")).then_some(())?;
        self.payload.splice(..length, domain.to_bytes().ok()?);
        Some(self)
    }

    /// Calls; the answer, or nothing when the connection ends.
    pub fn call(&self, raw: &mut Raw) -> Option<Message> {
        let mut header = raw.next_header(self.procedure.number);
        header.prog = self.program;
        let mut bytes = BytesMut::new();
        frame::encode_raw(&mut bytes, &header, &self.payload).expect("a frame");
        // Where the daemon has closed the connection, whoever waits for the reply learns it.
        let _ = raw.send(&bytes);
        raw.reply(header.serial)
    }
}

/// An answer in words: all that an error says, of anything else that it is no error.
pub fn in_words(answer: Option<Message>) -> String {
    let Some(message) = answer else { return "closed".into() };
    let Some(error) = message.error() else {
        assert_eq!(message.header.status, Status::Ok);
        return "ok".into();
    };
    let beside = format!("{:?} {:?} {:?} {} {}", error.str1, error.str2, error.str3, error.int1, error.int2);
    let domain = error.dom.map(|dom| format!(" of domain {}", dom.name)).unwrap_or_default();
    let text = error.message.unwrap_or_default();
    format!("error {} from {} level {}{domain}: {text}\n| {beside}", error.code, error.domain, error.level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_know_their_procedure() {
        let question = ask(remote::DomainLookupByNameArgs { name: "x".into() });
        assert_eq!(question.procedure.name, "domain_lookup_by_name");
        assert_eq!(question.payload, [0, 0, 0, 1, b'x', 0, 0, 0]);
    }

    #[test]
    fn every_procedure_has_its_smallest_call() {
        let all = smallest_questions();
        assert!(all.len() > 390, "{}", all.len());
        let of = |name: &str| all.iter().find(|one| one.procedure.name == name).unwrap().clone();
        let state = of("domain_get_state");
        assert_eq!(state.payload, [0; 4 + 16 + 4 + 4]);
        let dom = NonnullDomain { name: "x".into(), uuid: [1; 16], id: 2 };
        let asked = ask(remote::DomainGetStateArgs { dom: dom.clone(), flags: 3 });
        assert_eq!(state.about(&dom).and_then(|state| state.with_flags(3)).unwrap().payload, asked.payload);
        assert!(of("connect_get_type").with_flags(1).is_none());
        assert!(of("domain_lookup_by_name").about(&dom).is_none());
    }
}
