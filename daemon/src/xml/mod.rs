//! XML as libvirt reads and writes it: a small document tree over quick-xml's events, and a writer in libvirt's layout.
//!
//! It knows elements, attributes and text, nothing of domains. It never follows a DTD, an entity of the document's own
//! or an external reference, and never lets a document cost more memory than its limits allow.
//!
//! ```text
//! text -> read -> Element (borrows the text) -> Fields (parts taken out by name, the rest kept)
//!                                            -> Writer -> text
//! ```

mod attributes;
mod element;
mod error;
mod fields;
mod limits;
mod namespace;
mod read;
mod words;
mod writer;

#[cfg(test)]
mod tests;

pub use element::{Attr, Element, Node};
pub use error::XmlError;
pub use fields::{Fields, invalid_value, missing_attribute, parse_signed, parse_unsigned};
pub use limits::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_DOCUMENT, MAX_NODES};
pub use namespace::{Namespaces, qualified, unqualified};
pub use read::read;
pub use words::Word;
pub(crate) use words::words;
pub use writer::{Hex, Tag, Value, Writer};
