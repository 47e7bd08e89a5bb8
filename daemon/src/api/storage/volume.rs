//! What a volume is.

use vireo_protocol::remote::{
    NonnullStorageVol, StorageVolGetInfoArgs, StorageVolGetInfoFlagsArgs, StorageVolGetInfoFlagsRet,
    StorageVolGetInfoRet, StorageVolGetPathArgs, StorageVolGetPathRet, StorageVolGetXmlDescArgs,
    StorageVolGetXmlDescRet,
};
use vireo_storage::volume::{Volume, VolumeKind};

use super::check_flags;
use crate::error::Result;
use crate::rpc::Call;
use crate::storage::def::format_volume;

/// `VIR_STORAGE_VOL_GET_PHYSICAL`: the file's length in the place of what it takes.
const GET_PHYSICAL: u32 = 1;

/// `STORAGE_VOL_GET_INFO`
pub async fn storage_vol_get_info(call: &Call, args: StorageVolGetInfoArgs) -> Result<StorageVolGetInfoRet> {
    let volume = look(call, &args.vol).await?;
    let (r#type, capacity, allocation) = (number(volume.kind), volume.capacity, volume.allocation);
    Ok(StorageVolGetInfoRet { r#type, capacity, allocation })
}

/// `STORAGE_VOL_GET_INFO_FLAGS`
pub async fn storage_vol_get_info_flags(
    call: &Call,
    args: StorageVolGetInfoFlagsArgs,
) -> Result<StorageVolGetInfoFlagsRet> {
    check_flags(args.flags, GET_PHYSICAL, "storageVolGetInfoFlags")?;
    let volume = look(call, &args.vol).await?;
    let allocation = if args.flags & GET_PHYSICAL != 0 { volume.physical } else { volume.allocation };
    Ok(StorageVolGetInfoFlagsRet { r#type: number(volume.kind), capacity: volume.capacity, allocation })
}

/// `STORAGE_VOL_GET_XML_DESC`
pub async fn storage_vol_get_xml_desc(
    call: &Call,
    args: StorageVolGetXmlDescArgs,
) -> Result<StorageVolGetXmlDescRet> {
    check_flags(args.flags, 0, "storageVolGetXMLDesc")?;
    let (active, volume) = call.daemon().pools.look(&args.vol).await?;
    Ok(StorageVolGetXmlDescRet { xml: format_volume(&volume, &active.path_of(&volume.name)) })
}

/// `STORAGE_VOL_GET_PATH`
pub async fn storage_vol_get_path(call: &Call, args: StorageVolGetPathArgs) -> Result<StorageVolGetPathRet> {
    let (_, active, volume) = call.daemon().pools.resolve_volume(&args.vol)?;
    Ok(StorageVolGetPathRet { name: active.path_of(&volume.name) })
}

async fn look(call: &Call, vol: &NonnullStorageVol) -> Result<Volume> {
    Ok(call.daemon().pools.look(vol).await?.1)
}

/// `virStorageVolType`
fn number(kind: VolumeKind) -> i8 {
    match kind {
        VolumeKind::File => 0,
        VolumeKind::Dir => 2,
    }
}
