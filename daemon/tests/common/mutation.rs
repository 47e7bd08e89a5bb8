//! Damage to documents that peers really send: of the kinds a hostile one would choose, and of those a coverage-guided
//! fuzzer would find.

use proptest::prelude::*;

/// What parsers treat in a way of their own.
const WORDS: &[&str] = &[
    "",
    "0",
    "-1",
    "1",
    "255",
    "256",
    "65536",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "0x",
    "é",
    "\u{0}",
    "'",
    "\"",
    "<",
    ">",
    "/>",
    "</",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "&",
    "&amp;",
    "&#0;",
    "&#x110000;",
    "&lt;",
    "<domain",
    "<cpu>",
    "</cpu>",
    "<metadata xmlns:a='b'>",
    "xmlns:a='b'",
    " a:b='c'",
    "{",
    "}",
    "[",
    "null",
    "\\u0000",
    "\\ud800",
    "yes",
    "no",
    "on",
    "off",
    "virtio",
    "pci",
    "drive",
    "usb",
    "unix",
    "tcp",
    "q35",
    "microvm",
    "\n",
    "\t",
    " ",
    "\r\n",
];

/// One piece of damage; places count from any number, modulo what there is.
#[derive(Clone, Debug)]
pub enum Mutation {
    /// A byte becomes another.
    Byte(usize, u8),
    /// Bytes are taken out.
    Cut(usize, usize),
    /// Bytes come again, so many times.
    Repeat(usize, usize, usize),
    /// A word comes in, in place of so many bytes.
    Word(usize, usize, usize),
    /// A tag comes again elsewhere.
    Tag(usize, usize),
    /// A value between quotes becomes a word.
    Value(usize, usize),
    /// Bytes of another document come in.
    Splice(usize, usize, usize),
}

/// Any of them.
pub fn mutation() -> impl Strategy<Value = Mutation> {
    let at = 0usize..100_000;
    prop_oneof![
        (at.clone(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        (at.clone(), 1usize..200).prop_map(|(at, length)| Mutation::Cut(at, length)),
        (at.clone(), 1usize..200, 1usize..300)
            .prop_map(|(at, length, times)| Mutation::Repeat(at, length, times)),
        (at.clone(), 0usize..4, at.clone()).prop_map(|(at, length, word)| Mutation::Word(at, length, word)),
        (at.clone(), at.clone()).prop_map(|(from, to)| Mutation::Tag(from, to)),
        (at.clone(), at.clone()).prop_map(|(at, word)| Mutation::Value(at, word)),
        (at.clone(), at, 1usize..2000).prop_map(|(at, from, length)| Mutation::Splice(at, from, length)),
    ]
}

/// A document with damage to it.
pub fn damaged(document: &[u8], other: &[u8], damage: &[Mutation]) -> Vec<u8> {
    let mut bytes = document.to_vec();
    for one in damage {
        let length = bytes.len();
        let place = |at: usize| at % (length + 1);
        match *one {
            Mutation::Byte(..) if length == 0 => {}
            Mutation::Byte(at, byte) => bytes[at % length] = byte,
            Mutation::Cut(at, count) => drop(bytes.drain(place(at)..(place(at) + count).min(length))),
            Mutation::Repeat(at, count, times) => {
                let again = bytes[place(at)..(place(at) + count).min(length)].repeat(times);
                bytes.splice(place(at)..place(at), again);
            }
            Mutation::Word(at, count, word) => {
                let range = place(at)..(place(at) + count).min(length);
                bytes.splice(range, WORDS[word % WORDS.len()].bytes());
            }
            Mutation::Tag(from, to) => {
                let tags = tags(&bytes);
                if let (Some(from), Some(to)) = (pick(&tags, from), pick(&tags, to)) {
                    let tag = bytes[from.clone()].to_vec();
                    bytes.splice(to.start..to.start, tag);
                }
            }
            Mutation::Value(at, word) => {
                if let Some(value) = pick(&values(&bytes), at) {
                    bytes.splice(value.clone(), WORDS[word % WORDS.len()].bytes());
                }
            }
            Mutation::Splice(at, from, count) => {
                let from = from % (other.len() + 1);
                bytes.splice(
                    place(at)..place(at),
                    other[from..(from + count).min(other.len())].iter().copied(),
                );
            }
        }
    }
    bytes
}

type Range = std::ops::Range<usize>;

fn pick(ranges: &[Range], number: usize) -> Option<&Range> {
    ranges.get(number % ranges.len().max(1))
}

/// From each `<` to the `>` behind it.
fn tags(bytes: &[u8]) -> Vec<Range> {
    let starts = (0..bytes.len()).filter(|at| bytes[*at] == b'<');
    starts
        .filter_map(|start| Some(start..start + bytes[start..].iter().position(|byte| *byte == b'>')? + 1))
        .collect()
}

/// What stands between two quotes of one kind.
fn values(bytes: &[u8]) -> Vec<Range> {
    let (mut all, mut open) = (Vec::new(), None);
    for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'\'' | b'"')) {
        match open {
            Some((start, quote)) if quote == byte => {
                all.push(start..at);
                open = None;
            }
            Some(_) => {}
            None => open = Some((at + 1, byte)),
        }
    }
    all
}
