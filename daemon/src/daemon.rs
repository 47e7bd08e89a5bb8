//! The daemon as one value: what every call can reach.
//!
//! It owns the parts and knows none of their insides; a part that needs another gets it when it is built.

use crate::paths::Paths;

/// Everything of this instance.
pub struct Daemon {
    /// Where it keeps what.
    pub paths: Paths,
}
