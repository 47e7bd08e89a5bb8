//! The ioctls of interfaces and taps, as functions that cannot be called wrongly.
//!
//! The only unsafe code of this crate.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use nix::fcntl::{OFlag, open};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::sys::stat::Mode;

// <linux/sockios.h>
const SIOCGIFFLAGS: libc::Ioctl = 0x8913;
const SIOCSIFFLAGS: libc::Ioctl = 0x8914;
const SIOCGIFMTU: libc::Ioctl = 0x8921;
const SIOCSIFMTU: libc::Ioctl = 0x8922;
const SIOCSIFHWADDR: libc::Ioctl = 0x8924;
const SIOCBRADDIF: libc::Ioctl = 0x89a2;

/// `struct ifreq`: a name, and room for whatever the request carries, as the kernel lays it out on 64-bit hosts.
#[repr(C)]
struct IfReq {
    name: [u8; libc::IFNAMSIZ],
    data: [u8; 24],
}

impl IfReq {
    /// `ERANGE` for a name that does not fit with its end mark, as the kernel's callers say.
    fn new(name: &str) -> io::Result<Self> {
        if name.len() >= libc::IFNAMSIZ || name.bytes().any(|byte| byte == 0) {
            return Err(io::Error::from_raw_os_error(libc::ERANGE));
        }
        let mut request = Self { name: [0; libc::IFNAMSIZ], data: [0; 24] };
        request.name[..name.len()].copy_from_slice(name.as_bytes());
        Ok(request)
    }

    fn with(mut self, data: &[u8]) -> Self {
        self.data[..data.len()].copy_from_slice(data);
        self
    }

    fn name(&self) -> String {
        let end = self.name.iter().position(|byte| *byte == 0).unwrap_or(self.name.len());
        String::from_utf8_lossy(&self.name[..end]).into_owned()
    }

    fn int(&self) -> i32 {
        i32::from_ne_bytes([self.data[0], self.data[1], self.data[2], self.data[3]])
    }

    fn short(&self) -> u16 {
        u16::from_ne_bytes([self.data[0], self.data[1]])
    }

    fn send(&mut self, fd: BorrowedFd<'_>, request: libc::Ioctl) -> io::Result<()> {
        // SAFETY: the pointer is to a whole, writable `struct ifreq`, and every request of this module takes one.
        let result = unsafe { libc::ioctl(fd.as_raw_fd(), request, std::ptr::from_mut(self)) };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

/// A socket to send interface requests on. Unix sockets are there on every kernel.
pub fn control_socket() -> io::Result<OwnedFd> {
    Ok(socket(AddressFamily::Unix, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)?)
}

/// The flags of an interface.
pub fn flags(socket: BorrowedFd<'_>, name: &str) -> io::Result<u16> {
    let mut request = IfReq::new(name)?;
    request.send(socket, SIOCGIFFLAGS)?;
    Ok(request.short())
}

/// Sets the flags of an interface.
pub fn set_flags(socket: BorrowedFd<'_>, name: &str, flags: u16) -> io::Result<()> {
    IfReq::new(name)?.with(&flags.to_ne_bytes()).send(socket, SIOCSIFFLAGS)
}

/// The MTU of an interface.
pub fn mtu(socket: BorrowedFd<'_>, name: &str) -> io::Result<u32> {
    let mut request = IfReq::new(name)?;
    request.send(socket, SIOCGIFMTU)?;
    Ok(request.int().unsigned_abs())
}

/// Sets the MTU of an interface.
pub fn set_mtu(socket: BorrowedFd<'_>, name: &str, mtu: u32) -> io::Result<()> {
    IfReq::new(name)?.with(&mtu.to_ne_bytes()).send(socket, SIOCSIFMTU)
}

/// Sets the hardware address of an interface.
pub fn set_mac(socket: BorrowedFd<'_>, name: &str, mac: [u8; 6]) -> io::Result<()> {
    let mut address = [0; 8];
    address[..2].copy_from_slice(&libc::ARPHRD_ETHER.to_ne_bytes());
    address[2..].copy_from_slice(&mac);
    IfReq::new(name)?.with(&address).send(socket, SIOCSIFHWADDR)
}

/// Makes the interface of this number a port of a bridge.
pub fn add_port(socket: BorrowedFd<'_>, bridge: &str, index: u32) -> io::Result<()> {
    IfReq::new(bridge)?.with(&index.to_ne_bytes()).send(socket, SIOCBRADDIF)
}

/// A new descriptor of the device that taps are made with.
pub fn open_tun() -> io::Result<OwnedFd> {
    Ok(open("/dev/net/tun", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())?)
}

/// What the kernel's taps can do: `IFF_VNET_HDR`, `IFF_MULTI_QUEUE`, ...
pub fn tun_features(tun: BorrowedFd<'_>) -> io::Result<u32> {
    let mut features: libc::c_uint = 0;
    // SAFETY: TUNGETFEATURES writes one unsigned int, and the pointer is to one.
    let result =
        unsafe { libc::ioctl(tun.as_raw_fd(), libc::TUNGETFEATURES, std::ptr::from_mut(&mut features)) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(features) }
}

/// Binds a descriptor to the tap of this name, made anew where it is not there; its name comes back.
pub fn set_iff(tun: BorrowedFd<'_>, name: &str, flags: i32) -> io::Result<String> {
    // The flags are 16 bits wide; `IFF_TUN_EXCL` is the highest of them.
    let mut request = IfReq::new(name)?.with(&(flags as u16).to_ne_bytes());
    request.send(tun, libc::TUNSETIFF)?;
    Ok(request.name())
}

#[cfg(test)]
pub mod bridges {
    //! Bridges for tests: the product makes its own by other means, later.

    use super::*;

    /// A new bridge.
    pub fn add(socket: BorrowedFd<'_>, name: &str) -> io::Result<()> {
        IfReq::new(name)?.send(socket, 0x89a0)
    }
}
