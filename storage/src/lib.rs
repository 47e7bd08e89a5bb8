//! Storage: the files and devices behind guests' disks.
//!
//! A disk's image is opened here, once, by the daemon; the guest's process gets the descriptor and never sees a path.

pub mod source;
