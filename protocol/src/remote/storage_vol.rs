//! Storage volumes.

use crate::remote::{NonnullStoragePool, NonnullStorageVol};

wire! {
    StorageVolLookupByNameArgs { pool: NonnullStoragePool, name: String }
    StorageVolLookupByNameRet { vol: NonnullStorageVol }
    StorageVolLookupByKeyArgs { key: String }
    StorageVolLookupByKeyRet { vol: NonnullStorageVol }
    StorageVolLookupByPathArgs { path: String }
    StorageVolLookupByPathRet { vol: NonnullStorageVol }
    StorageVolCreateXmlArgs { pool: NonnullStoragePool, xml: String, flags: u32 }
    StorageVolCreateXmlRet { vol: NonnullStorageVol }
    StorageVolCreateXmlFromArgs {
        pool: NonnullStoragePool, xml: String, clonevol: NonnullStorageVol, flags: u32,
    }
    StorageVolCreateXmlFromRet { vol: NonnullStorageVol }
    StorageVolDeleteArgs { vol: NonnullStorageVol, flags: u32 }
    StorageVolWipeArgs { vol: NonnullStorageVol, flags: u32 }
    StorageVolWipePatternArgs { vol: NonnullStorageVol, algorithm: u32, flags: u32 }
    StorageVolGetXmlDescArgs { vol: NonnullStorageVol, flags: u32 }
    StorageVolGetXmlDescRet { xml: String }
    StorageVolGetInfoArgs { vol: NonnullStorageVol }
    StorageVolGetInfoRet { r#type: i8, capacity: u64, allocation: u64 }
    StorageVolGetInfoFlagsArgs { vol: NonnullStorageVol, flags: u32 }
    StorageVolGetInfoFlagsRet { r#type: i8, capacity: u64, allocation: u64 }
    StorageVolGetPathArgs { vol: NonnullStorageVol }
    StorageVolGetPathRet { name: String }
    StorageVolResizeArgs { vol: NonnullStorageVol, capacity: u64, flags: u32 }
    StorageVolUploadArgs { vol: NonnullStorageVol, offset: u64, length: u64, flags: u32 }
    StorageVolDownloadArgs { vol: NonnullStorageVol, offset: u64, length: u64, flags: u32 }
}
