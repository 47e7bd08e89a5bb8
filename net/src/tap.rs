//! Taps: the host's end of a guest's network cable.
//!
//! ```text
//! create or attach -> MAC -> (bridge's MTU -> port of the bridge) -> up
//!       |               |               |                            |
//!       +---------------+---------------+----------------------------+--> any failure: the descriptors are closed,
//!                                                                         the interface is gone
//! ```

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use crate::error::NetError;
use crate::link::{self, Links};
use crate::mac::Mac;
use crate::{names, sys};

/// Most queue pairs of one tap: the kernel's `MAX_TAP_QUEUES`.
pub const MAX_QUEUES: usize = 256;

/// A tap: its name, and one descriptor per queue pair.
#[derive(Debug)]
pub struct Tap {
    /// Name of the interface.
    pub name: String,
    /// One descriptor per queue pair. The interface lives until the last is closed.
    pub queues: Vec<OwnedFd>,
}

/// What every guest's tap is made from.
#[derive(Debug, Clone, Copy)]
pub struct TapConfig<'a> {
    /// The name asked for; one is made up where absent or a template (`tap%d`).
    pub name: Option<&'a str>,
    /// Queue pairs, 1 to [`MAX_QUEUES`].
    pub queues: usize,
    /// Each packet is preceded by a virtio-net header, for offloads.
    pub vnet_hdr: bool,
    /// The guest's hardware address.
    pub guest_mac: Mac,
    /// MTU of the tap (`<mtu size=>`).
    pub mtu: Option<u32>,
}

/// A tap that is a port of a bridge, up: an interface of type `bridge`.
pub fn on_bridge(config: &TapConfig<'_>, bridge: &str, isolated: bool) -> Result<Tap, NetError> {
    let tap = create(config.name, config.queues, config.vnet_hdr)?;
    let links = Links::open()?;
    // Before it joins the bridge, which takes on the lowest address and MTU among its ports.
    links.set_mac(&tap.name, config.guest_mac.of_tap())?;
    let bridge_mtu = links.mtu(bridge)?;
    links.set_mtu(&tap.name, config.mtu.unwrap_or(bridge_mtu))?;
    links.add_to_bridge(bridge, &tap.name)?;
    if isolated {
        links.isolate(&tap.name)?;
    }
    links.set_up(&tap.name, true)?;
    Ok(tap)
}

/// A tap of its own, up, for others to connect: an interface of type `ethernet`.
///
/// Where it is not `managed`, it was there before, and stays as it was set up.
pub fn ethernet(config: &TapConfig<'_>, managed: bool) -> Result<Tap, NetError> {
    let tap = if managed {
        let tap = create(config.name, config.queues, config.vnet_hdr)?;
        let links = Links::open()?;
        links.set_mac(&tap.name, config.guest_mac.of_tap())?;
        links.set_up(&tap.name, true)?;
        tap
    } else {
        attach(config.name.ok_or(NetError::Unnamed)?, config.queues, config.vnet_hdr)?
    };
    if let Some(mtu) = config.mtu {
        Links::open()?.set_mtu(&tap.name, mtu)?;
    }
    Ok(tap)
}

/// A new tap, down.
pub fn create(name: Option<&str>, queues: usize, vnet_hdr: bool) -> Result<Tap, NetError> {
    let Some(name) = name.filter(|name| !names::is_template(name)) else {
        loop {
            // Somebody else may take the name between the look and the making.
            let name = names::next();
            match open_queues(&name, queues, vnet_hdr, libc::IFF_TUN_EXCL) {
                Err(NetError::System { source, .. }) if source.raw_os_error() == Some(libc::EBUSY) => {}
                result => return result,
            }
        }
    };
    if link::exists(name) {
        return Err(NetError::Exists(name.to_owned()));
    }
    open_queues(name, queues, vnet_hdr, libc::IFF_TUN_EXCL)
}

/// A tap that somebody else made and left for the guest.
pub fn attach(name: &str, queues: usize, vnet_hdr: bool) -> Result<Tap, NetError> {
    if !link::exists(name) {
        return Err(NetError::Unmanaged);
    }
    open_queues(name, queues, vnet_hdr, 0)
}

fn open_queues(name: &str, queues: usize, vnet_hdr: bool, first_flags: i32) -> Result<Tap, NetError> {
    let failed = |source: io::Error| {
        let what = match source.raw_os_error() {
            Some(libc::ERANGE) => format!("Network interface name '{name}' is too long"),
            _ => format!("Unable to create tap device {name}"),
        };
        NetError::system(what, source)
    };
    let mut tap = Tap { name: name.to_owned(), queues: Vec::with_capacity(queues) };
    let mut flags = libc::IFF_TAP | libc::IFF_NO_PI;
    for queue in 0..queues {
        let tun = sys::open_tun().map_err(|source| {
            NetError::system("Unable to open /dev/net/tun, is tun module loaded?", source)
        })?;
        if queue == 0 {
            let features = sys::tun_features(tun.as_fd()).map_err(failed)?;
            if queues > 1 {
                if features & libc::IFF_MULTI_QUEUE as u32 == 0 {
                    let text = "Multiqueue devices are not supported on this system";
                    return Err(NetError::Unsupported(text.into()));
                }
                flags |= libc::IFF_MULTI_QUEUE;
            }
            if vnet_hdr && features & libc::IFF_VNET_HDR as u32 != 0 {
                flags |= libc::IFF_VNET_HDR;
            }
        }
        let exclusive = if queue == 0 { first_flags } else { 0 };
        tap.name = sys::set_iff(tun.as_fd(), &tap.name, flags | exclusive).map_err(failed)?;
        tap.queues.push(tun);
    }
    Ok(tap)
}
