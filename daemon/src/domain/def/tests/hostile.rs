//! Documents made to hurt.
