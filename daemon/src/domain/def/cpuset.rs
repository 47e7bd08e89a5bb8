//! Sets of small numbers as libvirt writes them: `1-4,^3,6`. Host CPUs, NUMA nodes, vCPUs.

use std::fmt;

use super::error::{invalid_arg, unknown};
use crate::{error::Result, xml::Value};

/// Largest number a set may name, as in libvirt (`VIR_DOMAIN_CPUMASK_LEN`).
const MAX_CPU: usize = 16_383;

/// A set of numbers below 16384: a bit each, the least first, without zeros at the end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CpuSet(Vec<u8>);

impl CpuSet {
    /// Reads the text of an attribute; one that takes away all it names is refused by the attribute's name.
    pub fn parse(text: &str, attribute: &str) -> Result<Self> {
        let set = Self::parse_any(text)?;
        if set.is_empty() {
            return Err(unknown(format_args!("Invalid value of '{attribute}': {text}")));
        }
        Ok(set)
    }

    /// Reads a text; nothing may be left of it.
    pub fn parse_any(text: &str) -> Result<Self> {
        read(text).ok_or_else(|| invalid_arg(format_args!("Failed to parse bitmap '{text}'")))
    }

    /// From the bits of the wire. Those beyond the largest number are dropped: no host has such CPUs.
    pub fn from_map(map: &[u8]) -> Self {
        let mut set = Self(map[..map.len().min((MAX_CPU + 1) / 8)].to_vec());
        set.trim();
        set
    }

    /// As the bits of the wire, of this length; what does not fit is left out.
    pub fn to_map(&self, length: usize) -> Vec<u8> {
        let mut map = self.0.clone();
        map.resize(length, 0);
        map
    }

    /// As the bits of the wire, as short as may be.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds a number of at most 16383.
    pub fn insert(&mut self, number: usize) {
        debug_assert!(number <= MAX_CPU);
        if self.0.len() <= number / 8 {
            self.0.resize(number / 8 + 1, 0);
        }
        self.0[number / 8] |= 1 << (number % 8);
    }

    /// Adds all from one number to another, a byte at a time: a document may name the longest range a million times.
    fn insert_range(&mut self, first: usize, last: usize) {
        if self.0.len() <= last / 8 {
            self.0.resize(last / 8 + 1, 0);
        }
        let (from, to) = (first / 8, last / 8);
        let (head, tail) = (u8::MAX << (first % 8), u8::MAX >> (7 - last % 8));
        if from == to {
            self.0[from] |= head & tail;
            return;
        }
        self.0[from] |= head;
        self.0[from + 1..to].fill(u8::MAX);
        self.0[to] |= tail;
    }

    fn remove(&mut self, number: usize) {
        if let Some(byte) = self.0.get_mut(number / 8) {
            *byte &= !(1 << (number % 8));
        }
        self.trim();
    }

    fn trim(&mut self) {
        let length = self.0.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        self.0.truncate(length);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it has this one.
    pub fn contains(&self, number: usize) -> bool {
        self.0.get(number / 8).is_some_and(|byte| byte & 1 << (number % 8) != 0)
    }

    /// All of them, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.0.len() * 8).filter(|number| self.contains(*number))
    }

    /// The largest.
    pub fn last(&self) -> Option<usize> {
        self.iter().last()
    }
}

impl FromIterator<usize> for CpuSet {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut set = Self::default();
        numbers.into_iter().for_each(|number| set.insert(number));
        set
    }
}

/// libvirt's own form: sorted, ranges joined, nothing taken away.
impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut numbers = self.iter().peekable();
        let mut comma = "";
        while let Some(first) = numbers.next() {
            let mut last = first;
            while let Some(next) = numbers.next_if_eq(&(last + 1)) {
                last = next;
            }
            write!(f, "{comma}{first}")?;
            if last > first {
                write!(f, "-{last}")?;
            }
            comma = ",";
        }
        Ok(())
    }
}

impl Value for CpuSet {
    fn write(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

fn read(text: &str) -> Option<CpuSet> {
    let mut set = CpuSet::default();
    for part in text.split(',') {
        let part = part.trim_matches(|c: char| c.is_ascii_whitespace());
        if let Some(taken) = part.strip_prefix('^') {
            // Only a single one can be taken away.
            set.remove(number(taken)?);
            continue;
        }
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(part)?, number(part)?),
        };
        if last < first {
            return None;
        }
        set.insert_range(first, last);
    }
    Some(set)
}

fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|cpu| digits && *cpu <= MAX_CPU)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_written_sorted_and_joined() {
        for (text, written) in [("1-4,^3,6", "1-2,4,6"), ("0", "0"), ("3,2,1", "1-3"), ("0-3,^0", "1-3")]
            .into_iter()
            .chain([("5-30", "5-30"), ("7-8", "7-8"), ("0-7,16-23", "0-7,16-23"), ("3-16383", "3-16383")])
        {
            assert_eq!(CpuSet::parse_any(text).unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for text in ["", "x", "1-x", "3-1", "^1-2", "1,,2", "0-99999"] {
            let error = CpuSet::parse_any(text).unwrap_err();
            assert_eq!(error.message(), format!("invalid argument: Failed to parse bitmap '{text}'"));
        }
        for text in ["^0", "1,^1"] {
            let error = CpuSet::parse(text, "cpuset").unwrap_err();
            assert_eq!(
                error.message(),
                format!("unsupported configuration: Invalid value of 'cpuset': {text}")
            );
        }
    }

    #[test]
    fn sets_come_and_go_as_bits() {
        let set = CpuSet::parse_any("0,9").unwrap();
        assert_eq!((set.bytes(), set.last()), (&[1, 2][..], Some(9)));
        assert_eq!(CpuSet::from_map(&[1, 2, 0, 0]), set);
        assert_eq!(set.to_map(1), [1]);
        assert_eq!(set.to_map(3), [1, 2, 0]);
        assert!(CpuSet::from_map(&[0; 4]).is_empty());
    }
}
