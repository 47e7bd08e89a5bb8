//! Devices of domains, consoles, displays, keys.

use crate::remote::limits::{
    DOMAIN_INTERFACE_MAX, DOMAIN_INTERFACE_PARAMETERS_MAX, DOMAIN_IP_ADDR_MAX, DOMAIN_SEND_KEY_MAX,
};
use crate::remote::{NonnullDomain, TypedParam};

wire! {
    DomainInterfaceStatsArgs { dom: NonnullDomain, device: String }
    DomainInterfaceStatsRet {
        rx_bytes: i64, rx_packets: i64, rx_errs: i64, rx_drop: i64, tx_bytes: i64, tx_packets: i64,
        tx_errs: i64, tx_drop: i64,
    }
    DomainSetInterfaceParametersArgs {
        dom: NonnullDomain, device: String, params: Vec<TypedParam>[DOMAIN_INTERFACE_PARAMETERS_MAX],
        flags: u32,
    }
    DomainGetInterfaceParametersArgs { dom: NonnullDomain, device: String, nparams: i32, flags: u32 }
    DomainGetInterfaceParametersRet { params: Vec<TypedParam>[DOMAIN_INTERFACE_PARAMETERS_MAX], nparams: i32 }
    DomainScreenshotArgs { dom: NonnullDomain, screen: u32, flags: u32 }
    DomainScreenshotRet { mime: Option<String> }
    DomainSendKeyArgs {
        dom: NonnullDomain, codeset: u32, holdtime: u32, keycodes: Vec<u32>[DOMAIN_SEND_KEY_MAX], flags: u32,
    }
    DomainAttachDeviceArgs { dom: NonnullDomain, xml: String }
    DomainAttachDeviceFlagsArgs { dom: NonnullDomain, xml: String, flags: u32 }
    DomainDetachDeviceArgs { dom: NonnullDomain, xml: String }
    DomainDetachDeviceFlagsArgs { dom: NonnullDomain, xml: String, flags: u32 }
    DomainUpdateDeviceFlagsArgs { dom: NonnullDomain, xml: String, flags: u32 }
    DomainDetachDeviceAliasArgs { dom: NonnullDomain, alias: String, flags: u32 }
    DomainOpenConsoleArgs { dom: NonnullDomain, dev_name: Option<String>, flags: u32 }
    DomainOpenChannelArgs { dom: NonnullDomain, name: Option<String>, flags: u32 }
    DomainOpenGraphicsArgs { dom: NonnullDomain, idx: u32, flags: u32 }
    DomainOpenGraphicsFdArgs { dom: NonnullDomain, idx: u32, flags: u32 }
    DomainIpAddr { r#type: i32, addr: String, prefix: u32 }
    DomainInterface { name: String, hwaddr: Option<String>, addrs: Vec<DomainIpAddr>[DOMAIN_IP_ADDR_MAX] }
    DomainInterfaceAddressesArgs { dom: NonnullDomain, source: u32, flags: u32 }
    DomainInterfaceAddressesRet { ifaces: Vec<DomainInterface>[DOMAIN_INTERFACE_MAX] }
    DomainGraphicsReloadArgs { dom: NonnullDomain, r#type: u32, flags: u32 }
    DomainFdAssociateArgs { dom: NonnullDomain, name: String, flags: u32 }
}
