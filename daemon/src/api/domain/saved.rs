//! Managed save: the image a domain would be restored from at its next start. Nothing makes one yet.

use vireo_protocol::remote::{
    DomainHasManagedSaveImageArgs, DomainHasManagedSaveImageRet, DomainManagedSaveDefineXmlArgs,
    DomainManagedSaveGetXmlDescArgs, DomainManagedSaveGetXmlDescRet, DomainManagedSaveRemoveArgs,
    NonnullDomain,
};

use super::{check_flags, snapshot};
use crate::api::arguments::not_both;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_SAVE_IMAGE_XML_SECURE`
const XML_SECURE: u32 = 1;

/// `VIR_DOMAIN_SAVE_*`
mod save {
    pub const RUNNING: u32 = 1 << 1;
    pub const PAUSED: u32 = 1 << 2;
}

/// `DOMAIN_HAS_MANAGED_SAVE_IMAGE`
pub async fn domain_has_managed_save_image(
    call: &Call,
    args: DomainHasManagedSaveImageArgs,
) -> Result<DomainHasManagedSaveImageRet> {
    check_flags(args.flags, 0, "qemuDomainHasManagedSaveImage")?;
    snapshot(call, &args.dom)?;
    Ok(DomainHasManagedSaveImageRet { result: 0 })
}

/// `DOMAIN_MANAGED_SAVE_REMOVE`
pub async fn domain_managed_save_remove(call: &Call, args: DomainManagedSaveRemoveArgs) -> Result<()> {
    check_flags(args.flags, 0, "qemuDomainManagedSaveRemove")?;
    let snapshot = snapshot(call, &args.dom)?;
    let what = format!("Failed to remove managed save file of domain '{}'", snapshot.name);
    Err(Error::system(ErrorDomain::Qemu, what, &rustix::io::Errno::NOENT.into()))
}

/// `DOMAIN_MANAGED_SAVE_GET_XML_DESC`
pub async fn domain_managed_save_get_xml_desc(
    call: &Call,
    args: DomainManagedSaveGetXmlDescArgs,
) -> Result<DomainManagedSaveGetXmlDescRet> {
    check_flags(args.flags, XML_SECURE, "qemuDomainManagedSaveGetXMLDesc")?;
    no_image(call, &args.dom)
}

/// `DOMAIN_MANAGED_SAVE_DEFINE_XML`: other flags are for the image to judge.
pub async fn domain_managed_save_define_xml(call: &Call, args: DomainManagedSaveDefineXmlArgs) -> Result<()> {
    let names = ["VIR_DOMAIN_SAVE_RUNNING", "VIR_DOMAIN_SAVE_PAUSED"];
    not_both(args.flags, save::RUNNING | save::PAUSED, "virDomainManagedSaveDefineXML", names)?;
    no_image(call, &args.dom)
}

fn no_image<T>(call: &Call, dom: &NonnullDomain) -> Result<T> {
    snapshot(call, dom)?;
    let info = "domain does not have managed save image";
    Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info))
}
