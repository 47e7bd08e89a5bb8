//! What the API that a procedure stands for is called, for messages that name it.

use super::{Procedure, qemu::QEMU_PROCEDURES};
use crate::error::ErrorDomain;

/// Words of procedure names that APIs do not simply write with a capital.
const WORDS: &[(&str, &str)] = &[
    ("cpu", "CPU"),
    ("dhcp", "DHCP"),
    ("fd", "FD"),
    ("fsfreeze", "FSFreeze"),
    ("fsinfo", "FSInfo"),
    ("fsthaw", "FSThaw"),
    ("fstrim", "FSTrim"),
    ("id", "ID"),
    ("iothread", "IOThread"),
    ("mac", "MAC"),
    ("nmi", "NMI"),
    ("nwfilter", "NWFilter"),
    ("nwfilters", "NWFilters"),
    ("os", "OS"),
    ("pm", "PM"),
    ("scsi", "SCSI"),
    ("sev", "SEV"),
    ("ssh", "SSH"),
    ("uri", "URI"),
    ("uuid", "UUID"),
    ("wwn", "WWN"),
    ("xml", "XML"),
];

impl Procedure {
    /// The API's name: `virDomainGetXMLDesc` for `domain_get_xml_desc`.
    pub fn api(&self) -> String {
        let mut name = String::from("vir");
        for word in self.name.split('_') {
            // Registering has one API, however old the procedure that carries it.
            if word == "callback" && self.name.contains("_event_") {
                continue;
            }
            match WORDS.iter().find(|(from, _)| *from == word) {
                Some((_, to)) => name.push_str(to),
                None => {
                    let (first, rest) = word.split_at(word.len().min(1));
                    name.push_str(&first.to_ascii_uppercase());
                    name.push_str(rest);
                }
            }
            if word == "domain" && self.is_qemu() {
                name.push_str("Qemu");
            }
        }
        name
    }

    /// The domain of errors that concern the API as such: that it is not supported, or forbidden on a read-only
    /// connection.
    pub fn error_domain(&self) -> ErrorDomain {
        let is = |prefix: &str| self.name.starts_with(prefix);
        let lists = |what: &str| self.name.starts_with("connect_") && self.name.contains(what);
        if self.is_qemu() || ["connect_open", "connect_close"].contains(&self.name) {
            ErrorDomain::None
        } else if is("domain_snapshot")
            || is("domain_revert_to_snapshot")
            || self.name.contains("_current_snapshot")
            || self.name.ends_with("_snapshots")
        {
            ErrorDomain::DomainSnapshot
        } else if is("domain_checkpoint") || self.name.ends_with("_checkpoints") {
            ErrorDomain::DomainCheckpoint
        } else if is("network_") || lists("_network") {
            ErrorDomain::Network
        } else if is("nwfilter") || lists("_nwfilter") {
            ErrorDomain::Nwfilter
        } else if is("interface_") || lists("_interfaces") {
            ErrorDomain::Interface
        } else if is("storage_") || lists("_storage_pool") {
            ErrorDomain::Storage
        } else if is("secret_") || lists("_secret") {
            ErrorDomain::Secret
        } else if is("node_device_")
            || is("node_num_of_devices")
            || is("node_list_devices")
            || lists("_node_device")
        {
            ErrorDomain::Nodedev
        } else {
            ErrorDomain::Domain
        }
    }

    /// The flags that a read-only connection may not set in a call it may otherwise make: those that show secrets or
    /// have the guest's agent asked. `domain_interface_addresses` has no flags but a source, of which the agent is
    /// the one denied.
    pub fn flags_denied_to_read_only(&self) -> u32 {
        if self.is_qemu() {
            return 0;
        }
        match self.name {
            // The secure and the migratable form.
            "domain_get_xml_desc" => 0b1001,
            "domain_snapshot_get_xml_desc"
            | "domain_checkpoint_get_xml_desc"
            | "domain_managed_save_get_xml_desc" => 0b1,
            // What the guest says of its processors.
            "domain_get_vcpus_flags" => 0b1000,
            _ => 0,
        }
    }

    fn is_qemu(&self) -> bool {
        QEMU_PROCEDURES.as_ptr_range().contains(&std::ptr::from_ref(self))
    }
}
