//! The procedure table: everything that is known of a procedure before its arguments are read.
//!
//! There is one row per procedure of the remote program, [`for_each_procedure!`](crate::for_each_procedure), and of
//! the qemu program, [`for_each_qemu_procedure!`](crate::for_each_qemu_procedure). The server makes its dispatch
//! from the rows, so that a row with status `Served` without a handler does not compile, and a handler without such
//! a row is never called. To serve a procedure, write its handler and turn the last word of its row.
//!
//! A row is `{ number, name, Name, Arguments, Reply, priority, [access], read_only, stream, status }`:
//! - the types are those of [`remote`](crate::remote) (or [`qemu`](crate::qemu)), `()` where there is nothing; an
//!   event has its body for arguments;
//! - `High` goes past calls that may have to wait for a guest; `Low` may be one of them;
//! - access is `"object:permission"`; `"object:permission:FLAG"` asks for it only when the flag is set, or
//!   `parameter=VALUE` holds; `"filter object:permission"` leaves out of a list what may not be seen;
//! - `read_only` says whether a read-only connection may call it. Some are allowed there only without a flag that
//!   tells secrets or asks the guest: [`Procedure::flags_denied_to_read_only`];
//! - stream: `Read` by the client, `Write` by the client, `Both` or `None`;
//! - status: `Served`, `Unsupported` (the client is told so, by the name of the API) or `Event` (only the server
//!   sends it).
//!
//! Two rows are stricter than stock servers: `connect_set_identity` and `domain_del_throttle_group` change
//! something, and a read-only connection changes nothing.

mod api;
mod qemu;
mod remote;
#[cfg(test)]
mod tests;

pub use self::qemu::{QEMU_PROCEDURES, QemuProc, qemu_procedure};
pub use self::remote::{PROCEDURES, RemoteProc, procedure};

/// What is known of a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// Its number in its program.
    pub number: i32,
    /// Its name in the protocol, in lower case and without the program.
    pub name: &'static str,
    /// Whether it goes past calls that may wait.
    pub priority: Priority,
    /// The permissions it takes, as the table writes them.
    pub access: &'static [&'static str],
    /// Whether a read-only connection may call it.
    pub read_only: bool,
    /// The stream it opens.
    pub stream: StreamDirection,
    /// Whether it is served.
    pub status: ServeStatus,
}

/// Whether a call goes past others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// It never waits for a guest, so it may go first.
    High,
    /// It may wait for a guest.
    Low,
}

/// The stream a procedure opens, as the client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamDirection {
    /// It opens none.
    None,
    /// The client reads.
    Read,
    /// The client writes.
    Write,
    /// The client does both.
    Both,
}

/// Whether a procedure is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServeStatus {
    /// It has a handler.
    Served,
    /// It has none: the client is told that this connection does not support it.
    Unsupported,
    /// The server sends it; nobody calls it.
    Event,
}

/// Makes an enum and an array of the rows of a program.
macro_rules! rows {
    ($($vis:vis $numbers:ident, $table:ident: $({
        $number:literal, $name:ident, $camel:ident, $args:tt, $ret:tt, $priority:ident,
        [$($access:literal),*], $read_only:literal, $stream:ident, $status:ident
    })*)*) => { $(
        /// The numbers of the procedures.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i32)]
        $vis enum $numbers {
            $(#[doc = concat!("`", stringify!($name), "`")] $camel = $number,)*
        }

        impl From<$numbers> for i32 {
            fn from(procedure: $numbers) -> i32 {
                procedure as i32
            }
        }

        /// All rows, in the order of their numbers, from 1 on without a gap.
        $vis static $table: [Procedure; [$($number),*].len()] = [$(Procedure {
            number: $number,
            name: stringify!($name),
            priority: Priority::$priority,
            access: &[$($access),*],
            read_only: $read_only,
            stream: StreamDirection::$stream,
            status: ServeStatus::$status,
        },)*];
    )* };
}
use rows;

/// The row of a number, in a table whose numbers start at 1 and have no gap.
fn row(table: &'static [Procedure], number: i32) -> Option<&'static Procedure> {
    table.get(usize::try_from(number.checked_sub(1)?).ok()?)
}
