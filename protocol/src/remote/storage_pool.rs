//! Storage pools.

use crate::remote::limits::{STORAGE_POOL_LIST_MAX, STORAGE_VOL_LIST_MAX};
use crate::remote::{NonnullStoragePool, NonnullStorageVol};

wire! {
    ConnectNumOfStoragePoolsRet { num: i32 }
    ConnectListStoragePoolsArgs { maxnames: i32 }
    ConnectListStoragePoolsRet { names: Vec<String>[STORAGE_POOL_LIST_MAX] }
    ConnectNumOfDefinedStoragePoolsRet { num: i32 }
    ConnectListDefinedStoragePoolsArgs { maxnames: i32 }
    ConnectListDefinedStoragePoolsRet { names: Vec<String>[STORAGE_POOL_LIST_MAX] }
    ConnectFindStoragePoolSourcesArgs { r#type: String, src_spec: Option<String>, flags: u32 }
    ConnectFindStoragePoolSourcesRet { xml: String }
    StoragePoolLookupByUuidArgs { uuid: [u8; 16] }
    StoragePoolLookupByUuidRet { pool: NonnullStoragePool }
    StoragePoolLookupByNameArgs { name: String }
    StoragePoolLookupByNameRet { pool: NonnullStoragePool }
    StoragePoolLookupByVolumeArgs { vol: NonnullStorageVol }
    StoragePoolLookupByVolumeRet { pool: NonnullStoragePool }
    StoragePoolLookupByTargetPathArgs { path: String }
    StoragePoolLookupByTargetPathRet { pool: NonnullStoragePool }
    StoragePoolCreateXmlArgs { xml: String, flags: u32 }
    StoragePoolCreateXmlRet { pool: NonnullStoragePool }
    StoragePoolDefineXmlArgs { xml: String, flags: u32 }
    StoragePoolDefineXmlRet { pool: NonnullStoragePool }
    StoragePoolBuildArgs { pool: NonnullStoragePool, flags: u32 }
    StoragePoolUndefineArgs { pool: NonnullStoragePool }
    StoragePoolCreateArgs { pool: NonnullStoragePool, flags: u32 }
    StoragePoolDestroyArgs { pool: NonnullStoragePool }
    StoragePoolDeleteArgs { pool: NonnullStoragePool, flags: u32 }
    StoragePoolRefreshArgs { pool: NonnullStoragePool, flags: u32 }
    StoragePoolGetXmlDescArgs { pool: NonnullStoragePool, flags: u32 }
    StoragePoolGetXmlDescRet { xml: String }
    StoragePoolGetInfoArgs { pool: NonnullStoragePool }
    StoragePoolGetInfoRet { state: u8, capacity: u64, allocation: u64, available: u64 }
    StoragePoolGetAutostartArgs { pool: NonnullStoragePool }
    StoragePoolGetAutostartRet { autostart: i32 }
    StoragePoolSetAutostartArgs { pool: NonnullStoragePool, autostart: i32 }
    StoragePoolNumOfVolumesArgs { pool: NonnullStoragePool }
    StoragePoolNumOfVolumesRet { num: i32 }
    StoragePoolListVolumesArgs { pool: NonnullStoragePool, maxnames: i32 }
    StoragePoolListVolumesRet { names: Vec<String>[STORAGE_VOL_LIST_MAX] }
    StoragePoolIsActiveArgs { pool: NonnullStoragePool }
    StoragePoolIsActiveRet { active: i32 }
    StoragePoolIsPersistentArgs { pool: NonnullStoragePool }
    StoragePoolIsPersistentRet { persistent: i32 }
    ConnectListAllStoragePoolsArgs { need_results: i32, flags: u32 }
    ConnectListAllStoragePoolsRet { pools: Vec<NonnullStoragePool>[STORAGE_POOL_LIST_MAX], ret: u32 }
    StoragePoolListAllVolumesArgs { pool: NonnullStoragePool, need_results: i32, flags: u32 }
    StoragePoolListAllVolumesRet { vols: Vec<NonnullStorageVol>[STORAGE_VOL_LIST_MAX], ret: u32 }
    ConnectStoragePoolEventRegisterAnyArgs { event_id: i32, pool: Option<NonnullStoragePool> }
    ConnectStoragePoolEventRegisterAnyRet { callback_id: i32 }
    ConnectStoragePoolEventDeregisterAnyArgs { callback_id: i32 }
    StoragePoolEventLifecycleMsg { callback_id: i32, pool: NonnullStoragePool, event: i32, detail: i32 }
    StoragePoolEventRefreshMsg { callback_id: i32, pool: NonnullStoragePool }
    ConnectGetStoragePoolCapabilitiesArgs { flags: u32 }
    ConnectGetStoragePoolCapabilitiesRet { capabilities: String }
}
