//! XML as libvirt reads and writes it: a small document tree over quick-xml's events, and a writer in libvirt's layout.
//!
//! It knows elements, attributes and text, nothing of domains. It never follows a DTD, an entity of the document's own
//! or an external reference, and never lets a document cost more memory than its limits allow.

mod element;

pub use element::{Attr, Element, Node};
