//! State on disk: the one module that writes it.
//!
//! A [`Folder`] holds one file per object. A file is never changed in place: what is there is either the old text or
//! the new one, whenever the daemon or the host dies.
//!
//! ```text
//!   write ".new-N" -> fsync -> rename onto "NAME.xml" -> fsync of the folder      Durability::Durable
//!   write ".new-N"          -> rename onto "NAME.xml"                             Durability::Volatile
//! ```
//!
//! `Volatile` is for what describes processes of this boot (below `/run`): it must outlive the daemon, not the host.
//!
//! A file that cannot be understood is never dropped and never overwritten: it is renamed to `NAME.corrupt-N` and
//! reported, and the daemon goes on without it.
//!
//! The files of definitions start with a [`record`] header of facts, so that thousands of them are read at start
//! without parsing XML; a file changed by hand is recognised and parsed in full.
//!
//! Nothing here knows what the files mean, and nothing here waits for anything but the disk: callers on the
//! runtime's threads use `spawn_blocking`.

mod folder;
pub mod record;

pub use folder::{Durability, Folder, Loaded, StoreError, create_private};

#[cfg(test)]
mod tests;
