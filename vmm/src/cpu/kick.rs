//! Getting a vCPU out of the guest from another thread, without a race.
//!
//! The kicker sets `immediate_exit` in the vCPU's run page and then sends the signal: whether the vCPU is before,
//! inside or behind `KVM_RUN`, its next one returns at once.

use std::{
    io,
    ptr::NonNull,
    sync::atomic::{AtomicU8, Ordering},
    thread::JoinHandle,
};

use kvm_ioctls::VcpuFd;
use vmm_sys_util::signal::{Killable, SIGRTMIN, register_signal_handler};

/// A vCPU's `immediate_exit`.
#[derive(Debug, Clone, Copy)]
pub struct ImmediateExit(NonNull<AtomicU8>);

// SAFETY: the byte lives in a vCPU's run page, which stays mapped until the process ends (`of` takes a vCPU that is
// never dropped), and it is used through an atomic only.
unsafe impl Send for ImmediateExit {}
// SAFETY: as above.
unsafe impl Sync for ImmediateExit {}

impl ImmediateExit {
    /// Of a vCPU that lives until the process ends.
    pub fn of(vcpu: &'static mut VcpuFd) -> (Self, &'static mut VcpuFd) {
        let flag = NonNull::from(&mut vcpu.get_kvm_run().immediate_exit).cast();
        (Self(flag), vcpu)
    }

    /// The next `KVM_RUN` returns at once, or does not.
    pub fn set(&self, on: bool) {
        // SAFETY: see the type.
        unsafe { self.0.as_ref() }.store(u8::from(on), Ordering::SeqCst);
    }
}

extern "C" fn interrupted(_: libc::c_int, _: *mut libc::siginfo_t, _: *mut libc::c_void) {}

/// Makes the kick's signal interrupt system calls and nothing else. Once, before the first vCPU.
pub fn prepare() -> io::Result<()> {
    register_signal_handler(SIGRTMIN(), interrupted).map_err(Into::into)
}

/// Sends the signal.
pub fn send<T>(thread: &JoinHandle<T>) {
    // A thread that has ended needs no kick.
    let _ = thread.kill(SIGRTMIN());
}
