//! The input and how far it was read.

use crate::XdrError;

/// Lists and pointers nested deeper are refused. The deepest type of the protocol nests four of them.
pub const MAX_DEPTH: u32 = 32;

/// The input and how far it was read.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    depth: u32,
}

impl<'a> Reader<'a> {
    /// Reads from the start of the bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes, depth: 0 }
    }

    /// How many bytes are left.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// All was read, or it is an error.
    pub fn finish(&self) -> Result<(), XdrError> {
        if self.rest.is_empty() { Ok(()) } else { Err(XdrError::Trailing) }
    }

    /// The next bytes, as many as the array has.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], XdrError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(XdrError::Truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    /// The next four bytes as a number.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, XdrError> {
        self.array().map(u32::from_be_bytes)
    }

    /// The next bytes, and the zeros that fill them up to a multiple of four.
    #[inline]
    pub fn padded(&mut self, length: usize) -> Result<&'a [u8], XdrError> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(XdrError::Truncated)?;
        let (padding, rest) = rest.split_at_checked(length.wrapping_neg() % 4).ok_or(XdrError::Truncated)?;
        if padding.iter().any(|&byte| byte != 0) {
            return Err(XdrError::Padding);
        }
        self.rest = rest;
        Ok(bytes)
    }

    /// Runs what reads the inside of a list or behind a pointer.
    #[inline]
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, XdrError>) -> Result<T, XdrError> {
        if self.depth == MAX_DEPTH {
            return Err(XdrError::TooDeep);
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }
}
