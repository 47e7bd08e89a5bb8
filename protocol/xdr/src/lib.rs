//! XDR (RFC 4506) with bounds on everything that comes from a peer.
//!
//! Types derive [`Encode`] and [`Decode`]; each string, opaque and list states its bound, and the derive refuses
//! a field without one. What it must never do: allocate more than the bytes at hand can fill, recurse without
//! end, accept padding that is not zero, leave bytes unread, or panic, whatever the input.
//!
//! | Rust | XDR |
//! |---|---|
//! | `i32` `u32` `i64` `u64` `f64` `bool` | int, unsigned, hyper, unsigned hyper, double, bool |
//! | `u8` `i8` `u16` | an int of that range |
//! | `String`, `Cow<'static, str>` | `string<max>`, UTF-8, no NUL |
//! | `Vec<u8>`, `[u8; N]` | `opaque<max>`, `opaque[N]` |
//! | `Vec<T>`, `[T; N]` | `T<max>`, `T[N]` |
//! | `Option<T>`, `Option<Box<T>>` | `T *` |
//! | an enum without fields | enum, by its discriminants |
//! | an enum with `#[xdr(union)]` | union, each variant with `#[xdr(case = N)]` |
//!
//! ```
//! use vireo_xdr::{Decode, Encode};
//!
//! #[derive(Debug, PartialEq, Encode, Decode)]
//! struct Names {
//!     #[xdr(max = 16, items = 255)]
//!     names: Vec<String>,
//!     more: bool,
//! }
//!
//! let names = Names { names: vec!["web".into()], more: false };
//! let bytes = names.to_bytes()?;
//! assert_eq!(bytes[..], [0, 0, 0, 1, 0, 0, 0, 3, b'w', b'e', b'b', 0, 0, 0, 0, 0]);
//! assert_eq!(Names::from_bytes(&bytes)?, names);
//! # Ok::<(), vireo_xdr::XdrError>(())
//! ```

// The derive names this crate from outside; its own tests are inside.
extern crate self as vireo_xdr;

pub mod codec;
mod error;
mod primitive;
mod reader;
#[cfg(test)]
mod tests;

pub use bytes::BytesMut;

pub use error::XdrError;
pub use reader::{MAX_DEPTH, Reader};
pub use vireo_xdr_derive::{Decode, Encode};

/// What can be written.
pub trait Encode {
    /// Appends the bytes of the value. It fails only where a bound of the type is broken; what was appended until
    /// then stays, and the caller drops it.
    fn encode(&self, out: &mut BytesMut) -> Result<(), XdrError>;

    /// The bytes of the value alone.
    fn to_bytes(&self) -> Result<BytesMut, XdrError> {
        let mut out = BytesMut::new();
        self.encode(&mut out)?;
        Ok(out)
    }
}

/// What can be read.
pub trait Decode: Sized {
    /// No value takes fewer bytes. A list's count is checked against it before anything is allocated.
    const MIN_SIZE: usize;

    /// Reads one value.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, XdrError>;

    /// Reads one value that is all there is.
    fn from_bytes(bytes: &[u8]) -> Result<Self, XdrError> {
        let mut reader = Reader::new(bytes);
        let value = Self::decode(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }
}
