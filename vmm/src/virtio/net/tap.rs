//! Tap descriptors: packets by `readv` and `writev`, settings by ioctl.

use std::{
    fs::File,
    io,
    os::fd::{AsRawFd, RawFd},
};

use vireo_image::Segment;

use super::HEADER;

/// Flags of `TUNSETOFFLOAD`: packets of this kind may be read from the tap.
pub(super) mod offload {
    pub const CSUM: u32 = 1;
    pub const TSO4: u32 = 2;
    pub const TSO6: u32 = 4;
    pub const TSO_ECN: u32 = 8;
    pub const UFO: u32 = 16;
}

mod ioctl {
    nix::ioctl_write_ptr_bad!(set_header_size, 0x4004_54d8, libc::c_int);
    nix::ioctl_write_int_bad!(set_offload, 0x4004_54d0);
    nix::ioctl_write_ptr_bad!(set_queue, 0x4004_54d9, libc::ifreq);
}

/// `IFF_ATTACH_QUEUE`.
const ATTACH: i16 = 0x0200;
/// `IFF_DETACH_QUEUE`.
const DETACH: i16 = 0x0400;

/// One queue of a tap; a trait so that the device is tested on a socket.
pub(in crate::virtio) trait Tap: AsRawFd + Send + Sync {
    /// Which packets may be handed over unfinished.
    fn set_offload(&self, flags: u32) -> io::Result<()>;
    /// Whether the queue takes part.
    fn set_attached(&self, attached: bool) -> io::Result<()>;
}

/// A queue of the kernel's tun driver.
pub(in crate::virtio) struct TunTap(File);

impl TunTap {
    /// Takes over a descriptor, opened with `IFF_VNET_HDR`.
    pub fn new(file: File) -> io::Result<Self> {
        use nix::fcntl::{FcntlArg, OFlag, fcntl};
        let flags = OFlag::from_bits_retain(fcntl(&file, FcntlArg::F_GETFL)?);
        fcntl(&file, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        // SAFETY: the kernel reads one int.
        unsafe { ioctl::set_header_size(file.as_raw_fd(), &(HEADER as libc::c_int)) }?;
        Ok(Self(file))
    }
}

impl AsRawFd for TunTap {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl Tap for TunTap {
    fn set_offload(&self, flags: u32) -> io::Result<()> {
        // SAFETY: the argument is a plain number.
        unsafe { ioctl::set_offload(self.0.as_raw_fd(), flags as libc::c_int) }?;
        Ok(())
    }

    fn set_attached(&self, attached: bool) -> io::Result<()> {
        // SAFETY: all bytes zero is a value of this plain struct.
        let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
        request.ifr_ifru.ifru_flags = if attached { ATTACH } else { DETACH };
        // SAFETY: the kernel reads an ifreq.
        unsafe { ioctl::set_queue(self.0.as_raw_fd(), &request) }?;
        Ok(())
    }
}

/// Which offloads the tap takes, best first. Leaves none switched on.
pub(super) fn probe_offloads(tap: &dyn Tap) -> u32 {
    const ALL: u32 = offload::CSUM | offload::TSO4 | offload::TSO6 | offload::TSO_ECN;
    let taken = [ALL | offload::UFO, ALL].into_iter().find(|flags| tap.set_offload(*flags).is_ok());
    match (taken, tap.set_offload(0)) {
        (Some(flags), Ok(())) => flags,
        _ => 0,
    }
}

/// Reads one packet; `None` where there is none now.
pub(super) fn read_packet(tap: RawFd, segments: &[Segment<'_>]) -> io::Result<Option<usize>> {
    let iovecs = Segment::as_iovecs(segments);
    // SAFETY: the segments are writable memory of the caller's.
    moved(|| unsafe { libc::readv(tap, iovecs.as_ptr(), iovecs.len() as i32) })
}

/// Writes one packet; `None` where there is no room now.
pub(super) fn write_packet(tap: RawFd, segments: &[Segment<'_>]) -> io::Result<Option<usize>> {
    let iovecs = Segment::as_iovecs(segments);
    // SAFETY: the segments are readable memory of the caller's.
    moved(|| unsafe { libc::writev(tap, iovecs.as_ptr(), iovecs.len() as i32) })
}

fn moved(call: impl Fn() -> isize) -> io::Result<Option<usize>> {
    loop {
        if let Ok(count) = usize::try_from(call()) {
            return Ok(Some(count));
        }
        let error = io::Error::last_os_error();
        match error.kind() {
            io::ErrorKind::Interrupted => {}
            io::ErrorKind::WouldBlock => return Ok(None),
            _ => return Err(error),
        }
    }
}
