//! The kernel's packet mover for guests, `/dev/vhost-net`.

use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::stat::Mode;

use crate::error::NetError;

/// Opens it once per queue. `None` where the host does not have it, unless the guest insists on it
/// (`<driver name='vhost'/>`).
pub fn open_queues(queues: usize, required: bool) -> Result<Option<Vec<OwnedFd>>, NetError> {
    let mut fds = Vec::with_capacity(queues);
    for _ in 0..queues {
        match open("/dev/vhost-net", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty()) {
            Ok(fd) => fds.push(fd),
            Err(_) if required => {
                let text = "vhost-net was requested for an interface, but is unavailable";
                return Err(NetError::Unsupported(text.into()));
            }
            // Out of descriptors is no reason to run the guest slower in silence.
            Err(error @ (Errno::EMFILE | Errno::ENFILE)) => {
                return Err(NetError::system("Cannot open /dev/vhost-net", error));
            }
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(fds))
}
