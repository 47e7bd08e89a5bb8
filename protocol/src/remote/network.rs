//! Virtual networks.

use crate::remote::NonnullNetwork;
use crate::remote::limits::{NETWORK_DHCP_LEASES_MAX, NETWORK_LIST_MAX};

wire! {
    ConnectNumOfNetworksRet { num: i32 }
    ConnectListNetworksArgs { maxnames: i32 }
    ConnectListNetworksRet { names: Vec<String>[NETWORK_LIST_MAX] }
    ConnectNumOfDefinedNetworksRet { num: i32 }
    ConnectListDefinedNetworksArgs { maxnames: i32 }
    ConnectListDefinedNetworksRet { names: Vec<String>[NETWORK_LIST_MAX] }
    NetworkLookupByUuidArgs { uuid: [u8; 16] }
    NetworkLookupByUuidRet { net: NonnullNetwork }
    NetworkLookupByNameArgs { name: String }
    NetworkLookupByNameRet { net: NonnullNetwork }
    NetworkCreateXmlArgs { xml: String }
    NetworkCreateXmlRet { net: NonnullNetwork }
    NetworkCreateXmlFlagsArgs { xml: String, flags: u32 }
    NetworkCreateXmlFlagsRet { net: NonnullNetwork }
    NetworkDefineXmlArgs { xml: String }
    NetworkDefineXmlRet { net: NonnullNetwork }
    NetworkDefineXmlFlagsArgs { xml: String, flags: u32 }
    NetworkDefineXmlFlagsRet { net: NonnullNetwork }
    NetworkUndefineArgs { net: NonnullNetwork }
    NetworkUpdateArgs {
        net: NonnullNetwork, command: u32, section: u32, parent_index: i32, xml: String, flags: u32,
    }
    NetworkCreateArgs { net: NonnullNetwork }
    NetworkDestroyArgs { net: NonnullNetwork }
    NetworkGetXmlDescArgs { net: NonnullNetwork, flags: u32 }
    NetworkGetXmlDescRet { xml: String }
    NetworkGetBridgeNameArgs { net: NonnullNetwork }
    NetworkGetBridgeNameRet { name: String }
    NetworkGetAutostartArgs { net: NonnullNetwork }
    NetworkGetAutostartRet { autostart: i32 }
    NetworkSetAutostartArgs { net: NonnullNetwork, autostart: i32 }
    NetworkIsActiveArgs { net: NonnullNetwork }
    NetworkIsActiveRet { active: i32 }
    NetworkIsPersistentArgs { net: NonnullNetwork }
    NetworkIsPersistentRet { persistent: i32 }
    ConnectListAllNetworksArgs { need_results: i32, flags: u32 }
    ConnectListAllNetworksRet { nets: Vec<NonnullNetwork>[NETWORK_LIST_MAX], ret: u32 }
    ConnectNetworkEventRegisterAnyArgs { event_id: i32, net: Option<NonnullNetwork> }
    ConnectNetworkEventRegisterAnyRet { callback_id: i32 }
    ConnectNetworkEventDeregisterAnyArgs { callback_id: i32 }
    NetworkEventLifecycleMsg { callback_id: i32, net: NonnullNetwork, event: i32, detail: i32 }
    NetworkEventCallbackMetadataChangeMsg {
        callback_id: i32, net: NonnullNetwork, r#type: i32, nsuri: Option<String>,
    }
    NetworkSetMetadataArgs {
        network: NonnullNetwork, r#type: i32, metadata: Option<String>, key: Option<String>,
        uri: Option<String>, flags: u32,
    }
    NetworkGetMetadataArgs { network: NonnullNetwork, r#type: i32, uri: Option<String>, flags: u32 }
    NetworkGetMetadataRet { metadata: String }
    NetworkDhcpLease {
        iface: String, expirytime: i64, r#type: i32, mac: Option<String>, iaid: Option<String>,
        ipaddr: String, prefix: u32, hostname: Option<String>, clientid: Option<String>,
    }
    NetworkGetDhcpLeasesArgs { net: NonnullNetwork, mac: Option<String>, need_results: i32, flags: u32 }
    NetworkGetDhcpLeasesRet { leases: Vec<NetworkDhcpLease>[NETWORK_DHCP_LEASES_MAX], ret: u32 }
}
