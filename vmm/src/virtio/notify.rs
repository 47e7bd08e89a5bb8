//! Kicks that do not leave the kernel: ioeventfd.

use std::io;

use kvm_ioctls::{IoEventAddress, NoDatamatch, VmFd};
use vmm_sys_util::eventfd::EventFd;

/// What KVM does for the transports; a trait so that they are tested without KVM.
pub trait NotifyBackend: Send + Sync {
    /// Writes of the guest to this address count on the eventfd: all, or those of 32 bits with this value.
    fn attach(&self, event: &EventFd, address: u64, value: Option<u32>) -> io::Result<()>;
    /// Undoes it.
    fn detach(&self, event: &EventFd, address: u64, value: Option<u32>) -> io::Result<()>;
}

impl NotifyBackend for VmFd {
    fn attach(&self, event: &EventFd, address: u64, value: Option<u32>) -> io::Result<()> {
        let address = IoEventAddress::Mmio(address);
        match value {
            Some(value) => self.register_ioevent(event, &address, value)?,
            None => self.register_ioevent(event, &address, NoDatamatch)?,
        }
        Ok(())
    }
    fn detach(&self, event: &EventFd, address: u64, value: Option<u32>) -> io::Result<()> {
        let address = IoEventAddress::Mmio(address);
        match value {
            Some(value) => self.unregister_ioevent(event, &address, value)?,
            None => self.unregister_ioevent(event, &address, NoDatamatch)?,
        }
        Ok(())
    }
}
