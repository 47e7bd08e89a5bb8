//! Network filters and where they are bound.

use crate::remote::limits::{NWFILTER_BINDING_LIST_MAX, NWFILTER_LIST_MAX};
use crate::remote::{NonnullNwfilter, NonnullNwfilterBinding};

wire! {
    ConnectNumOfNwfiltersRet { num: i32 }
    ConnectListNwfiltersArgs { maxnames: i32 }
    ConnectListNwfiltersRet { names: Vec<String>[NWFILTER_LIST_MAX] }
    NwfilterLookupByUuidArgs { uuid: [u8; 16] }
    NwfilterLookupByUuidRet { nwfilter: NonnullNwfilter }
    NwfilterLookupByNameArgs { name: String }
    NwfilterLookupByNameRet { nwfilter: NonnullNwfilter }
    NwfilterDefineXmlArgs { xml: String }
    NwfilterDefineXmlRet { nwfilter: NonnullNwfilter }
    NwfilterDefineXmlFlagsArgs { xml: String, flags: u32 }
    NwfilterDefineXmlFlagsRet { nwfilter: NonnullNwfilter }
    NwfilterUndefineArgs { nwfilter: NonnullNwfilter }
    NwfilterGetXmlDescArgs { nwfilter: NonnullNwfilter, flags: u32 }
    NwfilterGetXmlDescRet { xml: String }
    ConnectListAllNwfiltersArgs { need_results: i32, flags: u32 }
    ConnectListAllNwfiltersRet { filters: Vec<NonnullNwfilter>[NWFILTER_LIST_MAX], ret: u32 }
    NwfilterBindingLookupByPortDevArgs { name: String }
    NwfilterBindingLookupByPortDevRet { nwfilter: NonnullNwfilterBinding }
    NwfilterBindingCreateXmlArgs { xml: String, flags: u32 }
    NwfilterBindingCreateXmlRet { nwfilter: NonnullNwfilterBinding }
    NwfilterBindingDeleteArgs { nwfilter: NonnullNwfilterBinding }
    NwfilterBindingGetXmlDescArgs { nwfilter: NonnullNwfilterBinding, flags: u32 }
    NwfilterBindingGetXmlDescRet { xml: String }
    ConnectListAllNwfilterBindingsArgs { need_results: i32, flags: u32 }
    ConnectListAllNwfilterBindingsRet {
        bindings: Vec<NonnullNwfilterBinding>[NWFILTER_BINDING_LIST_MAX], ret: u32,
    }
}
