//! One vCPU's thread: runs the guest and answers its exits.

use std::sync::Arc;

use kvm_bindings::{KVM_SYSTEM_EVENT_CRASH, KVM_SYSTEM_EVENT_RESET, KVM_SYSTEM_EVENT_SHUTDOWN};
use kvm_ioctls::{VcpuExit, VcpuFd};

use super::pio;
use crate::{
    bus::Bus,
    log,
    mailbox::{GuestEvent, Mailbox},
    stats::{Counter, Stats},
};

/// Where a vCPU's exits go.
#[derive(Clone)]
pub struct Exits {
    /// Ports.
    pub pio: Arc<Bus>,
    /// Guest-physical addresses outside of RAM.
    pub mmio: Arc<Bus>,
    /// Ends and crashes.
    pub mailbox: Arc<Mailbox>,
    /// `exits.*`.
    pub counters: ExitCounters,
}

/// Exits that reached this process.
#[derive(Clone, Copy)]
pub struct ExitCounters {
    total: Counter,
    io: Counter,
    mmio: Counter,
    hlt: Counter,
}

impl ExitCounters {
    /// In the shared page.
    pub fn new(stats: &Stats) -> Self {
        Self {
            total: stats.counter("exits.total"),
            io: stats.counter("exits.io"),
            mmio: stats.counter("exits.mmio"),
            hlt: stats.counter("exits.hlt"),
        }
    }
}

/// How a vCPU goes on after an exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Into the guest again.
    Again,
    /// Somebody kicked it.
    Kicked,
    /// Not before the main thread has decided.
    Stand,
}

impl Exits {
    /// Runs the guest until its next exit and answers that.
    pub fn run(&self, index: u16, vcpu: &mut VcpuFd) -> Next {
        let counters = &self.counters;
        let exit = match vcpu.run() {
            Ok(exit) => exit,
            Err(error) if matches!(error.errno(), libc::EINTR | libc::EAGAIN) => {
                return Next::Kicked;
            }
            Err(error) => return self.fail(index, format_args!("KVM_RUN failed: {error}")),
        };
        counters.total.add(1);
        match exit {
            VcpuExit::IoOut(..) => {
                counters.io.add(1);
                let access = pio::access(vcpu);
                for part in access.data.chunks(access.size) {
                    self.pio.write(u64::from(access.port), part);
                }
            }
            VcpuExit::IoIn(..) => {
                counters.io.add(1);
                let access = pio::access(vcpu);
                for part in access.data.chunks_mut(access.size) {
                    self.pio.read(u64::from(access.port), part);
                }
            }
            VcpuExit::MmioRead(address, data) => {
                counters.mmio.add(1);
                self.mmio.read(address, data);
            }
            VcpuExit::MmioWrite(address, data) => {
                counters.mmio.add(1);
                self.mmio.write(address, data);
            }
            VcpuExit::Hlt => counters.hlt.add(1),
            VcpuExit::Intr | VcpuExit::IrqWindowOpen => {}
            VcpuExit::Shutdown => {
                log::guest(format_args!("triple fault on vCPU {index}"));
                self.mailbox.post(GuestEvent::Reset);
                return Next::Stand;
            }
            VcpuExit::SystemEvent(kind, _) => {
                self.mailbox.post(match kind {
                    KVM_SYSTEM_EVENT_SHUTDOWN => GuestEvent::PowerOff,
                    KVM_SYSTEM_EVENT_RESET => GuestEvent::Reset,
                    KVM_SYSTEM_EVENT_CRASH => {
                        GuestEvent::Crash(format!("KVM reports a crash on vCPU {index}"))
                    }
                    other => GuestEvent::Failed(format!("vCPU {index}: unknown system event {other}")),
                });
                return Next::Stand;
            }
            VcpuExit::InternalError => {
                let reason = pio::internal_error(vcpu.get_kvm_run());
                let at = vcpu.get_regs().map_or(0, |regs| regs.rip);
                return self.fail(index, format_args!("KVM internal error at {at:#x}: {reason}"));
            }
            VcpuExit::FailEntry(reason, cpu) => {
                return self
                    .fail(index, format_args!("the host CPU {cpu} refused to enter the guest: {reason:#x}"));
            }
            other => {
                let what = format!("unexpected exit {other:?}");
                return self.fail(index, format_args!("{what}"));
            }
        }
        Next::Again
    }

    fn fail(&self, index: u16, what: std::fmt::Arguments<'_>) -> Next {
        self.mailbox.post(GuestEvent::Failed(format!("vCPU {index}: {what}")));
        Next::Stand
    }
}
