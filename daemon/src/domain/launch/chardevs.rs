//! Serial ports: the host's side of each, and of what else is a character device.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{self, SetArg};
use vireo_control::{ChardevSpec, FdIndex, SerialSpec, SerialTarget};

use super::sockets::Sockets;
use super::{Fds, alias, unsupported};
use crate::domain::def::DomainDef;
use crate::domain::def::devices::chardev::{ChardevBackend, ChardevLog, ConsoleTargetType, UnixMode};
use crate::domain::def::devices::{Console, Serial};
use crate::domain::def::words::OnOff;
use crate::domain::vmm::socket;
use crate::error::{Error, ErrorDomain, Result};

/// COM1 to COM4.
const MAX_PORTS: u32 = 4;

/// `domain_log` is where what goes to a standard output ends.
pub(super) fn open_all(
    def: &mut DomainDef,
    domain_log: &File,
    fds: &mut Fds,
    sockets: &mut Sockets,
) -> Result<Vec<SerialSpec>> {
    let devices = &mut def.devices;
    let open = |serial| open(serial, domain_log, fds, sockets);
    let specs = devices.serials.iter_mut().map(open).collect::<Result<Vec<_>>>()?;
    for console in &mut devices.consoles {
        mirror(console, &devices.serials);
    }
    Ok(specs)
}

fn open(serial: &mut Serial, domain_log: &File, fds: &mut Fds, sockets: &mut Sockets) -> Result<SerialSpec> {
    if serial.port >= MAX_PORTS {
        return Err(unsupported(format!("<serial> with port '{}': there are {MAX_PORTS}", serial.port)));
    }
    let log = serial.log.as_ref().map(|log| open_log(log, fds)).transpose()?;
    Ok(SerialSpec {
        alias: alias(&serial.info)?,
        target: SerialTarget::Isa { port: serial.port as u8 },
        backend: open_backend(&mut serial.backend, domain_log, fds, sockets)?,
        log,
    })
}

/// A console on a serial port is that port.
fn mirror(console: &mut Console, serials: &[Serial]) {
    if console.target_type != ConsoleTargetType::Serial {
        return;
    }
    if let Some(serial) = serials.iter().find(|serial| serial.port == console.port) {
        console.backend = serial.backend.clone();
    }
}

pub(super) fn open_backend(
    backend: &mut ChardevBackend,
    domain_log: &File,
    fds: &mut Fds,
    sockets: &mut Sockets,
) -> Result<ChardevSpec> {
    match backend {
        ChardevBackend::Null => Ok(ChardevSpec::Null),
        ChardevBackend::Pty { path } => {
            let (master, name) = open_pty()
                .map_err(|error| Error::system(ErrorDomain::Qemu, "cannot open a pseudo-terminal", &error))?;
            *path = Some(name);
            Ok(ChardevSpec::Pty(fds.add(master)))
        }
        ChardevBackend::File { path, append } => {
            Ok(ChardevSpec::File(fds.add(open_output(path, append.is_some_and(OnOff::is_on))?)))
        }
        ChardevBackend::Stdio => {
            let log = domain_log
                .try_clone()
                .map_err(|error| Error::system(ErrorDomain::Qemu, "cannot copy a descriptor", &error))?;
            Ok(ChardevSpec::Stdio(fds.add(open_null()?), fds.add(log)))
        }
        ChardevBackend::Unix { path: Some(path), mode, .. } => open_socket(path, *mode, fds, sockets),
        other => Err(unsupported(format!("a character device of type '{}'", other.kind()))),
    }
}

/// A pseudo-terminal's master side, and the name of the other. It changes nothing of what passes.
fn open_pty() -> io::Result<(OwnedFd, String)> {
    let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname_r(&master)?;
    let mut settings = termios::tcgetattr(master.as_fd())?;
    termios::cfmakeraw(&mut settings);
    termios::tcsetattr(master.as_fd(), SetArg::TCSANOW, &settings)?;
    // A descriptor of its own: `PtyMaster` gives its up only by number.
    let descriptor = master.as_fd().try_clone_to_owned()?;
    Ok((descriptor, name))
}

pub(super) fn open_log(log: &ChardevLog, fds: &mut Fds) -> Result<FdIndex> {
    open_output(&log.file, log.append.is_some_and(OnOff::is_on)).map(|file| fds.add(file))
}

/// A file for what the guest writes.
fn open_output(path: &str, append: bool) -> Result<File> {
    let failed = |error| Error::system(ErrorDomain::Qemu, format!("Failed to create file '{path}'"), &error);
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600).custom_flags(libc::O_NONBLOCK);
    // Written at its end in any case: what else is in it was emptied out above, or is to stay.
    options.append(true);
    let file = options.open(path).map_err(failed)?;
    let kind = file.metadata().map_err(failed)?.file_type();
    if kind.is_file() && !append {
        file.set_len(0).map_err(failed)?;
    }
    if !kind.is_file() && !kind.is_char_device() && !kind.is_fifo() {
        return Err(unsupported(format!("'{path}' is not a file that text can be written to")));
    }
    Ok(file)
}

/// A guest's standard input: nobody is there to type.
fn open_null() -> Result<File> {
    File::open("/dev/null")
        .map_err(|error| Error::system(ErrorDomain::Qemu, "cannot open '/dev/null'", &error))
}

fn open_socket(path: &str, mode: UnixMode, fds: &mut Fds, sockets: &mut Sockets) -> Result<ChardevSpec> {
    let failed = |what: &'static str| {
        move |error| Error::system(ErrorDomain::Qemu, format!("cannot {what} unix socket '{path}'"), &error)
    };
    match mode {
        UnixMode::Bind => {
            let listener = socket::listen(Path::new(path)).map_err(failed("listen at"))?;
            sockets.add(Path::new(path));
            Ok(ChardevSpec::UnixListen(fds.add(listener)))
        }
        UnixMode::Connect => {
            let stream: UnixStream = socket::connect(Path::new(path)).map_err(failed("connect to"))?;
            Ok(ChardevSpec::UnixConnected(fds.add(stream)))
        }
    }
}
