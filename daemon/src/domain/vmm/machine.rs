//! Holding a guest's machine, as KVM has it, past the end of its process.
//!
//! KVM takes a machine apart when its last descriptor is closed, and waits there for several grace periods of the
//! kernel: tens of milliseconds in which the dying process could give nothing else back. While the daemon holds a
//! descriptor too, the process ends without that, with its memory, its files and its taps; the machine, in which
//! nothing can run any more, goes when the descriptor is closed, where nobody waits for it.
//!
//! Best effort: a daemon without the right to look into the process destroys guests all the same, only slower. It
//! must never ask anything of KVM.

use std::fs;
use std::os::fd::OwnedFd;

use rustix::process::{PidfdGetfdFlags, pidfd_getfd};

use super::Process;

/// What the kernel calls the descriptor of a machine (`KVM_CREATE_VM`).
const NAME: &str = "anon_inode:kvm-vm";

/// How many descriptors are looked through: more than a vmm of ours ever opens.
const MOST_DESCRIPTORS: usize = 4096;

/// A descriptor of a guest's machine.
pub struct Machine(Option<OwnedFd>);

impl Machine {
    /// The machine of this process. It looks through the process's descriptors, some tens of microseconds.
    pub fn of(process: &Process) -> Self {
        Self(held_by(process, NAME))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let Some(descriptor) = self.0.take() else { return };
        match tokio::runtime::Handle::try_current() {
            // It waits for the kernel.
            Ok(runtime) => drop(runtime.spawn_blocking(move || drop(descriptor))),
            Err(_) => drop(descriptor),
        }
    }
}

fn held_by(process: &Process, name: &str) -> Option<OwnedFd> {
    let entries = fs::read_dir(format!("/proc/{}/fd", process.pid())).ok()?;
    for entry in entries.take(MOST_DESCRIPTORS).flatten() {
        if fs::read_link(entry.path()).is_ok_and(|target| target.as_os_str() == name) {
            let number = entry.file_name().to_str()?.parse().ok()?;
            // By the process's descriptor: should the number be another's by now, this fails.
            return pidfd_getfd(process.handle(), number, PidfdGetfdFlags::empty()).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;

    use super::*;

    #[tokio::test]
    async fn a_process_without_a_machine_has_none_to_hold() {
        let process = Process::open(std::process::id()).expect("this process");
        assert!(Machine::of(&process).0.is_none());
    }

    #[tokio::test]
    async fn a_descriptor_is_found_by_what_the_kernel_calls_it() {
        let process = Process::open(std::process::id()).expect("this process");
        let held = held_by(&process, "anon_inode:[eventpoll]").expect("the runtime's");
        let name = fs::read_link(format!("/proc/self/fd/{}", held.as_raw_fd())).expect("its name");
        assert_eq!(name.as_os_str(), "anon_inode:[eventpoll]");
    }
}
