//! `<domain type=>`: the hypervisor a domain is for. It names types and never asks what the host can run.

use super::words::words;

words! {
    /// `<domain type=>`.
    pub enum VirtType {
        /// KVM: the only one served.
        Kvm = "kvm",
    }
}

/// The types of other hypervisors that libvirt has names for.
const OTHERS: &[&str] = &[
    "none",
    "qemu",
    "kqemu",
    "xen",
    "lxc",
    "uml",
    "openvz",
    "test",
    "vmware",
    "hyperv",
    "vbox",
    "phyp",
    "parallels",
    "bhyve",
    "vz",
    "hvf",
];

/// Whether libvirt has this name for a domain type, served or not.
pub fn is_virt_type(name: &str) -> bool {
    VirtType::from_word(name).is_some() || OTHERS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_libvirts() {
        for name in ["kvm", "qemu", "kqemu", "none", "hvf"] {
            assert!(is_virt_type(name), "{name}");
        }
        for name in ["", "KVM", "vireo"] {
            assert!(!is_virt_type(name), "{name}");
        }
    }
}
