//! Image locks: nobody writes to an image that somebody else uses.
//!
//! The locks are QEMU's own (open-file-description locks on single bytes of the image), so that QEMU, qemu-img and this
//! project notice each other. For each permission there is a byte that says "somebody has it" and one that says
//! "somebody does not let others have it":
//!
//! ```text
//! byte 100 read, 101 write       held (shared) by who does it
//! byte 200 read, 201 write       held (shared) by who forbids it to others
//! ```
//!
//! Who wants to use an image first holds its bytes, then looks whether anybody holds the opposite ones: of two at once at
//! least one sees the other. The locks belong to the open file, so they pass with its descriptor from the daemon to the
//! guest's process and live as long as either has it. They hold between processes of one host (and, as far as the file
//! system passes locks on, between hosts).

mod holder;
mod ofd;
#[cfg(test)]
mod tests;

use std::{fs::File, io};

pub use holder::Holder;

/// Byte of the first permission that is in use.
const PERMISSION_BASE: i64 = 100;
/// Byte of the first permission that is not shared.
const UNSHARED_BASE: i64 = 200;

/// The permissions' positions behind the bases. QEMU has more (unchanged writes, resizing), which guests do not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
enum Permission {
    Read = 0,
    Write = 1,
}

impl Permission {
    fn used(self) -> i64 {
        PERMISSION_BASE + self as i64
    }
    fn unshared(self) -> i64 {
        UNSHARED_BASE + self as i64
    }
}

/// What an image is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read; nobody may write.
    Read,
    /// Read; others may write (`qemu-img info -U` does so).
    ReadShared,
    /// Read and write; nobody else may write.
    Write,
    /// Read and write, and others may as well (`<shareable/>`).
    WriteShared,
}

impl Access {
    fn uses(self) -> &'static [Permission] {
        match self {
            Self::Read | Self::ReadShared => &[Permission::Read],
            Self::Write | Self::WriteShared => &[Permission::Read, Permission::Write],
        }
    }
    fn forbids(self) -> &'static [Permission] {
        match self {
            Self::Read | Self::Write => &[Permission::Write],
            Self::ReadShared | Self::WriteShared => &[],
        }
    }
}

/// Why an image may not be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody writes to it.
    #[error("the image is being written to by {}", holder::describe(.0))]
    Written(Option<Holder>),
    /// Somebody reads it, or writes to it, and lets nobody else write.
    #[error("the image is in use by {}, which lets nobody else {what}", holder::describe(.holder))]
    Unshared {
        /// What it does not let others do: `read` or `write`.
        what: &'static str,
        /// Who.
        holder: Option<Holder>,
    },
    /// The file system has no locks, or another system call failed.
    #[error("cannot lock the image: {0}")]
    System(#[from] io::Error),
}

/// Locks an open image, which must be open for reading. What this open file held before is replaced. Where it is refused
/// nothing is held.
pub fn acquire(file: &File, access: Access) -> Result<(), LockError> {
    let taken = take(file, access).and_then(|()| check(file, access));
    if taken.is_err() {
        release(file);
    }
    taken
}

/// Whether the image could be used so now; nothing is held afterwards that was not before.
pub fn check(file: &File, access: Access) -> Result<(), LockError> {
    for permission in access.forbids() {
        if let Some(blocker) = ofd::blocker(file, permission.used())? {
            let holder = holder::find(file, permission.used(), blocker);
            return Err(LockError::Written(holder));
        }
    }
    for permission in access.uses() {
        if let Some(blocker) = ofd::blocker(file, permission.unshared())? {
            let holder = holder::find(file, permission.unshared(), blocker);
            let what = if *permission == Permission::Read { "read" } else { "write" };
            return Err(LockError::Unshared { what, holder });
        }
    }
    Ok(())
}

/// Gives all locks of this open file back. They also end when the last descriptor of it is closed.
pub fn release(file: &File) {
    for permission in [Permission::Read, Permission::Write] {
        // Unlocking what is not locked succeeds; nothing could be done about an error.
        let _ = ofd::unlock(file, permission.used());
        let _ = ofd::unlock(file, permission.unshared());
    }
}

fn take(file: &File, access: Access) -> Result<(), LockError> {
    for permission in [Permission::Read, Permission::Write] {
        let wanted = [(permission.used(), access.uses()), (permission.unshared(), access.forbids())];
        for (byte, permissions) in wanted {
            if permissions.contains(&permission) {
                ofd::lock_shared(file, byte)?;
            } else {
                ofd::unlock(file, byte)?;
            }
        }
    }
    Ok(())
}
