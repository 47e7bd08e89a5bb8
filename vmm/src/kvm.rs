//! KVM: the virtual machine, its RAM slots and its in-kernel interrupt chips.

use std::{
    io,
    os::fd::{IntoRawFd, OwnedFd},
    sync::Arc,
};

use kvm_bindings::{KVM_API_VERSION, KVM_PIT_SPEAKER_DUMMY, kvm_pit_config, kvm_userspace_memory_region};
use kvm_ioctls::{Cap, Kvm, VmFd};
use vireo_control::MachineKind;
use vm_memory::{GuestMemoryBackend, GuestMemoryRegion};

use crate::memory::{GuestRam, map};

/// Why KVM does not give a machine.
#[derive(Debug, thiserror::Error)]
pub enum KvmError {
    /// Not the descriptor of `/dev/kvm`.
    #[error("the descriptor given as /dev/kvm is not KVM's: {0}")]
    NotKvm(#[source] io::Error),
    /// An API version that does not exist.
    #[error("KVM has API version {0}, not {KVM_API_VERSION}")]
    Version(i32),
    /// A capability is missing.
    #[error("this KVM lacks {0}")]
    Lacks(&'static str),
    /// A call failed.
    #[error("KVM cannot {doing}: {source}")]
    Call {
        /// What was asked.
        doing: &'static str,
        /// Why not.
        source: io::Error,
    },
}

/// For `map_err`: what was asked of KVM.
pub fn failed(doing: &'static str) -> impl FnOnce(kvm_ioctls::Error) -> KvmError {
    move |error| KvmError::Call { doing, source: error.into() }
}

/// A virtual machine.
pub struct Vm {
    /// `/dev/kvm`, for what is asked of the host.
    pub kvm: Kvm,
    /// The machine.
    pub fd: Arc<VmFd>,
}

impl Vm {
    /// Creates the machine with its interrupt chips, before any vCPU.
    pub fn create(kvm: OwnedFd, machine: MachineKind) -> Result<Self, KvmError> {
        let kvm = from_descriptor(kvm);
        match kvm.get_api_version() {
            version if version == KVM_API_VERSION as i32 => {}
            -1 => return Err(KvmError::NotKvm(io::Error::last_os_error())),
            version => return Err(KvmError::Version(version)),
        }
        for (capability, name) in
            [(Cap::ImmediateExit, "KVM_CAP_IMMEDIATE_EXIT"), (Cap::Irqfd, "KVM_CAP_IRQFD")]
        {
            if !kvm.check_extension(capability) {
                return Err(KvmError::Lacks(name));
            }
        }
        let fd = loop {
            match kvm.create_vm() {
                Ok(fd) => break fd,
                Err(error) if error.errno() == libc::EINTR => {}
                Err(error) => return Err(failed("create a virtual machine")(error)),
            }
        };
        // Only old Intel CPUs need these; all take them.
        fd.set_identity_map_address(map::KVM_IDENTITY_MAP).map_err(failed("place the identity map"))?;
        fd.set_tss_address(map::KVM_TSS as usize).map_err(failed("place the task state segment"))?;
        fd.create_irq_chip().map_err(failed("create the interrupt chips"))?;
        if machine != MachineKind::Microvm {
            // microvm has no legacy timer: its guests keep time with kvmclock and the APIC's deadline timer.
            let config = kvm_pit_config { flags: KVM_PIT_SPEAKER_DUMMY, ..Default::default() };
            fd.create_pit2(config).map_err(failed("create the timer"))?;
        }
        Ok(Self { kvm, fd: Arc::new(fd) })
    }

    /// Gives the machine its RAM.
    pub fn map_ram(&self, ram: &GuestRam) -> Result<(), KvmError> {
        for (slot, region) in ram.iter().enumerate() {
            let host = region.get_host_address(vm_memory::MemoryRegionAddress(0));
            let host = host.map_err(|_| KvmError::Lacks("a host address for guest RAM"))?;
            let slot = kvm_userspace_memory_region {
                slot: slot as u32,
                guest_phys_addr: region.start_addr().0,
                memory_size: region.len(),
                userspace_addr: host as u64,
                flags: 0,
            };
            // SAFETY: the region is mapped at this address for its whole length as long as the process lives, and
            // regions of guest RAM do not overlap.
            unsafe { self.fd.set_user_memory_region(slot) }.map_err(failed("map guest memory"))?;
        }
        Ok(())
    }
}

fn from_descriptor(kvm: OwnedFd) -> Kvm {
    use std::os::fd::FromRawFd;
    // SAFETY: the descriptor is open and ours alone; whether it is KVM's is asked before it is used.
    unsafe { Kvm::from_raw_fd(kvm.into_raw_fd()) }
}
