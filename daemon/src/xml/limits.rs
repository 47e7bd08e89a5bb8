//! How much a document may cost.

/// Longest document, in bytes: the longest string the wire carries (`REMOTE_STRING_MAX`), so that whatever a client
/// can send is refused for what it says, not for its length.
pub const MAX_DOCUMENT: usize = 4 << 20;

/// Deepest nesting: libxml2's own limit. Everything that walks the tree recurses at most so deep.
pub const MAX_DEPTH: usize = 256;

/// Most attributes on one element. libvirt's richest element has fewer than 40; duplicates are looked for pairwise.
pub const MAX_ATTRIBUTES: usize = 128;

/// Most nodes (elements, attributes, texts) in a document. A domain with 1,000 disks of every feature has half as
/// many; 4 MiB of `<a/>` would have a million, and cost a hundred bytes each.
pub const MAX_NODES: usize = 65_536;
