use std::collections::HashSet;

use super::*;
use crate::error::ErrorDomain;

#[test]
fn every_number_stands_exactly_once_and_in_order() {
    let numbers: Vec<i32> = PROCEDURES.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=453).collect::<Vec<_>>());
    let numbers: Vec<i32> = QEMU_PROCEDURES.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=7).collect::<Vec<_>>());
    let names: HashSet<&str> = PROCEDURES.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), 453);
}

#[test]
fn a_row_is_found_by_its_number() {
    assert_eq!(procedure(RemoteProc::DomainGetInfo.into()).unwrap().name, "domain_get_info");
    assert_eq!(procedure(453).unwrap().name, "domain_event_nic_mac_change");
    assert_eq!(qemu_procedure(QemuProc::DomainAgentCommand as i32).unwrap().name, "domain_agent_command");
    for number in [0, -1, 454, i32::MIN, i32::MAX] {
        assert_eq!(procedure(number), None);
        assert_eq!(qemu_procedure(number), None);
    }
}

fn row(name: &str) -> &'static Procedure {
    PROCEDURES.iter().chain(&QEMU_PROCEDURES).find(|row| row.name == name).unwrap()
}

#[test]
fn apis_are_called_by_their_names() {
    for (name, api) in [
        ("domain_get_xml_desc", "virDomainGetXMLDesc"),
        ("domain_get_os_type", "virDomainGetOSType"),
        ("connect_get_cpu_model_names", "virConnectGetCPUModelNames"),
        ("node_get_free_memory", "virNodeGetFreeMemory"),
        ("domain_fsfreeze", "virDomainFSFreeze"),
        ("connect_list_all_nwfilter_bindings", "virConnectListAllNWFilterBindings"),
        ("node_device_lookup_scsi_host_by_wwn", "virNodeDeviceLookupSCSIHostByWWN"),
        ("connect_domain_event_callback_register_any", "virConnectDomainEventRegisterAny"),
        ("connect_register_close_callback", "virConnectRegisterCloseCallback"),
        ("domain_open_graphics_fd", "virDomainOpenGraphicsFD"),
        ("domain_agent_command", "virDomainQemuAgentCommand"),
        ("domain_migrate_prepare3_params", "virDomainMigratePrepare3Params"),
    ] {
        assert_eq!(row(name).api(), api);
    }
}

#[test]
fn errors_of_an_api_have_its_domain() {
    for (name, domain) in [
        ("domain_get_info", ErrorDomain::Domain),
        ("connect_get_capabilities", ErrorDomain::Domain),
        ("connect_open", ErrorDomain::None),
        ("domain_agent_command", ErrorDomain::None),
        ("domain_list_all_snapshots", ErrorDomain::DomainSnapshot),
        ("domain_has_current_snapshot", ErrorDomain::DomainSnapshot),
        ("domain_has_managed_save_image", ErrorDomain::Domain),
        ("connect_list_all_networks", ErrorDomain::Network),
        ("network_port_delete", ErrorDomain::Network),
        ("storage_vol_delete", ErrorDomain::Storage),
        ("connect_find_storage_pool_sources", ErrorDomain::Storage),
        ("node_list_devices", ErrorDomain::Nodedev),
        ("node_get_info", ErrorDomain::Domain),
        ("nwfilter_binding_delete", ErrorDomain::Nwfilter),
        ("connect_list_secrets", ErrorDomain::Secret),
        ("connect_num_of_defined_interfaces", ErrorDomain::Interface),
        ("domain_interface_stats", ErrorDomain::Domain),
    ] {
        assert_eq!(row(name).error_domain(), domain, "{name}");
    }
}

#[test]
fn a_read_only_connection_changes_nothing() {
    let changes = [
        "create", "define", "undefine", "destroy", "delete", "set", "update", "attach", "detach", "begin",
        "write", "upload", "reset", "reboot", "shutdown", "suspend", "resume", "migrate", "rename", "revert",
        "save", "pin", "add", "del", "abort", "wipe", "resize", "refresh", "build", "send", "inject",
    ];
    let reads = |name: &str| {
        let words: Vec<&str> = name.split('_').collect();
        ["get", "has", "list"].iter().any(|word| words.contains(word))
    };
    for row in PROCEDURES.iter().filter(|row| row.read_only && row.status != ServeStatus::Event) {
        let changes = row.name.split('_').any(|word| changes.contains(&word));
        assert!(!changes || reads(row.name), "{}", row.name);
    }
    for name in ["domain_migrate_get_max_speed", "domain_open_console", "domain_save_image_get_xml_desc"] {
        assert!(!row(name).read_only, "{name}");
    }
    assert!(QEMU_PROCEDURES.iter().all(|row| !row.read_only || row.status == ServeStatus::Event));
}

#[test]
fn access_is_written_as_an_object_and_a_permission() {
    let objects = [
        "connect",
        "domain",
        "interface",
        "network",
        "network_port",
        "node_device",
        "nwfilter",
        "nwfilter_binding",
        "secret",
        "storage_pool",
        "storage_vol",
    ];
    for row in PROCEDURES.iter().chain(&QEMU_PROCEDURES) {
        for access in row.access {
            let (object, permission) = access.trim_start_matches("filter ").split_once(':').unwrap();
            assert!(objects.contains(&object) && !permission.is_empty(), "{access}");
        }
        let open = row.status == ServeStatus::Event
            || row.name.starts_with("auth_")
            || ["connect_close", "connect_is_secure"].contains(&row.name);
        assert!(open || !row.access.is_empty(), "{}", row.name);
    }
}
