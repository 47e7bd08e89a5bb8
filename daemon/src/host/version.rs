//! The versions that clients ask for, and gate features on.

use crate::error::{Error, ErrorCode, ErrorDomain, Result};

const fn version(major: u64, minor: u64, release: u64) -> u64 {
    major * 1_000_000 + minor * 1_000 + release
}

/// `virConnectGetLibVersion`: the level of the API served.
///
/// Clients ask for at least what they need (OpenStack's oldest is 8.0.0, its next 10.0.0), and take a level they
/// know for a promise of all below it. What is not served beyond it answers for itself, by its error.
pub const LIB: u64 = version(10, 0, 0);

/// `virConnectGetVersion`: the hypervisor's level.
///
/// For a connection of type QEMU it is compared with QEMU's releases (OpenStack's next minimum is 8.2.2); the
/// machine types are told as those of the same release.
pub const HYPERVISOR: u64 = version(10, 0, 0);

/// The oldest release whose versioned machine types are taken as names of ours.
pub const OLDEST_MACHINE: (u32, u32) = (2, 4);

/// `virConnectGetMaxVcpus` for a connection whose guests all run on KVM: `kvm`, or no type at all.
pub fn check_domain_type(name: Option<&str>) -> Result<()> {
    match name {
        None => Ok(()),
        Some(name) if name.eq_ignore_ascii_case("kvm") => Ok(()),
        Some(name) => {
            Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, format_args!("unknown type '{name}'")))
        }
    }
}
