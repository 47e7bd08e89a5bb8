//! The last output of a serial port.

use std::collections::VecDeque;

/// A ring that forgets the oldest.
#[derive(Debug)]
pub struct Scrollback {
    bytes: VecDeque<u8>,
    limit: usize,
}

impl Scrollback {
    /// Remembers `limit` bytes. Takes memory only for what there is.
    pub fn new(limit: usize) -> Self {
        Self { bytes: VecDeque::new(), limit }
    }

    /// Adds output.
    pub fn push(&mut self, data: &[u8]) {
        let data = &data[data.len().saturating_sub(self.limit)..];
        let excess = (self.bytes.len() + data.len()).saturating_sub(self.limit);
        self.bytes.drain(..excess);
        self.bytes.extend(data);
    }

    /// All of it, oldest first.
    pub fn copy(&self) -> VecDeque<u8> {
        self.bytes.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let mut scrollback = Scrollback::new(4);
        scrollback.push(b"ab");
        scrollback.push(b"cde");
        assert_eq!(scrollback.copy(), b"bcde");
        scrollback.push(b"123456");
        assert_eq!(scrollback.copy(), b"3456");
    }
}
