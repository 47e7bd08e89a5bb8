//! The qemu program: commands for a guest's monitor and agent, passed on as they are.

// The fields are the arguments of a public API and are called as they are there.
#![allow(missing_docs)]

use crate::remote::{NonnullDomain, wire};

/// The program's number.
pub const PROGRAM: u32 = 0x2000_8087;

/// The program's version.
pub const VERSION: u32 = 1;

wire! {
    DomainMonitorCommandArgs { dom: NonnullDomain, cmd: String, flags: u32 }
    DomainMonitorCommandRet { result: String }
    DomainAttachArgs { pid_value: u32, flags: u32 }
    DomainAttachRet { dom: NonnullDomain }
    DomainAgentCommandArgs { dom: NonnullDomain, cmd: String, timeout: i32, flags: u32 }
    DomainAgentCommandRet { result: Option<String> }
    ConnectDomainMonitorEventRegisterArgs { dom: Option<NonnullDomain>, event: Option<String>, flags: u32 }
    ConnectDomainMonitorEventRegisterRet { callback_id: i32 }
    ConnectDomainMonitorEventDeregisterArgs { callback_id: i32 }
    DomainMonitorEventMsg {
        callback_id: i32, dom: NonnullDomain, event: String, seconds: i64, micros: u32,
        details: Option<String>,
    }
    DomainMonitorCommandWithFilesArgs { dom: NonnullDomain, cmd: String, flags: u32 }
    DomainMonitorCommandWithFilesRet { result: String }
}
