//! Whether guests can run here: the host's `/dev/kvm`, and what it says of itself.
//!
//! The daemon asks it a few questions and hands its descriptor on; it never runs a guest.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;

use nix::fcntl::{OFlag, open};
use nix::sys::stat::Mode;
use nix::unistd::{Gid, Group};

use super::cpu::features::{FeatureSet, Register, Word, lookup};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// The device.
pub const DEVICE: &str = "/dev/kvm";

// <linux/kvm.h>
const KVM_CREATE_VM: libc::Ioctl = 0xae01;
const KVM_CHECK_EXTENSION: libc::Ioctl = 0xae03;
const KVM_CREATE_VCPU: libc::Ioctl = 0xae41;
const KVM_GET_TSC_KHZ: libc::Ioctl = 0xaea3;
const KVM_GET_SUPPORTED_CPUID: libc::Ioctl = 0xc008_ae05;
const KVM_GET_MSRS: libc::Ioctl = 0xc008_ae88;
const KVM_CAP_NR_VCPUS: libc::c_ulong = 9;
const KVM_CAP_TSC_DEADLINE_TIMER: libc::c_ulong = 72;
const KVM_CAP_TSC_CONTROL: libc::c_ulong = 60;
const KVM_CAP_MAX_VCPUS: libc::c_ulong = 66;

/// Most CPUID entries that are believed: the kernel's own limit (`KVM_MAX_CPUID_ENTRIES`).
const MAX_CPUID_ENTRIES: usize = 256;

/// An open `/dev/kvm`.
#[derive(Debug)]
pub struct Kvm(OwnedFd);

/// `struct kvm_cpuid_entry2`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct CpuidEntry {
    function: u32,
    index: u32,
    flags: u32,
    registers: [u32; 4],
    padding: [u32; 3],
}

/// `struct kvm_cpuid2` with room for all entries.
#[repr(C)]
struct Cpuid {
    count: u32,
    padding: u32,
    entries: [CpuidEntry; MAX_CPUID_ENTRIES],
}

/// `struct kvm_msrs` with room for one.
#[repr(C)]
struct OneMsr {
    count: u32,
    padding: u32,
    index: u32,
    reserved: u32,
    data: u64,
}

impl Kvm {
    /// Opens the device. The error says what to do.
    pub fn open() -> Result<Self> {
        match open(DEVICE, OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty()) {
            Ok(fd) => Ok(Self(fd)),
            Err(error) => Err(unavailable(error.into())),
        }
    }

    /// Whether the device can be opened, without opening it.
    pub fn is_there() -> bool {
        use nix::unistd::{AccessFlags, access};
        access(DEVICE, AccessFlags::R_OK | AccessFlags::W_OK).is_ok()
    }

    /// The descriptor, to be handed to a guest's process.
    pub fn into_fd(self) -> OwnedFd {
        self.0
    }

    /// Most vCPUs that one guest may have.
    pub fn max_vcpus(&self) -> u32 {
        let asked = [KVM_CAP_MAX_VCPUS, KVM_CAP_NR_VCPUS].map(|capability| self.extension(capability));
        // A kernel that knows neither runs four, says its documentation.
        asked.into_iter().find(|count| *count > 0).unwrap_or(4)
    }

    /// The features that a guest can be given.
    pub fn supported_features(&self) -> io::Result<FeatureSet> {
        let mut cpuid = Box::new(Cpuid {
            count: MAX_CPUID_ENTRIES as u32,
            padding: 0,
            entries: [CpuidEntry::default(); MAX_CPUID_ENTRIES],
        });
        // SAFETY: the pointer is to a `struct kvm_cpuid2` whose count is that of the entries behind it, and the
        // kernel writes at most so many.
        let result = unsafe {
            libc::ioctl(self.0.as_raw_fd(), KVM_GET_SUPPORTED_CPUID, std::ptr::from_mut(&mut *cpuid))
        };
        if result < 0 {
            return Err(io::Error::last_os_error());
        }
        let entries = &cpuid.entries[..(cpuid.count as usize).min(MAX_CPUID_ENTRIES)];
        let mut features = FeatureSet::from_words(|word| match word {
            Word::Cpuid(leaf, subleaf, register) => entries
                .iter()
                .find(|entry| (entry.function, entry.index) == (leaf, subleaf))
                .map_or(0, |entry| value(entry, register)),
            Word::Msr(index) => self.msr(index).unwrap_or(0) as u32,
        });
        // KVM leaves these two to whoever builds the guest.
        let deadline = self.extension(KVM_CAP_TSC_DEADLINE_TIMER) > 0;
        for (name, shown) in [("hypervisor", true), ("tsc-deadline", deadline)] {
            lookup(name).filter(|_| shown).into_iter().for_each(|feature| features.insert(feature));
        }
        Ok(features)
    }

    /// What a guest reads from a feature register by default, if KVM has it.
    pub fn msr(&self, index: u32) -> Option<u64> {
        let mut msr = OneMsr { count: 1, padding: 0, index, reserved: 0, data: 0 };
        // SAFETY: the pointer is to a `struct kvm_msrs` with the one entry that its count says.
        let read = unsafe { libc::ioctl(self.0.as_raw_fd(), KVM_GET_MSRS, std::ptr::from_mut(&mut msr)) };
        (read == 1).then_some(msr.data)
    }

    /// Frequency of guests' time stamp counters in Hz, and whether it can be another than the host's. It takes a
    /// guest that never runs to know.
    pub fn tsc(&self) -> Option<(u64, bool)> {
        let vm = self.create(&self.0, KVM_CREATE_VM)?;
        let vcpu = self.create(&vm, KVM_CREATE_VCPU)?;
        // SAFETY: KVM_GET_TSC_KHZ takes no argument.
        let khz = unsafe { libc::ioctl(vcpu.as_raw_fd(), KVM_GET_TSC_KHZ, 0) };
        let khz = u64::try_from(khz).ok()?;
        Some((khz * 1000, self.extension(KVM_CAP_TSC_CONTROL) > 0))
    }

    fn create(&self, parent: &OwnedFd, request: libc::Ioctl) -> Option<OwnedFd> {
        // SAFETY: both requests take a number (a type, an index) and return a new descriptor.
        let fd = unsafe { libc::ioctl(parent.as_raw_fd(), request, 0) };
        // SAFETY: the descriptor is new and nobody else's.
        (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd) })
    }

    fn extension(&self, capability: libc::c_ulong) -> u32 {
        // SAFETY: KVM_CHECK_EXTENSION takes the capability's number.
        let value = unsafe { libc::ioctl(self.0.as_raw_fd(), KVM_CHECK_EXTENSION, capability) };
        u32::try_from(value).unwrap_or(0)
    }
}

fn value(entry: &CpuidEntry, register: Register) -> u32 {
    entry.registers[register as usize]
}

/// Reads a model-specific register of the host's first CPU, where the host offers them.
pub fn host_msr(index: u32) -> Option<u64> {
    use std::os::unix::fs::FileExt;
    let mut bytes = [0; 8];
    File::open("/dev/cpu/0/msr").ok()?.read_exact_at(&mut bytes, u64::from(index)).ok()?;
    Some(u64::from_le_bytes(bytes))
}

/// Why there is no KVM, and what to do about it.
fn unavailable(error: io::Error) -> Error {
    let reason = match error.raw_os_error() {
        Some(libc::ENOENT) => format!(
            "{DEVICE} is missing. Check that virtualization is enabled in the host BIOS, \
             and host configuration is setup to load the kvm modules"
        ),
        Some(libc::ENODEV | libc::ENXIO) => {
            format!("{DEVICE} has no driver behind it: load the kvm_intel or kvm_amd module")
        }
        Some(libc::EACCES | libc::EPERM) => denied(),
        _ => format!("cannot open {DEVICE}: {error}"),
    };
    let text = format!("Domain requires KVM, but it is not available: {reason}");
    Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, text)
}

/// Who may open the device.
fn denied() -> String {
    let Ok(status) = std::fs::metadata(DEVICE) else { return format!("no permission to open {DEVICE}") };
    let gid = status.gid();
    let group =
        Group::from_gid(Gid::from_raw(gid)).ok().flatten().map_or(gid.to_string(), |group| group.name);
    format!(
        "no permission to open {DEVICE} (mode {:o}): become a member of group {group} and log in anew",
        status.mode() & 0o777
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_device_says_what_to_do() {
        let error = unavailable(io::Error::from_raw_os_error(libc::ENOENT));
        assert_eq!(error.code(), ErrorCode::ConfigUnsupported);
        assert!(
            error.message().contains("/dev/kvm is missing. Check that virtualization is enabled"),
            "{error}"
        );
    }

    #[test]
    fn guests_can_be_given_the_basics() {
        let kvm = match Kvm::open() {
            Ok(kvm) => kvm,
            Err(error) => return eprintln!("skipped: {error}"),
        };
        assert!(kvm.max_vcpus() >= 4);
        let features = kvm.supported_features().unwrap();
        for name in ["fpu", "sse2", "lm"] {
            assert!(features.contains(lookup(name).unwrap()), "{name}");
        }
    }
}
