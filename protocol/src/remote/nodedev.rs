//! The host's devices.

use crate::remote::NonnullNodeDevice;
use crate::remote::limits::{NODE_DEVICE_CAPS_LIST_MAX, NODE_DEVICE_LIST_MAX};

wire! {
    NodeNumOfDevicesArgs { cap: Option<String>, flags: u32 }
    NodeNumOfDevicesRet { num: i32 }
    NodeListDevicesArgs { cap: Option<String>, maxnames: i32, flags: u32 }
    NodeListDevicesRet { names: Vec<String>[NODE_DEVICE_LIST_MAX] }
    NodeDeviceLookupByNameArgs { name: String }
    NodeDeviceLookupByNameRet { dev: NonnullNodeDevice }
    NodeDeviceLookupScsiHostByWwnArgs { wwnn: String, wwpn: String, flags: u32 }
    NodeDeviceLookupScsiHostByWwnRet { dev: NonnullNodeDevice }
    NodeDeviceGetXmlDescArgs { name: String, flags: u32 }
    NodeDeviceGetXmlDescRet { xml: String }
    NodeDeviceGetParentArgs { name: String }
    NodeDeviceGetParentRet { parent_name: Option<String> }
    NodeDeviceNumOfCapsArgs { name: String }
    NodeDeviceNumOfCapsRet { num: i32 }
    NodeDeviceListCapsArgs { name: String, maxnames: i32 }
    NodeDeviceListCapsRet { names: Vec<String>[NODE_DEVICE_CAPS_LIST_MAX] }
    NodeDeviceDettachArgs { name: String }
    NodeDeviceDetachFlagsArgs { name: String, driver_name: Option<String>, flags: u32 }
    NodeDeviceReAttachArgs { name: String }
    NodeDeviceResetArgs { name: String }
    NodeDeviceCreateXmlArgs { xml_desc: String, flags: u32 }
    NodeDeviceCreateXmlRet { dev: NonnullNodeDevice }
    NodeDeviceDestroyArgs { name: String }
    NodeDeviceDefineXmlArgs { xml_desc: String, flags: u32 }
    NodeDeviceDefineXmlRet { dev: NonnullNodeDevice }
    NodeDeviceUndefineArgs { name: String, flags: u32 }
    NodeDeviceCreateArgs { name: String, flags: u32 }
    NodeDeviceGetAutostartArgs { name: String }
    NodeDeviceGetAutostartRet { autostart: i32 }
    NodeDeviceSetAutostartArgs { name: String, autostart: i32 }
    NodeDeviceIsPersistentArgs { name: String }
    NodeDeviceIsPersistentRet { persistent: i32 }
    NodeDeviceIsActiveArgs { name: String }
    NodeDeviceIsActiveRet { active: i32 }
    NodeDeviceUpdateArgs { name: String, xml_desc: String, flags: u32 }
    ConnectListAllNodeDevicesArgs { need_results: i32, flags: u32 }
    ConnectListAllNodeDevicesRet { devices: Vec<NonnullNodeDevice>[NODE_DEVICE_LIST_MAX], ret: u32 }
    ConnectNodeDeviceEventRegisterAnyArgs { event_id: i32, dev: Option<NonnullNodeDevice> }
    ConnectNodeDeviceEventRegisterAnyRet { callback_id: i32 }
    ConnectNodeDeviceEventDeregisterAnyArgs { callback_id: i32 }
    NodeDeviceEventLifecycleMsg { callback_id: i32, dev: NonnullNodeDevice, event: i32, detail: i32 }
    NodeDeviceEventUpdateMsg { callback_id: i32, dev: NonnullNodeDevice }
}
