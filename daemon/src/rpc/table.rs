//! The handlers, made from the procedure table: a row that says `Served` and has no handler does not compile.

use vireo_protocol::table::{self, ServeStatus};
use vireo_protocol::{for_each_procedure, for_each_qemu_procedure};

use super::dispatch::{Handler, Row, start};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

macro_rules! handlers {
    ($table:ident, $api:path, $types:path: $({
        $number:literal, $name:ident, $camel:ident, $args:tt, $ret:tt, $priority:ident,
        [$($access:literal),*], $read_only:literal, $stream:ident, $status:ident
    })*) => {
        static $table: [Option<Handler>; [$($number),*].len()] = {
            #[allow(unused_imports, reason = "a program may have nothing that is served")]
            use {$api as api, $types::*};
            [$(handler!($status, $name, $args, $ret)),*]
        };
    };
}

macro_rules! handler {
    (Served, $name:ident, $args:tt, $ret:tt) => {
        Some(|call| {
            start::<$args, $ret, _>(call, |call, arguments| async move {
                (api::$name(&call, arguments).await, call)
            })
        })
    };
    ($other:ident, $name:ident, $args:tt, $ret:tt) => {
        None
    };
}

for_each_procedure!(handlers, REMOTE, crate::api, vireo_protocol::remote:);
for_each_qemu_procedure!(handlers, QEMU, crate::api, vireo_protocol::qemu:);

/// Finds the row of a program, version and procedure, or the error of a stock daemon.
pub(crate) fn lookup(program: u32, version: u32, procedure: i32) -> Result<Row> {
    use vireo_protocol::{qemu, remote};
    let (row, handlers): (_, &[Option<Handler>]) = match (program, version) {
        (remote::PROGRAM, remote::VERSION) => (table::procedure(procedure), &REMOTE),
        (qemu::PROGRAM, qemu::VERSION) => (table::qemu_procedure(procedure), &QEMU),
        // Stock daemons write both numbers as signed ones.
        _ => {
            let (program, version) = (program as i32, version as i32);
            let text = format!("Cannot find program {program} version {version}");
            return Err(Error::new(ErrorCode::Rpc, ErrorDomain::Rpc, text));
        }
    };
    match row {
        Some(row) if row.status != ServeStatus::Event => {
            Ok(Row { procedure: row, handler: handlers[row.number as usize - 1] })
        }
        _ => {
            let text = format!("unknown procedure: {procedure}");
            Err(Error::new(ErrorCode::Rpc, ErrorDomain::Rpc, text))
        }
    }
}
