//! Why bytes were not a value, or a value could not be bytes.

/// Why bytes were not a value, or a value could not be bytes. One byte, so that every result stays in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XdrError {
    /// The input ends within the value.
    #[error("the data ends too early")]
    Truncated,
    /// Bytes follow the value.
    #[error("data follows the end of the value")]
    Trailing,
    /// A string, opaque or list is longer than its bound.
    #[error("a string or list is longer than allowed")]
    TooLong,
    /// The bytes that fill up to a multiple of four are not zero.
    #[error("the padding is not zero")]
    Padding,
    /// A number does not fit its type.
    #[error("a number is out of its range")]
    Range,
    /// An enum or union has no such value.
    #[error("an enumeration has no such value")]
    Discriminant,
    /// A string is not UTF-8, or holds a NUL.
    #[error("a string is not valid text")]
    Text,
    /// Values nested too deeply.
    #[error("the data is nested too deeply")]
    TooDeep,
}
