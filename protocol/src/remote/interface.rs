//! The host's network interfaces.

use crate::remote::NonnullInterface;
use crate::remote::limits::INTERFACE_LIST_MAX;

wire! {
    ConnectNumOfInterfacesRet { num: i32 }
    ConnectListInterfacesArgs { maxnames: i32 }
    ConnectListInterfacesRet { names: Vec<String>[INTERFACE_LIST_MAX] }
    ConnectNumOfDefinedInterfacesRet { num: i32 }
    ConnectListDefinedInterfacesArgs { maxnames: i32 }
    ConnectListDefinedInterfacesRet { names: Vec<String>[INTERFACE_LIST_MAX] }
    InterfaceLookupByNameArgs { name: String }
    InterfaceLookupByNameRet { iface: NonnullInterface }
    InterfaceLookupByMacStringArgs { mac: String }
    InterfaceLookupByMacStringRet { iface: NonnullInterface }
    InterfaceGetXmlDescArgs { iface: NonnullInterface, flags: u32 }
    InterfaceGetXmlDescRet { xml: String }
    InterfaceDefineXmlArgs { xml: String, flags: u32 }
    InterfaceDefineXmlRet { iface: NonnullInterface }
    InterfaceUndefineArgs { iface: NonnullInterface }
    InterfaceCreateArgs { iface: NonnullInterface, flags: u32 }
    InterfaceDestroyArgs { iface: NonnullInterface, flags: u32 }
    InterfaceChangeBeginArgs { flags: u32 }
    InterfaceChangeCommitArgs { flags: u32 }
    InterfaceChangeRollbackArgs { flags: u32 }
    InterfaceIsActiveArgs { iface: NonnullInterface }
    InterfaceIsActiveRet { active: i32 }
    ConnectListAllInterfacesArgs { need_results: i32, flags: u32 }
    ConnectListAllInterfacesRet { ifaces: Vec<NonnullInterface>[INTERFACE_LIST_MAX], ret: u32 }
}
