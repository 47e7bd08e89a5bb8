//! vhost-net: the kernel moves the packets of a queue pair.
//!
//! ```text
//! opened (owner, memory) --start: features, rings, eventfds, tap--> running --stop: tap taken away--> opened
//! ```
//!
//! The kernel reads the rings by itself and checks them as it goes; what a driver breaks there ends that ring's traffic
//! and nothing else.

use std::{
    fs::File,
    io,
    os::fd::{AsRawFd, RawFd},
};

use virtio_bindings::{
    virtio_config::VIRTIO_F_VERSION_1,
    virtio_net::VIRTIO_NET_F_MRG_RXBUF,
    virtio_ring::{VIRTIO_RING_F_EVENT_IDX, VIRTIO_RING_F_INDIRECT_DESC},
};
use virtio_queue::QueueState;
use vm_memory::{GuestAddress, GuestMemoryBackend, GuestMemoryRegion, MemoryRegionAddress};
use vmm_sys_util::eventfd::EventFd;

use crate::memory::GuestRam;

/// Features of the rings and of the packets' layout, which concern the kernel; all others concern the tap.
const RING_FEATURES: u64 = 1 << VIRTIO_F_VERSION_1
    | 1 << VIRTIO_RING_F_EVENT_IDX
    | 1 << VIRTIO_RING_F_INDIRECT_DESC
    | 1 << VIRTIO_NET_F_MRG_RXBUF;

/// `struct vhost_vring_state`.
#[repr(C)]
pub(super) struct RingState {
    index: u32,
    value: u32,
}

/// `struct vhost_vring_file`.
#[repr(C)]
pub(super) struct RingFile {
    index: u32,
    fd: i32,
}

/// `struct vhost_vring_addr`.
#[repr(C)]
pub(super) struct RingAddress {
    index: u32,
    flags: u32,
    descriptors: u64,
    used: u64,
    available: u64,
    log: u64,
}

/// `struct vhost_memory_region`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct MemoryRegion {
    guest: u64,
    size: u64,
    host: u64,
    padding: u64,
}

/// Most regions of guest RAM: below and above the device hole.
const MAX_REGIONS: usize = 8;

/// `struct vhost_memory`, with room for so many regions.
#[repr(C)]
pub(super) struct Memory {
    count: u32,
    padding: u32,
    regions: [MemoryRegion; MAX_REGIONS],
}

mod ioctl {
    use super::{Memory, RingAddress, RingFile, RingState};

    const TYPE: u8 = 0xaf;
    nix::ioctl_read!(get_features, TYPE, 0x00, u64);
    nix::ioctl_write_ptr!(set_features, TYPE, 0x00, u64);
    nix::ioctl_none!(set_owner, TYPE, 0x01);
    // The number is that of the structure without regions.
    nix::ioctl_write_ptr_bad!(set_memory, nix::request_code_write!(TYPE, 0x03, 8), Memory);
    nix::ioctl_write_ptr!(set_ring_size, TYPE, 0x10, RingState);
    nix::ioctl_write_ptr!(set_ring_address, TYPE, 0x11, RingAddress);
    nix::ioctl_write_ptr!(set_ring_base, TYPE, 0x12, RingState);
    nix::ioctl_readwrite!(get_ring_base, TYPE, 0x12, RingState);
    nix::ioctl_write_ptr!(set_ring_kick, TYPE, 0x20, RingFile);
    nix::ioctl_write_ptr!(set_ring_call, TYPE, 0x21, RingFile);
    nix::ioctl_write_ptr!(net_set_backend, TYPE, 0x30, RingFile);
}

/// A `/dev/vhost-net` descriptor, for one queue pair.
pub(in crate::virtio) struct Vhost(File);

/// One ring to run.
pub(super) struct Ring<'a> {
    pub state: QueueState,
    pub kick: &'a EventFd,
    pub call: &'a EventFd,
}

impl Vhost {
    /// Takes over a descriptor and gives it guest memory. An error says that the worker has to do it.
    pub fn new(file: File, ram: &GuestRam) -> io::Result<Self> {
        let vhost = Self(file);
        let mut features = 0;
        // SAFETY: no argument.
        unsafe { ioctl::set_owner(vhost.fd()) }?;
        // SAFETY: the kernel writes one u64.
        unsafe { ioctl::get_features(vhost.fd(), &mut features) }?;
        if features & RING_FEATURES != RING_FEATURES {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "vhost-net lacks features of the rings"));
        }
        let mut memory = Memory { count: 0, padding: 0, regions: Default::default() };
        for (place, region) in memory.regions.iter_mut().zip(ram.iter()) {
            let host = region.get_host_address(MemoryRegionAddress(0)).map_err(io::Error::other)?;
            *place = MemoryRegion {
                guest: region.start_addr().0,
                size: region.len(),
                host: host as u64,
                padding: 0,
            };
            memory.count += 1;
        }
        if ram.num_regions() > MAX_REGIONS {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "guest memory has too many regions"));
        }
        // SAFETY: the kernel reads the structure with `count` regions.
        unsafe { ioctl::set_memory(vhost.fd(), &memory) }?;
        Ok(vhost)
    }

    fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Starts the rings (receive, transmit) on a tap.
    pub(super) fn start(
        &self,
        features: u64,
        rings: [Ring<'_>; 2],
        ram: &GuestRam,
        tap: RawFd,
    ) -> io::Result<()> {
        // SAFETY: the kernel reads one u64.
        unsafe { ioctl::set_features(self.fd(), &(features & RING_FEATURES)) }?;
        for (index, ring) in (0..).zip(&rings) {
            self.set_ring(index, ring, ram)?;
        }
        for index in 0..2 {
            // SAFETY: the kernel reads the structure; the tap is open.
            unsafe { ioctl::net_set_backend(self.fd(), &RingFile { index, fd: tap }) }?;
        }
        Ok(())
    }

    fn set_ring(&self, index: u32, ring: &Ring<'_>, ram: &GuestRam) -> io::Result<()> {
        let host = |address| ram.get_host_address(GuestAddress(address)).map(|host| host as u64);
        let addresses = RingAddress {
            index,
            flags: 0,
            descriptors: host(ring.state.desc_table).map_err(io::Error::other)?,
            used: host(ring.state.used_ring).map_err(io::Error::other)?,
            available: host(ring.state.avail_ring).map_err(io::Error::other)?,
            log: 0,
        };
        let state = |value: u16| RingState { index, value: value.into() };
        let file = |event: &EventFd| RingFile { index, fd: event.as_raw_fd() };
        // SAFETY: the kernel reads the structures; the rings lie in guest RAM for their whole length (checked when the
        // queue was taken over), which stays mapped, and the eventfds are open.
        unsafe {
            ioctl::set_ring_size(self.fd(), &state(ring.state.size))?;
            ioctl::set_ring_base(self.fd(), &state(ring.state.next_avail))?;
            ioctl::set_ring_address(self.fd(), &addresses)?;
            ioctl::set_ring_kick(self.fd(), &file(ring.kick))?;
            ioctl::set_ring_call(self.fd(), &file(ring.call))?;
        }
        Ok(())
    }

    /// Stops both rings. When it returns the kernel touches neither guest memory nor tap.
    pub fn stop(&self) {
        for index in 0..2 {
            // SAFETY: the kernel reads the structure. It cannot fail for a ring that exists.
            let _ = unsafe { ioctl::net_set_backend(self.fd(), &RingFile { index, fd: -1 }) };
        }
    }

    /// Where a stopped ring is to go on.
    pub fn position(&self, index: u32) -> io::Result<u16> {
        let mut state = RingState { index, value: 0 };
        // SAFETY: the kernel reads and writes the structure.
        unsafe { ioctl::get_ring_base(self.fd(), &mut state) }?;
        Ok(state.value as u16)
    }
}
