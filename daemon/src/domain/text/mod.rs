//! Documents kept in memory, packed: a domain's XML at a fifth of its size.
//!
//! Thousands of definitions stand in memory so that every read is answered from it, and they are nearly all alike.
//! So each is packed by itself, as literals and references (LZ77), against a text that all of them resemble
//! (`dictionary.xml`). Unpacking is a few hundred copies; packing is done once per change.
//!
//! ```text
//! sequence   = token, [more literals], literals, [distance u16 LE, [more match]]
//! token      = literal count (4 bits) | match length - 4 (4 bits); 15 means that more bytes follow, each added,
//!              until one is not 255. The last sequence ends behind its literals.
//! distance   = back from the place written to; beyond the text's start it reaches into the dictionary's end
//! ```
//!
//! The packed form never leaves memory: no compatibility, no hostile input.

use std::sync::OnceLock;

/// What domain documents look like. Its end is nearest: the most likely text stands there.
const DICTIONARY: &str = include_str!("dictionary.xml");

/// Shortest match worth a reference.
const MIN_MATCH: usize = 4;

/// Farthest reference.
const MAX_DISTANCE: usize = u16::MAX as usize;

/// Slots of the table of places by the hash of the four bytes there.
const TABLE_BITS: u32 = 12;

/// No place.
const NOWHERE: u32 = u32::MAX;

/// A text, packed.
#[derive(Clone, PartialEq, Eq)]
pub struct Packed {
    bytes: Box<[u8]>,
    length: u32,
}

impl Packed {
    /// Packs a text of less than 4 GiB.
    pub fn new(text: &str) -> Self {
        let mut packer = Packer { table: Box::new(*primed_table()), out: Vec::with_capacity(text.len() / 4) };
        packer.pack(text.as_bytes());
        Self { bytes: packer.out.into_boxed_slice(), length: text.len() as u32 }
    }

    /// The text.
    pub fn unpack(&self) -> String {
        let mut text = Vec::with_capacity(self.length as usize);
        unpack(&self.bytes, &mut text);
        debug_assert_eq!(text.len(), self.length as usize);
        String::from_utf8(text).expect("what was packed was a text")
    }

    /// Bytes it takes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Packed({} of {} bytes)", self.bytes.len(), self.length)
    }
}

type Table = [u32; 1 << TABLE_BITS];

/// The table as it stands when the dictionary has been read.
fn primed_table() -> &'static Table {
    static TABLE: OnceLock<Box<Table>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Box::new([NOWHERE; 1 << TABLE_BITS]);
        for (place, four) in DICTIONARY.as_bytes().windows(MIN_MATCH).enumerate() {
            table[slot(four)] = place as u32;
        }
        table
    })
}

fn slot(four: &[u8]) -> usize {
    let word = u32::from_le_bytes(four[..4].try_into().expect("four bytes"));
    (word.wrapping_mul(0x9e37_79b1) >> (32 - TABLE_BITS)) as usize
}

struct Packer {
    /// Places are counted from the dictionary's start, the text's from its end on.
    table: Box<Table>,
    out: Vec<u8>,
}

impl Packer {
    fn pack(&mut self, text: &[u8]) {
        let dictionary = DICTIONARY.as_bytes();
        let (mut here, mut literals) = (0, 0);
        while here + MIN_MATCH <= text.len() {
            let slot = &mut self.table[slot(&text[here..])];
            let candidate = std::mem::replace(slot, (dictionary.len() + here) as u32) as usize;
            let distance = (dictionary.len() + here).wrapping_sub(candidate);
            let length = if candidate == NOWHERE as usize || distance > MAX_DISTANCE {
                0
            } else if candidate < dictionary.len() {
                common(&dictionary[candidate..], &text[here..])
            } else {
                common(&text[candidate - dictionary.len()..], &text[here..])
            };
            if length < MIN_MATCH {
                here += 1;
                continue;
            }
            self.sequence(&text[literals..here], Some((length, distance as u16)));
            here += length;
            literals = here;
        }
        self.sequence(&text[literals..], None);
    }

    fn sequence(&mut self, literals: &[u8], reference: Option<(usize, u16)>) {
        let length = reference.map_or(0, |(length, _)| length - MIN_MATCH);
        self.out.push((literals.len().min(15) << 4 | length.min(15)) as u8);
        self.more(literals.len());
        self.out.extend_from_slice(literals);
        if let Some((_, distance)) = reference {
            self.out.extend_from_slice(&distance.to_le_bytes());
            self.more(length);
        }
    }

    fn more(&mut self, length: usize) {
        let Some(mut rest) = length.checked_sub(15) else { return };
        while rest >= 255 {
            self.out.push(255);
            rest -= 255;
        }
        self.out.push(rest as u8);
    }
}

/// How many bytes two texts begin with in common.
fn common(a: &[u8], b: &[u8]) -> usize {
    let eights = a.chunks_exact(8).zip(b.chunks_exact(8)).take_while(|(a, b)| a == b).count() * 8;
    eights + a[eights..].iter().zip(&b[eights..]).take_while(|(a, b)| a == b).count()
}

fn unpack(packed: &[u8], text: &mut Vec<u8>) {
    let mut rest = packed;
    while let [token, ..] = *rest {
        rest = &rest[1..];
        let literals = length(token >> 4, &mut rest);
        text.extend_from_slice(&rest[..literals]);
        rest = &rest[literals..];
        let [low, high, ..] = *rest else { return };
        rest = &rest[2..];
        let count = length(token & 15, &mut rest) + MIN_MATCH;
        repeat(text, usize::from(u16::from_le_bytes([low, high])), count);
    }
}

/// A length that begins in a token.
fn length(four: u8, rest: &mut &[u8]) -> usize {
    let mut length = usize::from(four);
    if four == 15 {
        loop {
            let more = rest[0];
            *rest = &rest[1..];
            length += usize::from(more);
            if more != 255 {
                break;
            }
        }
    }
    length
}

/// Appends `count` bytes from `distance` back.
fn repeat(text: &mut Vec<u8>, distance: usize, count: usize) {
    let Some(mut from) = text.len().checked_sub(distance) else {
        // Packing never lets one reference run from the dictionary into the text.
        let from = DICTIONARY.len() + text.len() - distance;
        text.extend_from_slice(&DICTIONARY.as_bytes()[from..from + count]);
        return;
    };
    let mut left = count;
    while left > 0 {
        let piece = left.min(text.len() - from);
        text.extend_from_within(from..from + piece);
        from += piece;
        left -= piece;
    }
}

#[cfg(test)]
mod tests;
