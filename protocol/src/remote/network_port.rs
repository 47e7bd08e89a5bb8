//! Ports of virtual networks.

use crate::remote::limits::{NETWORK_PORT_LIST_MAX, NETWORK_PORT_PARAMETERS_MAX};
use crate::remote::{NonnullNetwork, NonnullNetworkPort, TypedParam};

wire! {
    NetworkListAllPortsArgs { network: NonnullNetwork, need_results: i32, flags: u32 }
    NetworkListAllPortsRet { ports: Vec<NonnullNetworkPort>[NETWORK_PORT_LIST_MAX], ret: u32 }
    NetworkPortLookupByUuidArgs { network: NonnullNetwork, uuid: [u8; 16] }
    NetworkPortLookupByUuidRet { port: NonnullNetworkPort }
    NetworkPortCreateXmlArgs { network: NonnullNetwork, xml: String, flags: u32 }
    NetworkPortCreateXmlRet { port: NonnullNetworkPort }
    NetworkPortSetParametersArgs {
        port: NonnullNetworkPort, params: Vec<TypedParam>[NETWORK_PORT_PARAMETERS_MAX], flags: u32,
    }
    NetworkPortGetParametersArgs { port: NonnullNetworkPort, nparams: i32, flags: u32 }
    NetworkPortGetParametersRet { params: Vec<TypedParam>[NETWORK_PORT_PARAMETERS_MAX], nparams: i32 }
    NetworkPortGetXmlDescArgs { port: NonnullNetworkPort, flags: u32 }
    NetworkPortGetXmlDescRet { xml: String }
    NetworkPortDeleteArgs { port: NonnullNetworkPort, flags: u32 }
}
