//! Keyboard and screen. Guests have neither yet (`input`, `graphics` and `video` are inert among the fates).

use std::os::fd::OwnedFd;

use rustix::fs::{FileType, fstat};
use vireo_protocol::remote::{
    DomainOpenGraphicsArgs, DomainOpenGraphicsFdArgs, DomainSendKeyArgs, NonnullDomain,
};

use super::{check_flags, live, snapshot};
use crate::api::arguments::there;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH`
const SKIPAUTH: u32 = 1;

/// `virKeycodeSet`: as many as there are.
const CODESETS: u32 = 10;

/// `DOMAIN_SEND_KEY`
pub async fn domain_send_key(call: &Call, args: DomainSendKeyArgs) -> Result<()> {
    const FUNCTION: &str = "virDomainSendKey";
    there(!args.keycodes.is_empty(), FUNCTION, "keycodes")?;
    if args.codeset >= CODESETS {
        let text = format!("Unsupported codeset '{}'", args.codeset);
        return Err(Error::invalid_argument(ErrorDomain::Domain, FUNCTION, "codeset", text));
    }
    check_flags(args.flags, 0, "qemuDomainSendKey")?;
    live(&*snapshot(call, &args.dom)?)?;
    Err(Error::new(ErrorCode::OperationUnsupported, ErrorDomain::Qemu, "the guest has no keyboard"))
}

/// `DOMAIN_OPEN_GRAPHICS`: over the client's own socket.
pub async fn domain_open_graphics(call: &Call, args: DomainOpenGraphicsArgs) -> Result<()> {
    let fds = call.take_fds();
    let Some(fd) = fds.first() else {
        return Err(Error::internal(ErrorDomain::Rpc, "No FD available at slot 0"));
    };
    if !is_socket(fd) {
        let (function, argument) = ("virDomainOpenGraphics", "fd");
        let text = "fd must be a socket";
        return Err(Error::invalid_argument(ErrorDomain::Domain, function, argument, text));
    }
    open(call, &args.dom, args.idx, args.flags, "qemuDomainOpenGraphics")
}

/// `DOMAIN_OPEN_GRAPHICS_FD`: over a socket made for it.
pub async fn domain_open_graphics_fd(call: &Call, args: DomainOpenGraphicsFdArgs) -> Result<()> {
    open(call, &args.dom, args.idx, args.flags, "qemuDomainOpenGraphicsFD")
}

/// What comes of opening a screen of this number.
fn open(call: &Call, dom: &NonnullDomain, index: u32, flags: u32, function: &str) -> Result<()> {
    check_flags(flags, SKIPAUTH, function)?;
    live(&*snapshot(call, dom)?)?;
    Err(Error::internal(ErrorDomain::Qemu, format!("No graphics backend with index {index}")))
}

fn is_socket(fd: &OwnedFd) -> bool {
    fstat(fd).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Socket)
}
