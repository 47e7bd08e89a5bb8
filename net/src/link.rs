//! What can be asked of and done to any interface.

use std::os::fd::{AsFd, OwnedFd};

use nix::net::if_::if_nametoindex;

use crate::error::NetError;
use crate::mac::Mac;
use crate::sys;

/// A handle for requests about the interfaces of the calling thread's network namespace.
#[derive(Debug)]
pub struct Links(OwnedFd);

/// Whether there is an interface of this name.
pub fn exists(name: &str) -> bool {
    if_nametoindex(name).is_ok()
}

impl Links {
    /// A new handle.
    pub fn open() -> Result<Self, NetError> {
        sys::control_socket()
            .map(Self)
            .map_err(|source| NetError::system("Cannot open network interface control socket", source))
    }

    /// The interface's MTU.
    pub fn mtu(&self, name: &str) -> Result<u32, NetError> {
        sys::mtu(self.0.as_fd(), name)
            .map_err(|source| NetError::system(format!("Cannot get interface MTU on '{name}'"), source))
    }

    /// Sets the interface's MTU.
    pub fn set_mtu(&self, name: &str, mtu: u32) -> Result<(), NetError> {
        sys::set_mtu(self.0.as_fd(), name, mtu)
            .map_err(|source| NetError::system(format!("Cannot set interface MTU on '{name}'"), source))
    }

    /// Sets the interface's hardware address.
    pub fn set_mac(&self, name: &str, mac: Mac) -> Result<(), NetError> {
        sys::set_mac(self.0.as_fd(), name, mac.0).map_err(|source| {
            NetError::system(format!("Cannot set interface MAC to {mac} on '{name}'"), source)
        })
    }

    /// Whether the interface is up.
    pub fn is_up(&self, name: &str) -> Result<bool, NetError> {
        Ok(self.flags(name)? & libc::IFF_UP as u16 != 0)
    }

    /// Brings the interface up or down.
    pub fn set_up(&self, name: &str, up: bool) -> Result<(), NetError> {
        let flags = self.flags(name)?;
        let bit = libc::IFF_UP as u16;
        let wanted = if up { flags | bit } else { flags & !bit };
        if wanted == flags {
            return Ok(());
        }
        sys::set_flags(self.0.as_fd(), name, wanted)
            .map_err(|source| NetError::system(format!("Cannot set interface flags on '{name}'"), source))
    }

    /// Makes an interface a port of a bridge.
    pub fn add_to_bridge(&self, bridge: &str, port: &str) -> Result<(), NetError> {
        let index = if_nametoindex(port).map_err(|source| {
            NetError::system(format!("Unable to get index for interface {port}"), source)
        })?;
        sys::add_port(self.0.as_fd(), bridge, index)
            .map_err(|source| NetError::system(format!("Unable to add bridge {bridge} port {port}"), source))
    }

    /// Keeps a bridge's port from the other isolated ports (`<port isolated='yes'/>`).
    pub fn isolate(&self, port: &str) -> Result<(), NetError> {
        std::fs::write(format!("/sys/class/net/{port}/brport/isolated"), "1")
            .map_err(|source| NetError::system(format!("Unable to set bridge port {port} isolated"), source))
    }

    fn flags(&self, name: &str) -> Result<u16, NetError> {
        sys::flags(self.0.as_fd(), name)
            .map_err(|source| NetError::system(format!("Cannot get interface flags on '{name}'"), source))
    }

    #[cfg(test)]
    pub(crate) fn add_bridge(&self, name: &str) {
        sys::bridges::add(self.0.as_fd(), name).unwrap();
    }
}
