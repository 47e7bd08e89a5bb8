//! The rows of the qemu program.

use super::{Priority, Procedure, ServeStatus, StreamDirection, row, rows};

/// Hands every row of the qemu program to a macro, as [`for_each_procedure!`](crate::for_each_procedure) does. The
/// types in the rows are those of [`qemu`](crate::qemu).
#[macro_export]
macro_rules! for_each_qemu_procedure {
    ($callback:path $(, $($before:tt)*)?) => {
        $callback! {
            $($($before)*)?
            { 1, domain_monitor_command, DomainMonitorCommand, DomainMonitorCommandArgs, DomainMonitorCommandRet, Low, ["domain:write"], false, None, Unsupported }
            { 2, domain_attach, DomainAttach, DomainAttachArgs, DomainAttachRet, Low, ["domain:start", "domain:write"], false, None, Unsupported }
            { 3, domain_agent_command, DomainAgentCommand, DomainAgentCommandArgs, DomainAgentCommandRet, Low, ["domain:write"], false, None, Served }
            { 4, connect_domain_monitor_event_register, ConnectDomainMonitorEventRegister, ConnectDomainMonitorEventRegisterArgs, ConnectDomainMonitorEventRegisterRet, High, ["connect:search_domains", "connect:write", "filter domain:getattr"], false, None, Unsupported }
            { 5, connect_domain_monitor_event_deregister, ConnectDomainMonitorEventDeregister, ConnectDomainMonitorEventDeregisterArgs, (), High, ["connect:write"], false, None, Unsupported }
            { 6, domain_monitor_event, DomainMonitorEvent, DomainMonitorEventMsg, (), Low, [], true, None, Event }
            { 7, domain_monitor_command_with_files, DomainMonitorCommandWithFiles, DomainMonitorCommandWithFilesArgs, DomainMonitorCommandWithFilesRet, Low, ["domain:write"], false, None, Unsupported }
        }
    };
}

crate::for_each_qemu_procedure!(rows, pub QemuProc, QEMU_PROCEDURES:);

/// The row of a number, if the qemu program has it.
pub fn qemu_procedure(number: i32) -> Option<&'static Procedure> {
    row(&QEMU_PROCEDURES, number)
}
