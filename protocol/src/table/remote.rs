//! The rows of the remote program.

use super::{Priority, Procedure, ServeStatus, StreamDirection, row, rows};

/// Hands every row of the remote program to a macro, in the shape that [`table`](crate::table) describes. The types
/// in the rows are those of [`remote`](crate::remote): bring them into scope where they are needed.
#[macro_export]
macro_rules! for_each_procedure {
    ($callback:path $(, $($before:tt)*)?) => {
        $callback! {
            $($($before)*)?
            { 1, connect_open, ConnectOpen, ConnectOpenArgs, (), High, ["connect:getattr"], true, None, Served }
            { 2, connect_close, ConnectClose, (), (), High, [], true, None, Served }
            { 3, connect_get_type, ConnectGetType, (), ConnectGetTypeRet, High, ["connect:getattr"], true, None, Served }
            { 4, connect_get_version, ConnectGetVersion, (), ConnectGetVersionRet, High, ["connect:getattr"], true, None, Served }
            { 5, connect_get_max_vcpus, ConnectGetMaxVcpus, ConnectGetMaxVcpusArgs, ConnectGetMaxVcpusRet, High, ["connect:read"], true, None, Served }
            { 6, node_get_info, NodeGetInfo, (), NodeGetInfoRet, High, ["connect:read"], true, None, Served }
            { 7, connect_get_capabilities, ConnectGetCapabilities, (), ConnectGetCapabilitiesRet, Low, ["connect:read"], true, None, Served }
            { 8, domain_attach_device, DomainAttachDevice, DomainAttachDeviceArgs, (), Low, ["domain:write"], false, None, Unsupported }
            { 9, domain_create, DomainCreate, DomainCreateArgs, (), Low, ["domain:start"], false, None, Served }
            { 10, domain_create_xml, DomainCreateXml, DomainCreateXmlArgs, DomainCreateXmlRet, Low, ["domain:write", "domain:start"], false, None, Served }
            { 11, domain_define_xml, DomainDefineXml, DomainDefineXmlArgs, DomainDefineXmlRet, High, ["domain:write", "domain:save"], false, None, Served }
            { 12, domain_destroy, DomainDestroy, DomainDestroyArgs, (), High, ["domain:stop"], false, None, Served }
            { 13, domain_detach_device, DomainDetachDevice, DomainDetachDeviceArgs, (), Low, ["domain:write"], false, None, Unsupported }
            { 14, domain_get_xml_desc, DomainGetXmlDesc, DomainGetXmlDescArgs, DomainGetXmlDescRet, Low, ["domain:read", "domain:read_secure:DOMAIN_XML_SECURE", "domain:read_secure:DOMAIN_XML_MIGRATABLE"], true, None, Served }
            { 15, domain_get_autostart, DomainGetAutostart, DomainGetAutostartArgs, DomainGetAutostartRet, High, ["domain:read"], true, None, Served }
            { 16, domain_get_info, DomainGetInfo, DomainGetInfoArgs, DomainGetInfoRet, Low, ["domain:read"], true, None, Served }
            { 17, domain_get_max_memory, DomainGetMaxMemory, DomainGetMaxMemoryArgs, DomainGetMaxMemoryRet, High, ["domain:read"], true, None, Served }
            { 18, domain_get_max_vcpus, DomainGetMaxVcpus, DomainGetMaxVcpusArgs, DomainGetMaxVcpusRet, High, ["domain:read"], true, None, Served }
            { 19, domain_get_os_type, DomainGetOsType, DomainGetOsTypeArgs, DomainGetOsTypeRet, High, ["domain:read"], true, None, Served }
            { 20, domain_get_vcpus, DomainGetVcpus, DomainGetVcpusArgs, DomainGetVcpusRet, High, ["domain:read"], true, None, Served }
            { 21, connect_list_defined_domains, ConnectListDefinedDomains, ConnectListDefinedDomainsArgs, ConnectListDefinedDomainsRet, High, ["connect:search_domains", "filter domain:getattr"], true, None, Served }
            { 22, domain_lookup_by_id, DomainLookupById, DomainLookupByIdArgs, DomainLookupByIdRet, High, ["domain:getattr"], true, None, Served }
            { 23, domain_lookup_by_name, DomainLookupByName, DomainLookupByNameArgs, DomainLookupByNameRet, High, ["domain:getattr"], true, None, Served }
            { 24, domain_lookup_by_uuid, DomainLookupByUuid, DomainLookupByUuidArgs, DomainLookupByUuidRet, High, ["domain:getattr"], true, None, Served }
            { 25, connect_num_of_defined_domains, ConnectNumOfDefinedDomains, (), ConnectNumOfDefinedDomainsRet, High, ["connect:search_domains", "filter domain:getattr"], true, None, Served }
            { 26, domain_pin_vcpu, DomainPinVcpu, DomainPinVcpuArgs, (), Low, ["domain:write"], false, None, Served }
            { 27, domain_reboot, DomainReboot, DomainRebootArgs, (), Low, ["domain:init_control", "domain:write:DOMAIN_REBOOT_GUEST_AGENT"], false, None, Served }
            { 28, domain_resume, DomainResume, DomainResumeArgs, (), Low, ["domain:suspend"], false, None, Served }
            { 29, domain_set_autostart, DomainSetAutostart, DomainSetAutostartArgs, (), High, ["domain:write"], false, None, Served }
            { 30, domain_set_max_memory, DomainSetMaxMemory, DomainSetMaxMemoryArgs, (), High, ["domain:write"], false, None, Served }
            { 31, domain_set_memory, DomainSetMemory, DomainSetMemoryArgs, (), Low, ["domain:write"], false, None, Served }
            { 32, domain_set_vcpus, DomainSetVcpus, DomainSetVcpusArgs, (), Low, ["domain:write"], false, None, Served }
            { 33, domain_shutdown, DomainShutdown, DomainShutdownArgs, (), Low, ["domain:init_control"], false, None, Served }
            { 34, domain_suspend, DomainSuspend, DomainSuspendArgs, (), Low, ["domain:suspend"], false, None, Served }
            { 35, domain_undefine, DomainUndefine, DomainUndefineArgs, (), High, ["domain:delete"], false, None, Served }
            { 36, connect_list_defined_networks, ConnectListDefinedNetworks, ConnectListDefinedNetworksArgs, ConnectListDefinedNetworksRet, High, ["connect:search_networks", "filter network:getattr"], true, None, Unsupported }
            { 37, connect_list_domains, ConnectListDomains, ConnectListDomainsArgs, ConnectListDomainsRet, High, ["connect:search_domains", "filter domain:getattr"], true, None, Served }
            { 38, connect_list_networks, ConnectListNetworks, ConnectListNetworksArgs, ConnectListNetworksRet, High, ["connect:search_networks", "filter network:getattr"], true, None, Unsupported }
            { 39, network_create, NetworkCreate, NetworkCreateArgs, (), Low, ["network:start"], false, None, Unsupported }
            { 40, network_create_xml, NetworkCreateXml, NetworkCreateXmlArgs, NetworkCreateXmlRet, Low, ["network:write", "network:start"], false, None, Unsupported }
            { 41, network_define_xml, NetworkDefineXml, NetworkDefineXmlArgs, NetworkDefineXmlRet, High, ["network:write", "network:save"], false, None, Unsupported }
            { 42, network_destroy, NetworkDestroy, NetworkDestroyArgs, (), High, ["network:stop"], false, None, Unsupported }
            { 43, network_get_xml_desc, NetworkGetXmlDesc, NetworkGetXmlDescArgs, NetworkGetXmlDescRet, High, ["network:read"], true, None, Unsupported }
            { 44, network_get_autostart, NetworkGetAutostart, NetworkGetAutostartArgs, NetworkGetAutostartRet, High, ["network:read"], true, None, Unsupported }
            { 45, network_get_bridge_name, NetworkGetBridgeName, NetworkGetBridgeNameArgs, NetworkGetBridgeNameRet, High, ["network:read"], true, None, Unsupported }
            { 46, network_lookup_by_name, NetworkLookupByName, NetworkLookupByNameArgs, NetworkLookupByNameRet, High, ["network:getattr"], true, None, Unsupported }
            { 47, network_lookup_by_uuid, NetworkLookupByUuid, NetworkLookupByUuidArgs, NetworkLookupByUuidRet, High, ["network:getattr"], true, None, Unsupported }
            { 48, network_set_autostart, NetworkSetAutostart, NetworkSetAutostartArgs, (), High, ["network:write"], false, None, Unsupported }
            { 49, network_undefine, NetworkUndefine, NetworkUndefineArgs, (), High, ["network:delete"], false, None, Unsupported }
            { 50, connect_num_of_defined_networks, ConnectNumOfDefinedNetworks, (), ConnectNumOfDefinedNetworksRet, High, ["connect:search_networks", "filter network:getattr"], true, None, Unsupported }
            { 51, connect_num_of_domains, ConnectNumOfDomains, (), ConnectNumOfDomainsRet, High, ["connect:search_domains", "filter domain:getattr"], true, None, Served }
            { 52, connect_num_of_networks, ConnectNumOfNetworks, (), ConnectNumOfNetworksRet, High, ["connect:search_networks", "filter network:getattr"], true, None, Unsupported }
            { 53, domain_core_dump, DomainCoreDump, DomainCoreDumpArgs, (), Low, ["domain:core_dump"], false, None, Unsupported }
            { 54, domain_restore, DomainRestore, DomainRestoreArgs, (), Low, ["domain:start", "domain:write"], false, None, Unsupported }
            { 55, domain_save, DomainSave, DomainSaveArgs, (), Low, ["domain:hibernate"], false, None, Unsupported }
            { 56, domain_get_scheduler_type, DomainGetSchedulerType, DomainGetSchedulerTypeArgs, DomainGetSchedulerTypeRet, Low, ["domain:read"], true, None, Served }
            { 57, domain_get_scheduler_parameters, DomainGetSchedulerParameters, DomainGetSchedulerParametersArgs, DomainGetSchedulerParametersRet, Low, ["domain:read"], true, None, Served }
            { 58, domain_set_scheduler_parameters, DomainSetSchedulerParameters, DomainSetSchedulerParametersArgs, (), Low, ["domain:read"], false, None, Served }
            { 59, connect_get_hostname, ConnectGetHostname, (), ConnectGetHostnameRet, High, ["connect:getattr"], true, None, Served }
            { 60, connect_supports_feature, ConnectSupportsFeature, ConnectSupportsFeatureArgs, ConnectSupportsFeatureRet, High, ["connect:getattr"], true, None, Served }
            { 61, domain_migrate_prepare, DomainMigratePrepare, DomainMigratePrepareArgs, DomainMigratePrepareRet, Low, ["domain:migrate", "domain:start", "domain:write"], false, None, Unsupported }
            { 62, domain_migrate_perform, DomainMigratePerform, DomainMigratePerformArgs, (), Low, ["domain:migrate"], false, None, Unsupported }
            { 63, domain_migrate_finish, DomainMigrateFinish, DomainMigrateFinishArgs, DomainMigrateFinishRet, Low, ["domain:migrate"], false, None, Unsupported }
            { 64, domain_block_stats, DomainBlockStats, DomainBlockStatsArgs, DomainBlockStatsRet, Low, ["domain:read"], true, None, Served }
            { 65, domain_interface_stats, DomainInterfaceStats, DomainInterfaceStatsArgs, DomainInterfaceStatsRet, High, ["domain:read"], true, None, Served }
            { 66, auth_list, AuthList, (), AuthListRet, High, [], true, None, Served }
            { 67, auth_sasl_init, AuthSaslInit, (), AuthSaslInitRet, High, [], true, None, Served }
            { 68, auth_sasl_start, AuthSaslStart, AuthSaslStartArgs, AuthSaslStartRet, High, [], true, None, Served }
            { 69, auth_sasl_step, AuthSaslStep, AuthSaslStepArgs, AuthSaslStepRet, High, [], true, None, Served }
            { 70, auth_polkit, AuthPolkit, (), AuthPolkitRet, High, [], true, None, Served }
            { 71, connect_num_of_storage_pools, ConnectNumOfStoragePools, (), ConnectNumOfStoragePoolsRet, High, ["connect:search_storage_pools", "filter storage_pool:getattr"], true, None, Served }
            { 72, connect_list_storage_pools, ConnectListStoragePools, ConnectListStoragePoolsArgs, ConnectListStoragePoolsRet, High, ["connect:search_storage_pools", "filter storage_pool:getattr"], true, None, Served }
            { 73, connect_num_of_defined_storage_pools, ConnectNumOfDefinedStoragePools, (), ConnectNumOfDefinedStoragePoolsRet, High, ["connect:search_storage_pools", "filter storage_pool:getattr"], true, None, Served }
            { 74, connect_list_defined_storage_pools, ConnectListDefinedStoragePools, ConnectListDefinedStoragePoolsArgs, ConnectListDefinedStoragePoolsRet, High, ["connect:search_storage_pools", "filter storage_pool:getattr"], true, None, Served }
            { 75, connect_find_storage_pool_sources, ConnectFindStoragePoolSources, ConnectFindStoragePoolSourcesArgs, ConnectFindStoragePoolSourcesRet, Low, ["connect:detect_storage_pools"], false, None, Served }
            { 76, storage_pool_create_xml, StoragePoolCreateXml, StoragePoolCreateXmlArgs, StoragePoolCreateXmlRet, Low, ["storage_pool:start", "storage_pool:write"], false, None, Served }
            { 77, storage_pool_define_xml, StoragePoolDefineXml, StoragePoolDefineXmlArgs, StoragePoolDefineXmlRet, High, ["storage_pool:write", "storage_pool:save"], false, None, Served }
            { 78, storage_pool_create, StoragePoolCreate, StoragePoolCreateArgs, (), Low, ["storage_pool:start"], false, None, Served }
            { 79, storage_pool_build, StoragePoolBuild, StoragePoolBuildArgs, (), Low, ["storage_pool:format"], false, None, Served }
            { 80, storage_pool_destroy, StoragePoolDestroy, StoragePoolDestroyArgs, (), High, ["storage_pool:stop"], false, None, Served }
            { 81, storage_pool_delete, StoragePoolDelete, StoragePoolDeleteArgs, (), Low, ["storage_pool:format"], false, None, Served }
            { 82, storage_pool_undefine, StoragePoolUndefine, StoragePoolUndefineArgs, (), High, ["storage_pool:delete"], false, None, Served }
            { 83, storage_pool_refresh, StoragePoolRefresh, StoragePoolRefreshArgs, (), Low, ["storage_pool:refresh"], false, None, Served }
            { 84, storage_pool_lookup_by_name, StoragePoolLookupByName, StoragePoolLookupByNameArgs, StoragePoolLookupByNameRet, High, ["storage_pool:getattr"], true, None, Served }
            { 85, storage_pool_lookup_by_uuid, StoragePoolLookupByUuid, StoragePoolLookupByUuidArgs, StoragePoolLookupByUuidRet, High, ["storage_pool:getattr"], true, None, Served }
            { 86, storage_pool_lookup_by_volume, StoragePoolLookupByVolume, StoragePoolLookupByVolumeArgs, StoragePoolLookupByVolumeRet, High, ["storage_pool:getattr"], true, None, Served }
            { 87, storage_pool_get_info, StoragePoolGetInfo, StoragePoolGetInfoArgs, StoragePoolGetInfoRet, High, ["storage_pool:read"], true, None, Served }
            { 88, storage_pool_get_xml_desc, StoragePoolGetXmlDesc, StoragePoolGetXmlDescArgs, StoragePoolGetXmlDescRet, High, ["storage_pool:read"], true, None, Served }
            { 89, storage_pool_get_autostart, StoragePoolGetAutostart, StoragePoolGetAutostartArgs, StoragePoolGetAutostartRet, High, ["storage_pool:read"], true, None, Served }
            { 90, storage_pool_set_autostart, StoragePoolSetAutostart, StoragePoolSetAutostartArgs, (), High, ["storage_pool:write"], false, None, Served }
            { 91, storage_pool_num_of_volumes, StoragePoolNumOfVolumes, StoragePoolNumOfVolumesArgs, StoragePoolNumOfVolumesRet, High, ["storage_pool:search_storage_vols", "filter storage_vol:getattr"], true, None, Served }
            { 92, storage_pool_list_volumes, StoragePoolListVolumes, StoragePoolListVolumesArgs, StoragePoolListVolumesRet, High, ["storage_pool:search_storage_vols", "filter storage_vol:getattr"], true, None, Served }
            { 93, storage_vol_create_xml, StorageVolCreateXml, StorageVolCreateXmlArgs, StorageVolCreateXmlRet, Low, ["storage_vol:create"], false, None, Served }
            { 94, storage_vol_delete, StorageVolDelete, StorageVolDeleteArgs, (), Low, ["storage_vol:delete"], false, None, Served }
            { 95, storage_vol_lookup_by_name, StorageVolLookupByName, StorageVolLookupByNameArgs, StorageVolLookupByNameRet, High, ["storage_vol:getattr"], true, None, Served }
            { 96, storage_vol_lookup_by_key, StorageVolLookupByKey, StorageVolLookupByKeyArgs, StorageVolLookupByKeyRet, High, ["storage_vol:getattr"], true, None, Served }
            { 97, storage_vol_lookup_by_path, StorageVolLookupByPath, StorageVolLookupByPathArgs, StorageVolLookupByPathRet, High, ["storage_vol:getattr"], true, None, Served }
            { 98, storage_vol_get_info, StorageVolGetInfo, StorageVolGetInfoArgs, StorageVolGetInfoRet, High, ["storage_vol:read"], true, None, Served }
            { 99, storage_vol_get_xml_desc, StorageVolGetXmlDesc, StorageVolGetXmlDescArgs, StorageVolGetXmlDescRet, High, ["storage_vol:read"], true, None, Served }
            { 100, storage_vol_get_path, StorageVolGetPath, StorageVolGetPathArgs, StorageVolGetPathRet, High, ["storage_vol:read"], true, None, Served }
            { 101, node_get_cells_free_memory, NodeGetCellsFreeMemory, NodeGetCellsFreeMemoryArgs, NodeGetCellsFreeMemoryRet, High, ["connect:read"], true, None, Served }
            { 102, node_get_free_memory, NodeGetFreeMemory, (), NodeGetFreeMemoryRet, High, ["connect:read"], true, None, Served }
            { 103, domain_block_peek, DomainBlockPeek, DomainBlockPeekArgs, DomainBlockPeekRet, Low, ["domain:block_read"], false, None, Unsupported }
            { 104, domain_memory_peek, DomainMemoryPeek, DomainMemoryPeekArgs, DomainMemoryPeekRet, Low, ["domain:mem_read"], false, None, Unsupported }
            { 105, connect_domain_event_register, ConnectDomainEventRegister, (), ConnectDomainEventRegisterRet, High, ["connect:search_domains", "filter domain:getattr"], true, None, Served }
            { 106, connect_domain_event_deregister, ConnectDomainEventDeregister, (), ConnectDomainEventDeregisterRet, High, ["connect:read"], true, None, Served }
            { 107, domain_event_lifecycle, DomainEventLifecycle, DomainEventLifecycleMsg, (), Low, [], true, None, Event }
            { 108, domain_migrate_prepare2, DomainMigratePrepare2, DomainMigratePrepare2Args, DomainMigratePrepare2Ret, Low, ["domain:migrate", "domain:start", "domain:write"], false, None, Unsupported }
            { 109, domain_migrate_finish2, DomainMigrateFinish2, DomainMigrateFinish2Args, DomainMigrateFinish2Ret, Low, ["domain:migrate"], false, None, Unsupported }
            { 110, connect_get_uri, ConnectGetUri, (), ConnectGetUriRet, High, ["connect:getattr"], true, None, Served }
            { 111, node_num_of_devices, NodeNumOfDevices, NodeNumOfDevicesArgs, NodeNumOfDevicesRet, High, ["connect:search_node_devices", "filter node_device:getattr"], true, None, Unsupported }
            { 112, node_list_devices, NodeListDevices, NodeListDevicesArgs, NodeListDevicesRet, High, ["connect:search_node_devices", "filter node_device:getattr"], true, None, Unsupported }
            { 113, node_device_lookup_by_name, NodeDeviceLookupByName, NodeDeviceLookupByNameArgs, NodeDeviceLookupByNameRet, High, ["node_device:getattr"], true, None, Unsupported }
            { 114, node_device_get_xml_desc, NodeDeviceGetXmlDesc, NodeDeviceGetXmlDescArgs, NodeDeviceGetXmlDescRet, Low, ["node_device:read"], true, None, Unsupported }
            { 115, node_device_get_parent, NodeDeviceGetParent, NodeDeviceGetParentArgs, NodeDeviceGetParentRet, High, ["node_device:read"], true, None, Unsupported }
            { 116, node_device_num_of_caps, NodeDeviceNumOfCaps, NodeDeviceNumOfCapsArgs, NodeDeviceNumOfCapsRet, High, ["node_device:read"], true, None, Unsupported }
            { 117, node_device_list_caps, NodeDeviceListCaps, NodeDeviceListCapsArgs, NodeDeviceListCapsRet, High, ["node_device:read"], true, None, Unsupported }
            { 118, node_device_dettach, NodeDeviceDettach, NodeDeviceDettachArgs, (), Low, ["node_device:detach"], false, None, Unsupported }
            { 119, node_device_re_attach, NodeDeviceReAttach, NodeDeviceReAttachArgs, (), Low, ["node_device:detach"], false, None, Unsupported }
            { 120, node_device_reset, NodeDeviceReset, NodeDeviceResetArgs, (), Low, ["node_device:detach"], false, None, Unsupported }
            { 121, domain_get_security_label, DomainGetSecurityLabel, DomainGetSecurityLabelArgs, DomainGetSecurityLabelRet, High, ["domain:read"], true, None, Served }
            { 122, node_get_security_model, NodeGetSecurityModel, (), NodeGetSecurityModelRet, High, ["connect:read"], true, None, Served }
            { 123, node_device_create_xml, NodeDeviceCreateXml, NodeDeviceCreateXmlArgs, NodeDeviceCreateXmlRet, Low, ["node_device:write", "node_device:start"], false, None, Unsupported }
            { 124, node_device_destroy, NodeDeviceDestroy, NodeDeviceDestroyArgs, (), High, ["node_device:stop"], false, None, Unsupported }
            { 125, storage_vol_create_xml_from, StorageVolCreateXmlFrom, StorageVolCreateXmlFromArgs, StorageVolCreateXmlFromRet, Low, ["storage_vol:create"], false, None, Served }
            { 126, connect_num_of_interfaces, ConnectNumOfInterfaces, (), ConnectNumOfInterfacesRet, High, ["connect:search_interfaces", "filter interface:getattr"], true, None, Unsupported }
            { 127, connect_list_interfaces, ConnectListInterfaces, ConnectListInterfacesArgs, ConnectListInterfacesRet, High, ["connect:search_interfaces", "filter interface:getattr"], true, None, Unsupported }
            { 128, interface_lookup_by_name, InterfaceLookupByName, InterfaceLookupByNameArgs, InterfaceLookupByNameRet, High, ["interface:getattr"], true, None, Unsupported }
            { 129, interface_lookup_by_mac_string, InterfaceLookupByMacString, InterfaceLookupByMacStringArgs, InterfaceLookupByMacStringRet, High, ["interface:getattr"], true, None, Unsupported }
            { 130, interface_get_xml_desc, InterfaceGetXmlDesc, InterfaceGetXmlDescArgs, InterfaceGetXmlDescRet, Low, ["interface:read"], true, None, Unsupported }
            { 131, interface_define_xml, InterfaceDefineXml, InterfaceDefineXmlArgs, InterfaceDefineXmlRet, High, ["interface:write", "interface:save"], false, None, Unsupported }
            { 132, interface_undefine, InterfaceUndefine, InterfaceUndefineArgs, (), High, ["interface:delete"], false, None, Unsupported }
            { 133, interface_create, InterfaceCreate, InterfaceCreateArgs, (), Low, ["interface:start"], false, None, Unsupported }
            { 134, interface_destroy, InterfaceDestroy, InterfaceDestroyArgs, (), High, ["interface:stop"], false, None, Unsupported }
            { 135, connect_domain_xml_from_native, ConnectDomainXmlFromNative, ConnectDomainXmlFromNativeArgs, ConnectDomainXmlFromNativeRet, Low, ["connect:write"], false, None, Unsupported }
            { 136, connect_domain_xml_to_native, ConnectDomainXmlToNative, ConnectDomainXmlToNativeArgs, ConnectDomainXmlToNativeRet, Low, ["connect:write"], false, None, Unsupported }
            { 137, connect_num_of_defined_interfaces, ConnectNumOfDefinedInterfaces, (), ConnectNumOfDefinedInterfacesRet, High, ["connect:search_interfaces", "filter interface:getattr"], true, None, Unsupported }
            { 138, connect_list_defined_interfaces, ConnectListDefinedInterfaces, ConnectListDefinedInterfacesArgs, ConnectListDefinedInterfacesRet, High, ["connect:search_interfaces", "filter interface:getattr"], true, None, Unsupported }
            { 139, connect_num_of_secrets, ConnectNumOfSecrets, (), ConnectNumOfSecretsRet, High, ["connect:search_secrets", "filter secret:getattr"], true, None, Unsupported }
            { 140, connect_list_secrets, ConnectListSecrets, ConnectListSecretsArgs, ConnectListSecretsRet, High, ["connect:search_secrets", "filter secret:getattr"], true, None, Unsupported }
            { 141, secret_lookup_by_uuid, SecretLookupByUuid, SecretLookupByUuidArgs, SecretLookupByUuidRet, High, ["secret:getattr"], true, None, Unsupported }
            { 142, secret_define_xml, SecretDefineXml, SecretDefineXmlArgs, SecretDefineXmlRet, High, ["secret:write", "secret:save"], false, None, Unsupported }
            { 143, secret_get_xml_desc, SecretGetXmlDesc, SecretGetXmlDescArgs, SecretGetXmlDescRet, High, ["secret:read"], true, None, Unsupported }
            { 144, secret_set_value, SecretSetValue, SecretSetValueArgs, (), High, ["secret:write"], false, None, Unsupported }
            { 145, secret_get_value, SecretGetValue, SecretGetValueArgs, SecretGetValueRet, High, ["secret:read_secure"], false, None, Unsupported }
            { 146, secret_undefine, SecretUndefine, SecretUndefineArgs, (), High, ["secret:delete"], false, None, Unsupported }
            { 147, secret_lookup_by_usage, SecretLookupByUsage, SecretLookupByUsageArgs, SecretLookupByUsageRet, High, ["secret:getattr"], true, None, Unsupported }
            { 148, domain_migrate_prepare_tunnel, DomainMigratePrepareTunnel, DomainMigratePrepareTunnelArgs, (), Low, ["domain:migrate", "domain:start", "domain:write"], false, Write, Unsupported }
            { 149, connect_is_secure, ConnectIsSecure, (), ConnectIsSecureRet, High, [], true, None, Served }
            { 150, domain_is_active, DomainIsActive, DomainIsActiveArgs, DomainIsActiveRet, High, ["domain:read"], true, None, Served }
            { 151, domain_is_persistent, DomainIsPersistent, DomainIsPersistentArgs, DomainIsPersistentRet, High, ["domain:read"], true, None, Served }
            { 152, network_is_active, NetworkIsActive, NetworkIsActiveArgs, NetworkIsActiveRet, High, ["network:read"], true, None, Unsupported }
            { 153, network_is_persistent, NetworkIsPersistent, NetworkIsPersistentArgs, NetworkIsPersistentRet, High, ["network:read"], true, None, Unsupported }
            { 154, storage_pool_is_active, StoragePoolIsActive, StoragePoolIsActiveArgs, StoragePoolIsActiveRet, High, ["storage_pool:read"], true, None, Served }
            { 155, storage_pool_is_persistent, StoragePoolIsPersistent, StoragePoolIsPersistentArgs, StoragePoolIsPersistentRet, High, ["storage_pool:read"], true, None, Served }
            { 156, interface_is_active, InterfaceIsActive, InterfaceIsActiveArgs, InterfaceIsActiveRet, High, ["interface:read"], true, None, Unsupported }
            { 157, connect_get_lib_version, ConnectGetLibVersion, (), ConnectGetLibVersionRet, High, ["connect:getattr"], true, None, Served }
            { 158, connect_compare_cpu, ConnectCompareCpu, ConnectCompareCpuArgs, ConnectCompareCpuRet, High, ["connect:read"], true, None, Served }
            { 159, domain_memory_stats, DomainMemoryStats, DomainMemoryStatsArgs, DomainMemoryStatsRet, Low, ["domain:read"], true, None, Served }
            { 160, domain_attach_device_flags, DomainAttachDeviceFlags, DomainAttachDeviceFlagsArgs, (), Low, ["domain:write", "domain:save"], false, None, Unsupported }
            { 161, domain_detach_device_flags, DomainDetachDeviceFlags, DomainDetachDeviceFlagsArgs, (), Low, ["domain:write", "domain:save"], false, None, Unsupported }
            { 162, connect_baseline_cpu, ConnectBaselineCpu, ConnectBaselineCpuArgs, ConnectBaselineCpuRet, Low, ["connect:read"], true, None, Served }
            { 163, domain_get_job_info, DomainGetJobInfo, DomainGetJobInfoArgs, DomainGetJobInfoRet, Low, ["domain:read"], true, None, Served }
            { 164, domain_abort_job, DomainAbortJob, DomainAbortJobArgs, (), Low, ["domain:write"], false, None, Served }
            { 165, storage_vol_wipe, StorageVolWipe, StorageVolWipeArgs, (), Low, ["storage_vol:format"], false, None, Served }
            { 166, domain_migrate_set_max_downtime, DomainMigrateSetMaxDowntime, DomainMigrateSetMaxDowntimeArgs, (), Low, ["domain:migrate"], false, None, Unsupported }
            { 167, connect_domain_event_register_any, ConnectDomainEventRegisterAny, ConnectDomainEventRegisterAnyArgs, (), High, ["connect:search_domains", "filter domain:getattr"], true, None, Served }
            { 168, connect_domain_event_deregister_any, ConnectDomainEventDeregisterAny, ConnectDomainEventDeregisterAnyArgs, (), High, ["connect:read"], true, None, Served }
            { 169, domain_event_reboot, DomainEventReboot, DomainEventRebootMsg, (), Low, [], true, None, Event }
            { 170, domain_event_rtc_change, DomainEventRtcChange, DomainEventRtcChangeMsg, (), Low, [], true, None, Event }
            { 171, domain_event_watchdog, DomainEventWatchdog, DomainEventWatchdogMsg, (), Low, [], true, None, Event }
            { 172, domain_event_io_error, DomainEventIoError, DomainEventIoErrorMsg, (), Low, [], true, None, Event }
            { 173, domain_event_graphics, DomainEventGraphics, DomainEventGraphicsMsg, (), Low, [], true, None, Event }
            { 174, domain_update_device_flags, DomainUpdateDeviceFlags, DomainUpdateDeviceFlagsArgs, (), Low, ["domain:write", "domain:save"], false, None, Unsupported }
            { 175, nwfilter_lookup_by_name, NwfilterLookupByName, NwfilterLookupByNameArgs, NwfilterLookupByNameRet, High, ["nwfilter:getattr"], true, None, Unsupported }
            { 176, nwfilter_lookup_by_uuid, NwfilterLookupByUuid, NwfilterLookupByUuidArgs, NwfilterLookupByUuidRet, High, ["nwfilter:getattr"], true, None, Unsupported }
            { 177, nwfilter_get_xml_desc, NwfilterGetXmlDesc, NwfilterGetXmlDescArgs, NwfilterGetXmlDescRet, High, ["nwfilter:read"], true, None, Unsupported }
            { 178, connect_num_of_nwfilters, ConnectNumOfNwfilters, (), ConnectNumOfNwfiltersRet, High, ["connect:search_nwfilters", "filter nwfilter:getattr"], true, None, Unsupported }
            { 179, connect_list_nwfilters, ConnectListNwfilters, ConnectListNwfiltersArgs, ConnectListNwfiltersRet, High, ["connect:search_nwfilters", "filter nwfilter:getattr"], true, None, Unsupported }
            { 180, nwfilter_define_xml, NwfilterDefineXml, NwfilterDefineXmlArgs, NwfilterDefineXmlRet, High, ["nwfilter:write", "nwfilter:save"], false, None, Unsupported }
            { 181, nwfilter_undefine, NwfilterUndefine, NwfilterUndefineArgs, (), High, ["nwfilter:delete"], false, None, Unsupported }
            { 182, domain_managed_save, DomainManagedSave, DomainManagedSaveArgs, (), Low, ["domain:hibernate"], false, None, Unsupported }
            { 183, domain_has_managed_save_image, DomainHasManagedSaveImage, DomainHasManagedSaveImageArgs, DomainHasManagedSaveImageRet, Low, ["domain:read"], true, None, Served }
            { 184, domain_managed_save_remove, DomainManagedSaveRemove, DomainManagedSaveRemoveArgs, (), Low, ["domain:hibernate"], false, None, Served }
            { 185, domain_snapshot_create_xml, DomainSnapshotCreateXml, DomainSnapshotCreateXmlArgs, DomainSnapshotCreateXmlRet, Low, ["domain:snapshot", "domain:fs_freeze:DOMAIN_SNAPSHOT_CREATE_QUIESCE"], false, None, Unsupported }
            { 186, domain_snapshot_get_xml_desc, DomainSnapshotGetXmlDesc, DomainSnapshotGetXmlDescArgs, DomainSnapshotGetXmlDescRet, High, ["domain:read", "domain:read_secure:DOMAIN_SNAPSHOT_XML_SECURE"], true, None, Served }
            { 187, domain_snapshot_num, DomainSnapshotNum, DomainSnapshotNumArgs, DomainSnapshotNumRet, High, ["domain:read"], true, None, Served }
            { 188, domain_snapshot_list_names, DomainSnapshotListNames, DomainSnapshotListNamesArgs, DomainSnapshotListNamesRet, High, ["domain:read"], true, None, Served }
            { 189, domain_snapshot_lookup_by_name, DomainSnapshotLookupByName, DomainSnapshotLookupByNameArgs, DomainSnapshotLookupByNameRet, High, ["domain:read"], true, None, Served }
            { 190, domain_has_current_snapshot, DomainHasCurrentSnapshot, DomainHasCurrentSnapshotArgs, DomainHasCurrentSnapshotRet, Low, ["domain:read"], true, None, Served }
            { 191, domain_snapshot_current, DomainSnapshotCurrent, DomainSnapshotCurrentArgs, DomainSnapshotCurrentRet, Low, ["domain:read"], true, None, Served }
            { 192, domain_revert_to_snapshot, DomainRevertToSnapshot, DomainRevertToSnapshotArgs, (), Low, ["domain:snapshot"], false, None, Unsupported }
            { 193, domain_snapshot_delete, DomainSnapshotDelete, DomainSnapshotDeleteArgs, (), Low, ["domain:snapshot"], false, None, Unsupported }
            { 194, domain_get_block_info, DomainGetBlockInfo, DomainGetBlockInfoArgs, DomainGetBlockInfoRet, Low, ["domain:read"], true, None, Served }
            { 195, domain_event_io_error_reason, DomainEventIoErrorReason, DomainEventIoErrorReasonMsg, (), Low, [], true, None, Event }
            { 196, domain_create_with_flags, DomainCreateWithFlags, DomainCreateWithFlagsArgs, DomainCreateWithFlagsRet, Low, ["domain:start"], false, None, Served }
            { 197, domain_set_memory_parameters, DomainSetMemoryParameters, DomainSetMemoryParametersArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 198, domain_get_memory_parameters, DomainGetMemoryParameters, DomainGetMemoryParametersArgs, DomainGetMemoryParametersRet, Low, ["domain:read"], true, None, Served }
            { 199, domain_set_vcpus_flags, DomainSetVcpusFlags, DomainSetVcpusFlagsArgs, (), Low, ["domain:write", "domain:save", "domain:write:DOMAIN_VCPU_GUEST"], false, None, Served }
            { 200, domain_get_vcpus_flags, DomainGetVcpusFlags, DomainGetVcpusFlagsArgs, DomainGetVcpusFlagsRet, Low, ["domain:read", "domain:write:DOMAIN_VCPU_GUEST"], true, None, Served }
            { 201, domain_open_console, DomainOpenConsole, DomainOpenConsoleArgs, (), Low, ["domain:open_device"], false, Both, Served }
            { 202, domain_is_updated, DomainIsUpdated, DomainIsUpdatedArgs, DomainIsUpdatedRet, High, ["domain:read"], true, None, Served }
            { 203, connect_get_sysinfo, ConnectGetSysinfo, ConnectGetSysinfoArgs, ConnectGetSysinfoRet, High, ["connect:read"], true, None, Served }
            { 204, domain_set_memory_flags, DomainSetMemoryFlags, DomainSetMemoryFlagsArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 205, domain_set_blkio_parameters, DomainSetBlkioParameters, DomainSetBlkioParametersArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 206, domain_get_blkio_parameters, DomainGetBlkioParameters, DomainGetBlkioParametersArgs, DomainGetBlkioParametersRet, Low, ["domain:read"], true, None, Served }
            { 207, domain_migrate_set_max_speed, DomainMigrateSetMaxSpeed, DomainMigrateSetMaxSpeedArgs, (), Low, ["domain:migrate"], false, None, Unsupported }
            { 208, storage_vol_upload, StorageVolUpload, StorageVolUploadArgs, (), Low, ["storage_vol:data_write"], false, Write, Served }
            { 209, storage_vol_download, StorageVolDownload, StorageVolDownloadArgs, (), Low, ["storage_vol:data_read"], false, Read, Served }
            { 210, domain_inject_nmi, DomainInjectNmi, DomainInjectNmiArgs, (), Low, ["domain:inject_nmi"], false, None, Served }
            { 211, domain_screenshot, DomainScreenshot, DomainScreenshotArgs, DomainScreenshotRet, Low, ["domain:screenshot"], false, Read, Unsupported }
            { 212, domain_get_state, DomainGetState, DomainGetStateArgs, DomainGetStateRet, High, ["domain:read"], true, None, Served }
            { 213, domain_migrate_begin3, DomainMigrateBegin3, DomainMigrateBegin3Args, DomainMigrateBegin3Ret, Low, ["domain:migrate"], false, None, Unsupported }
            { 214, domain_migrate_prepare3, DomainMigratePrepare3, DomainMigratePrepare3Args, DomainMigratePrepare3Ret, Low, ["domain:migrate", "domain:start", "domain:write"], false, None, Unsupported }
            { 215, domain_migrate_prepare_tunnel3, DomainMigratePrepareTunnel3, DomainMigratePrepareTunnel3Args, DomainMigratePrepareTunnel3Ret, Low, ["domain:migrate", "domain:start", "domain:write"], false, Write, Unsupported }
            { 216, domain_migrate_perform3, DomainMigratePerform3, DomainMigratePerform3Args, DomainMigratePerform3Ret, Low, ["domain:migrate"], false, None, Unsupported }
            { 217, domain_migrate_finish3, DomainMigrateFinish3, DomainMigrateFinish3Args, DomainMigrateFinish3Ret, Low, ["domain:migrate"], false, None, Unsupported }
            { 218, domain_migrate_confirm3, DomainMigrateConfirm3, DomainMigrateConfirm3Args, (), Low, ["domain:migrate"], false, None, Unsupported }
            { 219, domain_set_scheduler_parameters_flags, DomainSetSchedulerParametersFlags, DomainSetSchedulerParametersFlagsArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 220, interface_change_begin, InterfaceChangeBegin, InterfaceChangeBeginArgs, (), Low, ["connect:interface_transaction"], false, None, Unsupported }
            { 221, interface_change_commit, InterfaceChangeCommit, InterfaceChangeCommitArgs, (), Low, ["connect:interface_transaction"], false, None, Unsupported }
            { 222, interface_change_rollback, InterfaceChangeRollback, InterfaceChangeRollbackArgs, (), Low, ["connect:interface_transaction"], false, None, Unsupported }
            { 223, domain_get_scheduler_parameters_flags, DomainGetSchedulerParametersFlags, DomainGetSchedulerParametersFlagsArgs, DomainGetSchedulerParametersFlagsRet, Low, ["domain:read"], true, None, Served }
            { 224, domain_event_control_error, DomainEventControlError, DomainEventControlErrorMsg, (), Low, [], true, None, Event }
            { 225, domain_pin_vcpu_flags, DomainPinVcpuFlags, DomainPinVcpuFlagsArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 226, domain_send_key, DomainSendKey, DomainSendKeyArgs, (), Low, ["domain:send_input"], false, None, Served }
            { 227, node_get_cpu_stats, NodeGetCpuStats, NodeGetCpuStatsArgs, NodeGetCpuStatsRet, High, ["connect:read"], true, None, Served }
            { 228, node_get_memory_stats, NodeGetMemoryStats, NodeGetMemoryStatsArgs, NodeGetMemoryStatsRet, High, ["connect:read"], true, None, Served }
            { 229, domain_get_control_info, DomainGetControlInfo, DomainGetControlInfoArgs, DomainGetControlInfoRet, High, ["domain:read"], true, None, Served }
            { 230, domain_get_vcpu_pin_info, DomainGetVcpuPinInfo, DomainGetVcpuPinInfoArgs, DomainGetVcpuPinInfoRet, Low, ["domain:read"], true, None, Served }
            { 231, domain_undefine_flags, DomainUndefineFlags, DomainUndefineFlagsArgs, (), High, ["domain:delete"], false, None, Served }
            { 232, domain_save_flags, DomainSaveFlags, DomainSaveFlagsArgs, (), Low, ["domain:hibernate"], false, None, Unsupported }
            { 233, domain_restore_flags, DomainRestoreFlags, DomainRestoreFlagsArgs, (), Low, ["domain:start", "domain:write"], false, None, Unsupported }
            { 234, domain_destroy_flags, DomainDestroyFlags, DomainDestroyFlagsArgs, (), High, ["domain:stop"], false, None, Served }
            { 235, domain_save_image_get_xml_desc, DomainSaveImageGetXmlDesc, DomainSaveImageGetXmlDescArgs, DomainSaveImageGetXmlDescRet, High, ["domain:write"], false, None, Unsupported }
            { 236, domain_save_image_define_xml, DomainSaveImageDefineXml, DomainSaveImageDefineXmlArgs, (), High, ["domain:write", "domain:hibernate"], false, None, Unsupported }
            { 237, domain_block_job_abort, DomainBlockJobAbort, DomainBlockJobAbortArgs, (), Low, ["domain:write"], false, None, Unsupported }
            { 238, domain_get_block_job_info, DomainGetBlockJobInfo, DomainGetBlockJobInfoArgs, DomainGetBlockJobInfoRet, Low, ["domain:read"], true, None, Unsupported }
            { 239, domain_block_job_set_speed, DomainBlockJobSetSpeed, DomainBlockJobSetSpeedArgs, (), Low, ["domain:write"], false, None, Unsupported }
            { 240, domain_block_pull, DomainBlockPull, DomainBlockPullArgs, (), Low, ["domain:block_write"], false, None, Unsupported }
            { 241, domain_event_block_job, DomainEventBlockJob, DomainEventBlockJobMsg, (), Low, [], true, None, Event }
            { 242, domain_migrate_get_max_speed, DomainMigrateGetMaxSpeed, DomainMigrateGetMaxSpeedArgs, DomainMigrateGetMaxSpeedRet, Low, ["domain:migrate"], false, None, Unsupported }
            { 243, domain_block_stats_flags, DomainBlockStatsFlags, DomainBlockStatsFlagsArgs, DomainBlockStatsFlagsRet, Low, ["domain:read"], true, None, Served }
            { 244, domain_snapshot_get_parent, DomainSnapshotGetParent, DomainSnapshotGetParentArgs, DomainSnapshotGetParentRet, High, ["domain:read"], true, None, Served }
            { 245, domain_reset, DomainReset, DomainResetArgs, (), Low, ["domain:reset"], false, None, Served }
            { 246, domain_snapshot_num_children, DomainSnapshotNumChildren, DomainSnapshotNumChildrenArgs, DomainSnapshotNumChildrenRet, High, ["domain:read"], true, None, Served }
            { 247, domain_snapshot_list_children_names, DomainSnapshotListChildrenNames, DomainSnapshotListChildrenNamesArgs, DomainSnapshotListChildrenNamesRet, High, ["domain:read"], true, None, Served }
            { 248, domain_event_disk_change, DomainEventDiskChange, DomainEventDiskChangeMsg, (), Low, [], true, None, Event }
            { 249, domain_open_graphics, DomainOpenGraphics, DomainOpenGraphicsArgs, (), Low, ["domain:open_graphics"], false, None, Served }
            { 250, node_suspend_for_duration, NodeSuspendForDuration, NodeSuspendForDurationArgs, (), Low, ["connect:pm_control"], false, None, Served }
            { 251, domain_block_resize, DomainBlockResize, DomainBlockResizeArgs, (), Low, ["domain:block_write"], false, None, Unsupported }
            { 252, domain_set_block_io_tune, DomainSetBlockIoTune, DomainSetBlockIoTuneArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 253, domain_get_block_io_tune, DomainGetBlockIoTune, DomainGetBlockIoTuneArgs, DomainGetBlockIoTuneRet, Low, ["domain:read"], true, None, Served }
            { 254, domain_set_numa_parameters, DomainSetNumaParameters, DomainSetNumaParametersArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 255, domain_get_numa_parameters, DomainGetNumaParameters, DomainGetNumaParametersArgs, DomainGetNumaParametersRet, Low, ["domain:read"], true, None, Served }
            { 256, domain_set_interface_parameters, DomainSetInterfaceParameters, DomainSetInterfaceParametersArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 257, domain_get_interface_parameters, DomainGetInterfaceParameters, DomainGetInterfaceParametersArgs, DomainGetInterfaceParametersRet, Low, ["domain:read"], true, None, Served }
            { 258, domain_shutdown_flags, DomainShutdownFlags, DomainShutdownFlagsArgs, (), Low, ["domain:init_control", "domain:write:DOMAIN_SHUTDOWN_GUEST_AGENT"], false, None, Served }
            { 259, storage_vol_wipe_pattern, StorageVolWipePattern, StorageVolWipePatternArgs, (), Low, ["storage_vol:format"], false, None, Served }
            { 260, storage_vol_resize, StorageVolResize, StorageVolResizeArgs, (), Low, ["storage_vol:resize"], false, None, Served }
            { 261, domain_pm_suspend_for_duration, DomainPmSuspendForDuration, DomainPmSuspendForDurationArgs, (), Low, ["domain:pm_control"], false, None, Served }
            { 262, domain_get_cpu_stats, DomainGetCpuStats, DomainGetCpuStatsArgs, DomainGetCpuStatsRet, Low, ["domain:read"], true, None, Served }
            { 263, domain_get_disk_errors, DomainGetDiskErrors, DomainGetDiskErrorsArgs, DomainGetDiskErrorsRet, Low, ["domain:read"], true, None, Served }
            { 264, domain_set_metadata, DomainSetMetadata, DomainSetMetadataArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 265, domain_get_metadata, DomainGetMetadata, DomainGetMetadataArgs, DomainGetMetadataRet, Low, ["domain:read"], true, None, Served }
            { 266, domain_block_rebase, DomainBlockRebase, DomainBlockRebaseArgs, (), Low, ["domain:block_write"], false, None, Unsupported }
            { 267, domain_pm_wakeup, DomainPmWakeup, DomainPmWakeupArgs, (), Low, ["domain:pm_control"], false, None, Served }
            { 268, domain_event_tray_change, DomainEventTrayChange, DomainEventTrayChangeMsg, (), Low, [], true, None, Event }
            { 269, domain_event_pmwakeup, DomainEventPmwakeup, DomainEventPmwakeupMsg, (), Low, [], true, None, Event }
            { 270, domain_event_pmsuspend, DomainEventPmsuspend, DomainEventPmsuspendMsg, (), Low, [], true, None, Event }
            { 271, domain_snapshot_is_current, DomainSnapshotIsCurrent, DomainSnapshotIsCurrentArgs, DomainSnapshotIsCurrentRet, Low, ["domain:read"], true, None, Served }
            { 272, domain_snapshot_has_metadata, DomainSnapshotHasMetadata, DomainSnapshotHasMetadataArgs, DomainSnapshotHasMetadataRet, Low, ["domain:read"], true, None, Served }
            { 273, connect_list_all_domains, ConnectListAllDomains, ConnectListAllDomainsArgs, ConnectListAllDomainsRet, High, ["connect:search_domains", "filter domain:getattr"], true, None, Served }
            { 274, domain_list_all_snapshots, DomainListAllSnapshots, DomainListAllSnapshotsArgs, DomainListAllSnapshotsRet, High, ["domain:read"], true, None, Served }
            { 275, domain_snapshot_list_all_children, DomainSnapshotListAllChildren, DomainSnapshotListAllChildrenArgs, DomainSnapshotListAllChildrenRet, High, ["domain:read"], true, None, Served }
            { 276, domain_event_balloon_change, DomainEventBalloonChange, DomainEventBalloonChangeMsg, (), Low, [], true, None, Event }
            { 277, domain_get_hostname, DomainGetHostname, DomainGetHostnameArgs, DomainGetHostnameRet, Low, ["domain:write"], false, None, Served }
            { 278, domain_get_security_label_list, DomainGetSecurityLabelList, DomainGetSecurityLabelListArgs, DomainGetSecurityLabelListRet, High, ["domain:read"], true, None, Served }
            { 279, domain_pin_emulator, DomainPinEmulator, DomainPinEmulatorArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 280, domain_get_emulator_pin_info, DomainGetEmulatorPinInfo, DomainGetEmulatorPinInfoArgs, DomainGetEmulatorPinInfoRet, Low, ["domain:read"], true, None, Served }
            { 281, connect_list_all_storage_pools, ConnectListAllStoragePools, ConnectListAllStoragePoolsArgs, ConnectListAllStoragePoolsRet, High, ["connect:search_storage_pools", "filter storage_pool:getattr"], true, None, Served }
            { 282, storage_pool_list_all_volumes, StoragePoolListAllVolumes, StoragePoolListAllVolumesArgs, StoragePoolListAllVolumesRet, High, ["storage_pool:search_storage_vols", "filter storage_vol:getattr"], true, None, Served }
            { 283, connect_list_all_networks, ConnectListAllNetworks, ConnectListAllNetworksArgs, ConnectListAllNetworksRet, High, ["connect:search_networks", "filter network:getattr"], true, None, Unsupported }
            { 284, connect_list_all_interfaces, ConnectListAllInterfaces, ConnectListAllInterfacesArgs, ConnectListAllInterfacesRet, High, ["connect:search_interfaces", "filter interface:getattr"], true, None, Unsupported }
            { 285, connect_list_all_node_devices, ConnectListAllNodeDevices, ConnectListAllNodeDevicesArgs, ConnectListAllNodeDevicesRet, High, ["connect:search_node_devices", "filter node_device:getattr"], true, None, Unsupported }
            { 286, connect_list_all_nwfilters, ConnectListAllNwfilters, ConnectListAllNwfiltersArgs, ConnectListAllNwfiltersRet, High, ["connect:search_nwfilters", "filter nwfilter:getattr"], true, None, Unsupported }
            { 287, connect_list_all_secrets, ConnectListAllSecrets, ConnectListAllSecretsArgs, ConnectListAllSecretsRet, High, ["connect:search_secrets", "filter secret:getattr"], true, None, Unsupported }
            { 288, node_set_memory_parameters, NodeSetMemoryParameters, NodeSetMemoryParametersArgs, (), Low, ["connect:write"], false, None, Served }
            { 289, node_get_memory_parameters, NodeGetMemoryParameters, NodeGetMemoryParametersArgs, NodeGetMemoryParametersRet, Low, ["connect:read"], true, None, Served }
            { 290, domain_block_commit, DomainBlockCommit, DomainBlockCommitArgs, (), Low, ["domain:block_write"], false, None, Unsupported }
            { 291, network_update, NetworkUpdate, NetworkUpdateArgs, (), High, ["network:write", "network:save"], false, None, Unsupported }
            { 292, domain_event_pmsuspend_disk, DomainEventPmsuspendDisk, DomainEventPmsuspendDiskMsg, (), Low, [], true, None, Event }
            { 293, node_get_cpu_map, NodeGetCpuMap, NodeGetCpuMapArgs, NodeGetCpuMapRet, Low, ["connect:read"], true, None, Served }
            { 294, domain_fstrim, DomainFstrim, DomainFstrimArgs, (), Low, ["domain:fs_trim"], false, None, Served }
            { 295, domain_send_process_signal, DomainSendProcessSignal, DomainSendProcessSignalArgs, (), Low, ["domain:send_signal"], false, None, Unsupported }
            { 296, domain_open_channel, DomainOpenChannel, DomainOpenChannelArgs, (), Low, ["domain:open_device"], false, Both, Served }
            { 297, node_device_lookup_scsi_host_by_wwn, NodeDeviceLookupScsiHostByWwn, NodeDeviceLookupScsiHostByWwnArgs, NodeDeviceLookupScsiHostByWwnRet, High, ["node_device:getattr"], true, None, Unsupported }
            { 298, domain_get_job_stats, DomainGetJobStats, DomainGetJobStatsArgs, DomainGetJobStatsRet, Low, ["domain:read"], true, None, Served }
            { 299, domain_migrate_get_compression_cache, DomainMigrateGetCompressionCache, DomainMigrateGetCompressionCacheArgs, DomainMigrateGetCompressionCacheRet, Low, ["domain:migrate"], true, None, Unsupported }
            { 300, domain_migrate_set_compression_cache, DomainMigrateSetCompressionCache, DomainMigrateSetCompressionCacheArgs, (), Low, ["domain:migrate"], false, None, Unsupported }
            { 301, node_device_detach_flags, NodeDeviceDetachFlags, NodeDeviceDetachFlagsArgs, (), Low, ["node_device:detach"], false, None, Unsupported }
            { 302, domain_migrate_begin3_params, DomainMigrateBegin3Params, DomainMigrateBegin3ParamsArgs, DomainMigrateBegin3ParamsRet, Low, ["domain:migrate"], false, None, Unsupported }
            { 303, domain_migrate_prepare3_params, DomainMigratePrepare3Params, DomainMigratePrepare3ParamsArgs, DomainMigratePrepare3ParamsRet, Low, ["domain:migrate", "domain:start", "domain:write"], false, None, Unsupported }
            { 304, domain_migrate_prepare_tunnel3_params, DomainMigratePrepareTunnel3Params, DomainMigratePrepareTunnel3ParamsArgs, DomainMigratePrepareTunnel3ParamsRet, Low, ["domain:migrate", "domain:start", "domain:write"], false, None, Unsupported }
            { 305, domain_migrate_perform3_params, DomainMigratePerform3Params, DomainMigratePerform3ParamsArgs, DomainMigratePerform3ParamsRet, Low, ["domain:migrate"], false, None, Unsupported }
            { 306, domain_migrate_finish3_params, DomainMigrateFinish3Params, DomainMigrateFinish3ParamsArgs, DomainMigrateFinish3ParamsRet, Low, ["domain:migrate"], false, None, Unsupported }
            { 307, domain_migrate_confirm3_params, DomainMigrateConfirm3Params, DomainMigrateConfirm3ParamsArgs, (), Low, ["domain:migrate"], false, None, Unsupported }
            { 308, domain_set_memory_stats_period, DomainSetMemoryStatsPeriod, DomainSetMemoryStatsPeriodArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 309, domain_create_xml_with_files, DomainCreateXmlWithFiles, DomainCreateXmlWithFilesArgs, DomainCreateXmlWithFilesRet, Low, ["domain:write", "domain:start"], false, None, Unsupported }
            { 310, domain_create_with_files, DomainCreateWithFiles, DomainCreateWithFilesArgs, DomainCreateWithFilesRet, Low, ["domain:start"], false, None, Unsupported }
            { 311, domain_event_device_removed, DomainEventDeviceRemoved, DomainEventDeviceRemovedMsg, (), Low, [], true, None, Event }
            { 312, connect_get_cpu_model_names, ConnectGetCpuModelNames, ConnectGetCpuModelNamesArgs, ConnectGetCpuModelNamesRet, Low, ["connect:read"], true, None, Served }
            { 313, connect_network_event_register_any, ConnectNetworkEventRegisterAny, ConnectNetworkEventRegisterAnyArgs, ConnectNetworkEventRegisterAnyRet, High, ["connect:search_networks", "filter network:getattr"], true, None, Unsupported }
            { 314, connect_network_event_deregister_any, ConnectNetworkEventDeregisterAny, ConnectNetworkEventDeregisterAnyArgs, (), High, ["connect:read"], true, None, Unsupported }
            { 315, network_event_lifecycle, NetworkEventLifecycle, NetworkEventLifecycleMsg, (), Low, [], true, None, Event }
            { 316, connect_domain_event_callback_register_any, ConnectDomainEventCallbackRegisterAny, ConnectDomainEventCallbackRegisterAnyArgs, ConnectDomainEventCallbackRegisterAnyRet, High, ["connect:search_domains", "filter domain:getattr"], true, None, Served }
            { 317, connect_domain_event_callback_deregister_any, ConnectDomainEventCallbackDeregisterAny, ConnectDomainEventCallbackDeregisterAnyArgs, (), High, ["connect:read"], true, None, Served }
            { 318, domain_event_callback_lifecycle, DomainEventCallbackLifecycle, DomainEventCallbackLifecycleMsg, (), Low, [], true, None, Event }
            { 319, domain_event_callback_reboot, DomainEventCallbackReboot, DomainEventCallbackRebootMsg, (), Low, [], true, None, Event }
            { 320, domain_event_callback_rtc_change, DomainEventCallbackRtcChange, DomainEventCallbackRtcChangeMsg, (), Low, [], true, None, Event }
            { 321, domain_event_callback_watchdog, DomainEventCallbackWatchdog, DomainEventCallbackWatchdogMsg, (), Low, [], true, None, Event }
            { 322, domain_event_callback_io_error, DomainEventCallbackIoError, DomainEventCallbackIoErrorMsg, (), Low, [], true, None, Event }
            { 323, domain_event_callback_graphics, DomainEventCallbackGraphics, DomainEventCallbackGraphicsMsg, (), Low, [], true, None, Event }
            { 324, domain_event_callback_io_error_reason, DomainEventCallbackIoErrorReason, DomainEventCallbackIoErrorReasonMsg, (), Low, [], true, None, Event }
            { 325, domain_event_callback_control_error, DomainEventCallbackControlError, DomainEventCallbackControlErrorMsg, (), Low, [], true, None, Event }
            { 326, domain_event_callback_block_job, DomainEventCallbackBlockJob, DomainEventCallbackBlockJobMsg, (), Low, [], true, None, Event }
            { 327, domain_event_callback_disk_change, DomainEventCallbackDiskChange, DomainEventCallbackDiskChangeMsg, (), Low, [], true, None, Event }
            { 328, domain_event_callback_tray_change, DomainEventCallbackTrayChange, DomainEventCallbackTrayChangeMsg, (), Low, [], true, None, Event }
            { 329, domain_event_callback_pmwakeup, DomainEventCallbackPmwakeup, DomainEventCallbackPmwakeupMsg, (), Low, [], true, None, Event }
            { 330, domain_event_callback_pmsuspend, DomainEventCallbackPmsuspend, DomainEventCallbackPmsuspendMsg, (), Low, [], true, None, Event }
            { 331, domain_event_callback_balloon_change, DomainEventCallbackBalloonChange, DomainEventCallbackBalloonChangeMsg, (), Low, [], true, None, Event }
            { 332, domain_event_callback_pmsuspend_disk, DomainEventCallbackPmsuspendDisk, DomainEventCallbackPmsuspendDiskMsg, (), Low, [], true, None, Event }
            { 333, domain_event_callback_device_removed, DomainEventCallbackDeviceRemoved, DomainEventCallbackDeviceRemovedMsg, (), Low, [], true, None, Event }
            { 334, domain_core_dump_with_format, DomainCoreDumpWithFormat, DomainCoreDumpWithFormatArgs, (), Low, ["domain:core_dump"], false, None, Unsupported }
            { 335, domain_fsfreeze, DomainFsfreeze, DomainFsfreezeArgs, DomainFsfreezeRet, Low, ["domain:fs_freeze"], false, None, Served }
            { 336, domain_fsthaw, DomainFsthaw, DomainFsthawArgs, DomainFsthawRet, Low, ["domain:fs_freeze"], false, None, Served }
            { 337, domain_get_time, DomainGetTime, DomainGetTimeArgs, DomainGetTimeRet, Low, ["domain:write"], false, None, Served }
            { 338, domain_set_time, DomainSetTime, DomainSetTimeArgs, (), Low, ["domain:set_time"], false, None, Served }
            { 339, domain_event_block_job_2, DomainEventBlockJob2, DomainEventBlockJob2Msg, (), Low, [], true, None, Event }
            { 340, node_get_free_pages, NodeGetFreePages, NodeGetFreePagesArgs, NodeGetFreePagesRet, High, ["connect:read"], true, None, Served }
            { 341, network_get_dhcp_leases, NetworkGetDhcpLeases, NetworkGetDhcpLeasesArgs, NetworkGetDhcpLeasesRet, Low, ["network:read"], true, None, Unsupported }
            { 342, connect_get_domain_capabilities, ConnectGetDomainCapabilities, ConnectGetDomainCapabilitiesArgs, ConnectGetDomainCapabilitiesRet, Low, ["connect:write"], false, None, Served }
            { 343, domain_open_graphics_fd, DomainOpenGraphicsFd, DomainOpenGraphicsFdArgs, (), Low, ["domain:open_graphics"], false, None, Served }
            { 344, connect_get_all_domain_stats, ConnectGetAllDomainStats, ConnectGetAllDomainStatsArgs, ConnectGetAllDomainStatsRet, Low, ["connect:search_domains", "filter domain:read"], true, None, Served }
            { 345, domain_block_copy, DomainBlockCopy, DomainBlockCopyArgs, (), Low, ["domain:block_write"], false, None, Unsupported }
            { 346, domain_event_callback_tunable, DomainEventCallbackTunable, DomainEventCallbackTunableMsg, (), Low, [], true, None, Event }
            { 347, node_alloc_pages, NodeAllocPages, NodeAllocPagesArgs, NodeAllocPagesRet, Low, ["connect:write"], false, None, Served }
            { 348, domain_event_callback_agent_lifecycle, DomainEventCallbackAgentLifecycle, DomainEventCallbackAgentLifecycleMsg, (), Low, [], true, None, Event }
            { 349, domain_get_fsinfo, DomainGetFsinfo, DomainGetFsinfoArgs, DomainGetFsinfoRet, Low, ["domain:fs_freeze"], false, None, Served }
            { 350, domain_define_xml_flags, DomainDefineXmlFlags, DomainDefineXmlFlagsArgs, DomainDefineXmlFlagsRet, High, ["domain:write", "domain:save"], false, None, Served }
            { 351, domain_get_iothread_info, DomainGetIothreadInfo, DomainGetIothreadInfoArgs, DomainGetIothreadInfoRet, Low, ["domain:read"], true, None, Served }
            { 352, domain_pin_iothread, DomainPinIothread, DomainPinIothreadArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 353, domain_interface_addresses, DomainInterfaceAddresses, DomainInterfaceAddressesArgs, DomainInterfaceAddressesRet, Low, ["domain:read", "domain:write:source=DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT"], true, None, Served }
            { 354, domain_event_callback_device_added, DomainEventCallbackDeviceAdded, DomainEventCallbackDeviceAddedMsg, (), Low, [], true, None, Event }
            { 355, domain_add_iothread, DomainAddIothread, DomainAddIothreadArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 356, domain_del_iothread, DomainDelIothread, DomainDelIothreadArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 357, domain_set_user_password, DomainSetUserPassword, DomainSetUserPasswordArgs, (), Low, ["domain:set_password"], false, None, Served }
            { 358, domain_rename, DomainRename, DomainRenameArgs, DomainRenameRet, Low, ["domain:write", "domain:save"], false, None, Served }
            { 359, domain_event_callback_migration_iteration, DomainEventCallbackMigrationIteration, DomainEventCallbackMigrationIterationMsg, (), Low, [], true, None, Event }
            { 360, connect_register_close_callback, ConnectRegisterCloseCallback, (), (), High, ["connect:getattr"], true, None, Served }
            { 361, connect_unregister_close_callback, ConnectUnregisterCloseCallback, (), (), High, ["connect:getattr"], true, None, Served }
            { 362, connect_event_connection_closed, ConnectEventConnectionClosed, ConnectEventConnectionClosedMsg, (), Low, [], true, None, Event }
            { 363, domain_event_callback_job_completed, DomainEventCallbackJobCompleted, DomainEventCallbackJobCompletedMsg, (), Low, [], true, None, Event }
            { 364, domain_migrate_start_post_copy, DomainMigrateStartPostCopy, DomainMigrateStartPostCopyArgs, (), Low, ["domain:migrate"], false, None, Unsupported }
            { 365, domain_get_perf_events, DomainGetPerfEvents, DomainGetPerfEventsArgs, DomainGetPerfEventsRet, Low, ["domain:read"], true, None, Served }
            { 366, domain_set_perf_events, DomainSetPerfEvents, DomainSetPerfEventsArgs, (), Low, ["domain:write"], false, None, Served }
            { 367, domain_event_callback_device_removal_failed, DomainEventCallbackDeviceRemovalFailed, DomainEventCallbackDeviceRemovalFailedMsg, (), Low, [], true, None, Event }
            { 368, connect_storage_pool_event_register_any, ConnectStoragePoolEventRegisterAny, ConnectStoragePoolEventRegisterAnyArgs, ConnectStoragePoolEventRegisterAnyRet, High, ["connect:search_storage_pools", "filter storage_pool:getattr"], true, None, Served }
            { 369, connect_storage_pool_event_deregister_any, ConnectStoragePoolEventDeregisterAny, ConnectStoragePoolEventDeregisterAnyArgs, (), High, ["connect:read"], true, None, Served }
            { 370, storage_pool_event_lifecycle, StoragePoolEventLifecycle, StoragePoolEventLifecycleMsg, (), Low, [], true, None, Event }
            { 371, domain_get_guest_vcpus, DomainGetGuestVcpus, DomainGetGuestVcpusArgs, DomainGetGuestVcpusRet, Low, ["domain:write"], false, None, Served }
            { 372, domain_set_guest_vcpus, DomainSetGuestVcpus, DomainSetGuestVcpusArgs, (), Low, ["domain:write"], false, None, Served }
            { 373, storage_pool_event_refresh, StoragePoolEventRefresh, StoragePoolEventRefreshMsg, (), Low, [], true, None, Event }
            { 374, connect_node_device_event_register_any, ConnectNodeDeviceEventRegisterAny, ConnectNodeDeviceEventRegisterAnyArgs, ConnectNodeDeviceEventRegisterAnyRet, High, ["connect:search_node_devices", "filter node_device:getattr"], true, None, Unsupported }
            { 375, connect_node_device_event_deregister_any, ConnectNodeDeviceEventDeregisterAny, ConnectNodeDeviceEventDeregisterAnyArgs, (), High, ["connect:read"], true, None, Unsupported }
            { 376, node_device_event_lifecycle, NodeDeviceEventLifecycle, NodeDeviceEventLifecycleMsg, (), Low, [], true, None, Event }
            { 377, node_device_event_update, NodeDeviceEventUpdate, NodeDeviceEventUpdateMsg, (), Low, [], true, None, Event }
            { 378, storage_vol_get_info_flags, StorageVolGetInfoFlags, StorageVolGetInfoFlagsArgs, StorageVolGetInfoFlagsRet, High, ["storage_vol:read"], true, None, Served }
            { 379, domain_event_callback_metadata_change, DomainEventCallbackMetadataChange, DomainEventCallbackMetadataChangeMsg, (), Low, [], true, None, Event }
            { 380, connect_secret_event_register_any, ConnectSecretEventRegisterAny, ConnectSecretEventRegisterAnyArgs, ConnectSecretEventRegisterAnyRet, High, ["connect:search_secrets", "filter secret:getattr"], true, None, Unsupported }
            { 381, connect_secret_event_deregister_any, ConnectSecretEventDeregisterAny, ConnectSecretEventDeregisterAnyArgs, (), High, ["connect:read"], true, None, Unsupported }
            { 382, secret_event_lifecycle, SecretEventLifecycle, SecretEventLifecycleMsg, (), Low, [], true, None, Event }
            { 383, secret_event_value_changed, SecretEventValueChanged, SecretEventValueChangedMsg, (), Low, [], true, None, Event }
            { 384, domain_set_vcpu, DomainSetVcpu, DomainSetVcpuArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 385, domain_event_block_threshold, DomainEventBlockThreshold, DomainEventBlockThresholdMsg, (), Low, [], true, None, Event }
            { 386, domain_set_block_threshold, DomainSetBlockThreshold, DomainSetBlockThresholdArgs, (), Low, ["domain:write"], false, None, Unsupported }
            { 387, domain_migrate_get_max_downtime, DomainMigrateGetMaxDowntime, DomainMigrateGetMaxDowntimeArgs, DomainMigrateGetMaxDowntimeRet, Low, ["domain:migrate"], true, None, Unsupported }
            { 388, domain_managed_save_get_xml_desc, DomainManagedSaveGetXmlDesc, DomainManagedSaveGetXmlDescArgs, DomainManagedSaveGetXmlDescRet, Low, ["domain:read", "domain:read_secure:DOMAIN_SAVE_IMAGE_XML_SECURE"], true, None, Served }
            { 389, domain_managed_save_define_xml, DomainManagedSaveDefineXml, DomainManagedSaveDefineXmlArgs, (), Low, ["domain:write", "domain:hibernate"], false, None, Served }
            { 390, domain_set_lifecycle_action, DomainSetLifecycleAction, DomainSetLifecycleActionArgs, (), Low, ["domain:write"], false, None, Served }
            { 391, storage_pool_lookup_by_target_path, StoragePoolLookupByTargetPath, StoragePoolLookupByTargetPathArgs, StoragePoolLookupByTargetPathRet, High, ["storage_pool:getattr"], true, None, Served }
            { 392, domain_detach_device_alias, DomainDetachDeviceAlias, DomainDetachDeviceAliasArgs, (), Low, ["domain:write", "domain:save"], false, None, Unsupported }
            { 393, connect_compare_hypervisor_cpu, ConnectCompareHypervisorCpu, ConnectCompareHypervisorCpuArgs, ConnectCompareHypervisorCpuRet, Low, ["connect:write"], false, None, Served }
            { 394, connect_baseline_hypervisor_cpu, ConnectBaselineHypervisorCpu, ConnectBaselineHypervisorCpuArgs, ConnectBaselineHypervisorCpuRet, Low, ["connect:write"], false, None, Served }
            { 395, node_get_sev_info, NodeGetSevInfo, NodeGetSevInfoArgs, NodeGetSevInfoRet, Low, ["connect:read"], false, None, Served }
            { 396, domain_get_launch_security_info, DomainGetLaunchSecurityInfo, DomainGetLaunchSecurityInfoArgs, DomainGetLaunchSecurityInfoRet, Low, ["domain:read"], false, None, Served }
            { 397, nwfilter_binding_lookup_by_port_dev, NwfilterBindingLookupByPortDev, NwfilterBindingLookupByPortDevArgs, NwfilterBindingLookupByPortDevRet, High, ["nwfilter_binding:getattr"], true, None, Unsupported }
            { 398, nwfilter_binding_get_xml_desc, NwfilterBindingGetXmlDesc, NwfilterBindingGetXmlDescArgs, NwfilterBindingGetXmlDescRet, High, ["nwfilter_binding:read"], true, None, Unsupported }
            { 399, nwfilter_binding_create_xml, NwfilterBindingCreateXml, NwfilterBindingCreateXmlArgs, NwfilterBindingCreateXmlRet, High, ["nwfilter_binding:create"], false, None, Unsupported }
            { 400, nwfilter_binding_delete, NwfilterBindingDelete, NwfilterBindingDeleteArgs, (), High, ["nwfilter_binding:delete"], false, None, Unsupported }
            { 401, connect_list_all_nwfilter_bindings, ConnectListAllNwfilterBindings, ConnectListAllNwfilterBindingsArgs, ConnectListAllNwfilterBindingsRet, High, ["connect:search_nwfilter_bindings", "filter nwfilter_binding:getattr"], true, None, Unsupported }
            { 402, domain_set_iothread_params, DomainSetIothreadParams, DomainSetIothreadParamsArgs, (), Low, ["domain:write", "domain:save"], false, None, Served }
            { 403, connect_get_storage_pool_capabilities, ConnectGetStoragePoolCapabilities, ConnectGetStoragePoolCapabilitiesArgs, ConnectGetStoragePoolCapabilitiesRet, Low, ["connect:read"], true, None, Served }
            { 404, network_list_all_ports, NetworkListAllPorts, NetworkListAllPortsArgs, NetworkListAllPortsRet, High, ["network:search_ports", "filter network_port:getattr"], true, None, Unsupported }
            { 405, network_port_lookup_by_uuid, NetworkPortLookupByUuid, NetworkPortLookupByUuidArgs, NetworkPortLookupByUuidRet, High, ["network_port:getattr"], true, None, Unsupported }
            { 406, network_port_create_xml, NetworkPortCreateXml, NetworkPortCreateXmlArgs, NetworkPortCreateXmlRet, Low, ["network_port:create"], false, None, Unsupported }
            { 407, network_port_get_parameters, NetworkPortGetParameters, NetworkPortGetParametersArgs, NetworkPortGetParametersRet, Low, ["network_port:read"], true, None, Unsupported }
            { 408, network_port_set_parameters, NetworkPortSetParameters, NetworkPortSetParametersArgs, (), Low, ["network_port:write"], false, None, Unsupported }
            { 409, network_port_get_xml_desc, NetworkPortGetXmlDesc, NetworkPortGetXmlDescArgs, NetworkPortGetXmlDescRet, Low, ["network_port:read"], true, None, Unsupported }
            { 410, network_port_delete, NetworkPortDelete, NetworkPortDeleteArgs, (), Low, ["network_port:delete"], false, None, Unsupported }
            { 411, domain_checkpoint_create_xml, DomainCheckpointCreateXml, DomainCheckpointCreateXmlArgs, DomainCheckpointCreateXmlRet, Low, ["domain:checkpoint", "domain:fs_freeze:DOMAIN_CHECKPOINT_CREATE_QUIESCE"], false, None, Unsupported }
            { 412, domain_checkpoint_get_xml_desc, DomainCheckpointGetXmlDesc, DomainCheckpointGetXmlDescArgs, DomainCheckpointGetXmlDescRet, Low, ["domain:read", "domain:read_secure:DOMAIN_CHECKPOINT_XML_SECURE"], true, None, Served }
            { 413, domain_list_all_checkpoints, DomainListAllCheckpoints, DomainListAllCheckpointsArgs, DomainListAllCheckpointsRet, High, ["domain:read"], true, None, Served }
            { 414, domain_checkpoint_list_all_children, DomainCheckpointListAllChildren, DomainCheckpointListAllChildrenArgs, DomainCheckpointListAllChildrenRet, High, ["domain:read"], true, None, Served }
            { 415, domain_checkpoint_lookup_by_name, DomainCheckpointLookupByName, DomainCheckpointLookupByNameArgs, DomainCheckpointLookupByNameRet, High, ["domain:read"], true, None, Served }
            { 416, domain_checkpoint_get_parent, DomainCheckpointGetParent, DomainCheckpointGetParentArgs, DomainCheckpointGetParentRet, High, ["domain:read"], true, None, Served }
            { 417, domain_checkpoint_delete, DomainCheckpointDelete, DomainCheckpointDeleteArgs, (), Low, ["domain:checkpoint"], false, None, Unsupported }
            { 418, domain_get_guest_info, DomainGetGuestInfo, DomainGetGuestInfoArgs, DomainGetGuestInfoRet, Low, ["domain:write"], false, None, Served }
            { 419, connect_set_identity, ConnectSetIdentity, ConnectSetIdentityArgs, (), Low, ["connect:write"], false, None, Served }
            { 420, domain_agent_set_response_timeout, DomainAgentSetResponseTimeout, DomainAgentSetResponseTimeoutArgs, DomainAgentSetResponseTimeoutRet, Low, ["domain:write"], false, None, Served }
            { 421, domain_backup_begin, DomainBackupBegin, DomainBackupBeginArgs, (), Low, ["domain:checkpoint", "domain:block_write"], false, None, Unsupported }
            { 422, domain_backup_get_xml_desc, DomainBackupGetXmlDesc, DomainBackupGetXmlDescArgs, DomainBackupGetXmlDescRet, High, ["domain:read"], true, None, Unsupported }
            { 423, domain_event_memory_failure, DomainEventMemoryFailure, DomainEventMemoryFailureMsg, (), Low, [], true, None, Event }
            { 424, domain_authorized_ssh_keys_get, DomainAuthorizedSshKeysGet, DomainAuthorizedSshKeysGetArgs, DomainAuthorizedSshKeysGetRet, Low, ["domain:write"], false, None, Served }
            { 425, domain_authorized_ssh_keys_set, DomainAuthorizedSshKeysSet, DomainAuthorizedSshKeysSetArgs, (), Low, ["domain:write"], false, None, Served }
            { 426, domain_get_messages, DomainGetMessages, DomainGetMessagesArgs, DomainGetMessagesRet, Low, ["domain:read"], true, None, Served }
            { 427, domain_start_dirty_rate_calc, DomainStartDirtyRateCalc, DomainStartDirtyRateCalcArgs, (), Low, ["domain:write"], false, None, Unsupported }
            { 428, node_device_define_xml, NodeDeviceDefineXml, NodeDeviceDefineXmlArgs, NodeDeviceDefineXmlRet, Low, ["node_device:write", "node_device:save"], false, None, Unsupported }
            { 429, node_device_undefine, NodeDeviceUndefine, NodeDeviceUndefineArgs, (), High, ["node_device:delete"], false, None, Unsupported }
            { 430, node_device_create, NodeDeviceCreate, NodeDeviceCreateArgs, (), High, ["node_device:start"], false, None, Unsupported }
            { 431, nwfilter_define_xml_flags, NwfilterDefineXmlFlags, NwfilterDefineXmlFlagsArgs, NwfilterDefineXmlFlagsRet, High, ["nwfilter:write", "nwfilter:save"], false, None, Unsupported }
            { 432, network_define_xml_flags, NetworkDefineXmlFlags, NetworkDefineXmlFlagsArgs, NetworkDefineXmlFlagsRet, High, ["network:write", "network:save"], false, None, Unsupported }
            { 433, node_device_get_autostart, NodeDeviceGetAutostart, NodeDeviceGetAutostartArgs, NodeDeviceGetAutostartRet, High, ["node_device:read"], true, None, Unsupported }
            { 434, node_device_set_autostart, NodeDeviceSetAutostart, NodeDeviceSetAutostartArgs, (), High, ["node_device:write"], false, None, Unsupported }
            { 435, node_device_is_persistent, NodeDeviceIsPersistent, NodeDeviceIsPersistentArgs, NodeDeviceIsPersistentRet, High, ["node_device:read"], true, None, Unsupported }
            { 436, node_device_is_active, NodeDeviceIsActive, NodeDeviceIsActiveArgs, NodeDeviceIsActiveRet, High, ["node_device:read"], true, None, Unsupported }
            { 437, network_create_xml_flags, NetworkCreateXmlFlags, NetworkCreateXmlFlagsArgs, NetworkCreateXmlFlagsRet, High, ["network:write", "network:start"], false, None, Unsupported }
            { 438, domain_event_memory_device_size_change, DomainEventMemoryDeviceSizeChange, DomainEventMemoryDeviceSizeChangeMsg, (), Low, [], true, None, Event }
            { 439, domain_set_launch_security_state, DomainSetLaunchSecurityState, DomainSetLaunchSecurityStateArgs, (), Low, ["domain:write"], false, None, Unsupported }
            { 440, domain_save_params, DomainSaveParams, DomainSaveParamsArgs, (), Low, ["domain:hibernate"], false, None, Unsupported }
            { 441, domain_restore_params, DomainRestoreParams, DomainRestoreParamsArgs, (), Low, ["domain:start", "domain:write"], false, None, Unsupported }
            { 442, domain_abort_job_flags, DomainAbortJobFlags, DomainAbortJobFlagsArgs, (), Low, ["domain:write"], false, None, Served }
            { 443, domain_fd_associate, DomainFdAssociate, DomainFdAssociateArgs, (), Low, ["domain:write"], false, None, Unsupported }
            { 444, network_set_metadata, NetworkSetMetadata, NetworkSetMetadataArgs, (), Low, ["network:write", "network:save"], false, None, Unsupported }
            { 445, network_get_metadata, NetworkGetMetadata, NetworkGetMetadataArgs, NetworkGetMetadataRet, Low, ["network:read"], true, None, Unsupported }
            { 446, network_event_callback_metadata_change, NetworkEventCallbackMetadataChange, NetworkEventCallbackMetadataChangeMsg, (), Low, [], true, None, Event }
            { 447, node_device_update, NodeDeviceUpdate, NodeDeviceUpdateArgs, (), High, ["node_device:write", "node_device:save"], false, None, Unsupported }
            { 448, domain_graphics_reload, DomainGraphicsReload, DomainGraphicsReloadArgs, (), Low, ["domain:write"], false, None, Unsupported }
            { 449, domain_get_autostart_once, DomainGetAutostartOnce, DomainGetAutostartOnceArgs, DomainGetAutostartOnceRet, High, ["domain:read"], true, None, Served }
            { 450, domain_set_autostart_once, DomainSetAutostartOnce, DomainSetAutostartOnceArgs, (), High, ["domain:write"], false, None, Served }
            { 451, domain_set_throttle_group, DomainSetThrottleGroup, DomainSetThrottleGroupArgs, (), Low, ["domain:write", "domain:save"], false, None, Unsupported }
            { 452, domain_del_throttle_group, DomainDelThrottleGroup, DomainDelThrottleGroupArgs, (), Low, ["domain:write", "domain:save"], false, None, Unsupported }
            { 453, domain_event_nic_mac_change, DomainEventNicMacChange, DomainEventNicMacChangeMsg, (), Low, [], true, None, Event }
        }
    };
}

crate::for_each_procedure!(rows, pub RemoteProc, PROCEDURES:);

/// The row of a number, if the remote program has it.
pub fn procedure(number: i32) -> Option<&'static Procedure> {
    row(&PROCEDURES, number)
}
