//! What the host is called: its name, and its UUID.

use std::ffi::{CStr, CString};
use std::io;
use std::path::Path;
use std::ptr;

use uuid::Uuid;

use super::sources::Sources;
use crate::error::{Error, ErrorDomain, Result};

/// The host's name as libvirt tells it: canonical, that is with its domain, where the resolver knows one.
///
/// It may ask the network, and wait: not for the runtime's threads.
pub fn hostname() -> Result<String> {
    let failed = |error: io::Error| Error::system(ErrorDomain::None, "failed to determine host name", &error);
    let name = nix::unistd::gethostname().map_err(|error| failed(error.into()))?;
    let name = name.into_string().map_err(|_| failed(io::Error::from_raw_os_error(libc::EILSEQ)))?;
    if name.starts_with("localhost") || name.contains('.') {
        return Ok(name);
    }
    // A resolver that falls back on the local host does not know the name.
    Ok(canonical(&name).filter(|canonical| !canonical.starts_with("localhost")).unwrap_or(name))
}

/// What the resolver calls this name.
fn canonical(name: &str) -> Option<String> {
    let name = CString::new(name).ok()?;
    // SAFETY: a `struct addrinfo` of zeroes asks for nothing special.
    let mut hints: libc::addrinfo = unsafe { std::mem::zeroed() };
    hints.ai_flags = libc::AI_CANONNAME;
    let mut answers = ptr::null_mut();
    // SAFETY: the name is a C string, no service is asked for, and the last pointer is to where the answers go.
    if unsafe { libc::getaddrinfo(name.as_ptr(), ptr::null(), &hints, &mut answers) } != 0
        || answers.is_null()
    {
        return None;
    }
    // SAFETY: the call succeeded, so the list has a first answer, whose name is a C string or absent.
    let canonical = unsafe {
        let text = (*answers).ai_canonname;
        (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
    };
    // SAFETY: the list is the resolver's, and nothing points into it any more.
    unsafe { libc::freeaddrinfo(answers) };
    canonical
}

/// The host's UUID: its firmware's, else the installation's (`/etc/machine-id`), else one made up that lasts as long
/// as the daemon.
pub fn uuid(sources: &Sources) -> Uuid {
    firmware_uuid(sources).or_else(|| machine_id(Path::new("/etc/machine-id"))).unwrap_or_else(Uuid::new_v4)
}

fn firmware_uuid(sources: &Sources) -> Option<Uuid> {
    let uuid = Uuid::parse_str(&sources.text("class/dmi/id/product_uuid")?).ok()?;
    // Boards whose maker forgot to set one have the same byte sixteen times.
    let bytes = uuid.as_bytes();
    bytes.iter().any(|byte| *byte != bytes[0]).then_some(uuid)
}

fn machine_id(path: &Path) -> Option<Uuid> {
    Uuid::parse_str(std::fs::read_to_string(path).ok()?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_has_a_name() {
        assert!(!hostname().unwrap().is_empty());
    }

    #[test]
    fn a_boards_forgotten_uuid_is_not_believed() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("sys/class/dmi/id");
        std::fs::create_dir_all(&folder).unwrap();
        let sources = Sources::at(root.path());
        std::fs::write(folder.join("product_uuid"), "ffffffff-ffff-ffff-ffff-ffffffffffff\n").unwrap();
        assert_eq!(firmware_uuid(&sources), None);
        std::fs::write(folder.join("product_uuid"), "4C4C4544-0051-3410-8052-B6C04F4D5331\n").unwrap();
        assert_eq!(firmware_uuid(&sources).unwrap().to_string(), "4c4c4544-0051-3410-8052-b6c04f4d5331");
    }
}
