//! The header of a definition's file: facts about the text that follows, so that it need not be parsed to be listed.
//!
//! ```text
//! <!-- vireo 1 9a3f00c1d2e4b576 {"name":"web","uuid":...} -->
//! <!-- Change this definition through the daemon ... -->
//! <domain type='kvm'>...
//! ```
//!
//! The number is a checksum of all that follows it. Where it does not fit, or there is no header, the text was
//! changed by hand or written by someone else: the facts are not believed and the caller parses the text.

use std::borrow::Cow;
use std::io::Write;

use serde::Serialize;
use serde::de::DeserializeOwned;

const START: &str = "<!-- vireo 1 ";
const ADVICE: &str = " -->\n<!-- Change this through the daemon (virsh edit, or a definition of the same name). A change \
                      made here\n     is taken over when the daemon starts. -->\n";

/// What a file's bytes turn out to be.
pub enum Record<'a, F> {
    /// As the daemon wrote it.
    Whole {
        /// The facts of the header.
        facts: F,
        /// The text behind it.
        text: &'a str,
    },
    /// Text to be parsed: without a header, or not the text that the header speaks of.
    Foreign(Cow<'a, str>),
}

/// The header of `text`.
pub fn header(facts: &impl Serialize, text: &str) -> Vec<u8> {
    let json = serde_json::to_string(facts).expect("facts are plain data with string keys");
    // Two hyphens would end the comment; inside JSON they can only stand in a string.
    let json = json.replace("--", "-\\u002d");
    let sum = checksum(&[json.as_bytes(), text.as_bytes()]);
    let mut header = Vec::with_capacity(START.len() + 17 + json.len() + ADVICE.len());
    let _ = write!(header, "{START}{sum:016x} {json}{ADVICE}");
    header
}

/// Reads a file. An error means that it is not even text.
pub fn read<F: DeserializeOwned>(bytes: &[u8]) -> Result<Record<'_, F>, std::str::Utf8Error> {
    let whole = std::str::from_utf8(bytes)?;
    let Some((json, text, sum)) = split(whole) else {
        return Ok(Record::Foreign(Cow::Borrowed(whole)));
    };
    if checksum(&[json.as_bytes(), text.as_bytes()]) != sum {
        return Ok(Record::Foreign(Cow::Borrowed(text)));
    }
    match serde_json::from_str(json) {
        Ok(facts) => Ok(Record::Whole { facts, text }),
        // Facts of another release.
        Err(_) => Ok(Record::Foreign(Cow::Borrowed(text))),
    }
}

fn split(whole: &str) -> Option<(&str, &str, u64)> {
    let rest = whole.strip_prefix(START)?;
    let (sum, rest) = rest.split_at_checked(16)?;
    let sum = u64::from_str_radix(sum, 16).ok()?;
    let (json, text) = rest.strip_prefix(' ')?.split_once(ADVICE)?;
    Some((json, text, sum))
}

/// A checksum against accidents and editors, eight bytes at a time: thousands of files are checked at start.
fn checksum(parts: &[&[u8]]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut sum = FACTOR;
    let mut mix = |word: u64| sum = (sum ^ word).wrapping_mul(FACTOR).rotate_left(29);
    for part in parts {
        mix(part.len() as u64);
        let mut words = part.chunks_exact(8);
        for word in &mut words {
            mix(u64::from_le_bytes(word.try_into().expect("eight bytes")));
        }
        let mut last = [0; 8];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        mix(u64::from_le_bytes(last));
    }
    sum
}
