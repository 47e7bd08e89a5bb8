//! What is defined: making, changing and forgetting it.

use std::sync::Arc;

use vireo_protocol::remote::{
    DomainCreateXmlArgs, DomainCreateXmlRet, DomainDefineXmlArgs, DomainDefineXmlFlagsArgs,
    DomainDefineXmlFlagsRet, DomainDefineXmlRet, DomainUndefineArgs, DomainUndefineFlagsArgs, NonnullDomain,
};

use super::{ask, check_flags, named};
use crate::domain::Domain;
use crate::domain::def::{DomainDef, ParseFlags};
use crate::domain::request::{Answer, CreateOptions, Refusal, Request, UndefineOptions};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::Call;

/// `VIR_DOMAIN_DEFINE_VALIDATE`
const DEFINE_VALIDATE: u32 = 1;

/// `VIR_DOMAIN_START_*`
pub(super) mod start {
    pub const PAUSED: u32 = 1;
    pub const AUTODESTROY: u32 = 1 << 1;
    /// Without a saved image there is no cache to go past.
    pub const BYPASS_CACHE: u32 = 1 << 2;
    /// Without a saved image every start is a boot.
    pub const FORCE_BOOT: u32 = 1 << 3;
    pub const VALIDATE: u32 = 1 << 4;
    /// Without firmware there are no variables to reset.
    pub const RESET_NVRAM: u32 = 1 << 5;
}

/// `VIR_DOMAIN_UNDEFINE_*`
mod undefine {
    pub const MANAGED_SAVE: u32 = 1;
    pub const SNAPSHOTS_METADATA: u32 = 1 << 1;
    pub const NVRAM: u32 = 1 << 2;
    pub const KEEP_NVRAM: u32 = 1 << 3;
    pub const CHECKPOINTS_METADATA: u32 = 1 << 4;
    pub const TPM: u32 = 1 << 5;
    pub const KEEP_TPM: u32 = 1 << 6;
    pub const ALL: u32 =
        MANAGED_SAVE | SNAPSHOTS_METADATA | NVRAM | KEEP_NVRAM | CHECKPOINTS_METADATA | TPM | KEEP_TPM;
}

/// `DOMAIN_DEFINE_XML`
pub async fn domain_define_xml(call: &Call, args: DomainDefineXmlArgs) -> Result<DomainDefineXmlRet> {
    Ok(DomainDefineXmlRet { dom: define(call, &args.xml, 0).await? })
}

/// `DOMAIN_DEFINE_XML_FLAGS`
pub async fn domain_define_xml_flags(
    call: &Call,
    args: DomainDefineXmlFlagsArgs,
) -> Result<DomainDefineXmlFlagsRet> {
    check_flags(args.flags, DEFINE_VALIDATE, "qemuDomainDefineXMLFlags")?;
    Ok(DomainDefineXmlFlagsRet { dom: define(call, &args.xml, args.flags).await? })
}

/// `DOMAIN_CREATE_XML`
pub async fn domain_create_xml(call: &Call, args: DomainCreateXmlArgs) -> Result<DomainCreateXmlRet> {
    let known = start::PAUSED | start::AUTODESTROY | start::VALIDATE | start::RESET_NVRAM;
    check_flags(args.flags, known, "qemuDomainCreateXML")?;
    let def = parse(call, &args.xml_desc, args.flags & start::VALIDATE != 0)?;
    let options = create_options(call, args.flags);
    let domain = admit(call, def, |def| Request::CreateXml { def, options: options.clone() }).await?;
    Ok(DomainCreateXmlRet { dom: named(&domain) })
}

/// `DOMAIN_UNDEFINE`
pub async fn domain_undefine(call: &Call, args: DomainUndefineArgs) -> Result<()> {
    ask(call, &args.dom, Request::Undefine(UndefineOptions::default())).await.map(drop)
}

/// `DOMAIN_UNDEFINE_FLAGS`
pub async fn domain_undefine_flags(call: &Call, args: DomainUndefineFlagsArgs) -> Result<()> {
    check_flags(args.flags, undefine::ALL, "qemuDomainUndefineFlags")?;
    let has = |flag| args.flags & flag != 0;
    for (remove, keep, what) in
        [(undefine::NVRAM, undefine::KEEP_NVRAM, "nvram"), (undefine::TPM, undefine::KEEP_TPM, "TPM")]
    {
        if has(remove) && has(keep) {
            let info = format!("cannot both keep and delete {what}");
            return Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info));
        }
    }
    let options = UndefineOptions { nvram: has(undefine::NVRAM), keep_nvram: has(undefine::KEEP_NVRAM) };
    ask(call, &args.dom, Request::Undefine(options)).await.map(drop)
}

/// How a call wants a guest started.
pub(super) fn create_options(call: &Call, flags: u32) -> CreateOptions {
    CreateOptions {
        paused: flags & start::PAUSED != 0,
        autodestroy: (flags & start::AUTODESTROY != 0).then(|| call.client().clone()),
    }
}

async fn define(call: &Call, xml: &str, flags: u32) -> Result<NonnullDomain> {
    let def = parse(call, xml, flags & DEFINE_VALIDATE != 0)?;
    let domain = admit(call, def, |def| Request::Define { def }).await?;
    Ok(named(&domain))
}

fn parse(call: &Call, xml: &str, validate: bool) -> Result<Box<DomainDef>> {
    let emulator = call.daemon().domains.setup().program.path.to_string_lossy();
    let flags = ParseFlags { validate, emulator: &emulator, ..ParseFlags::default() };
    DomainDef::parse(xml, flags).map(Box::new)
}

/// Takes the name and UUID of a document and hands it to the domain of both.
async fn admit(
    call: &Call,
    def: Box<DomainDef>,
    request: impl Fn(Box<DomainDef>) -> Request,
) -> Result<Arc<Domain>> {
    let registry = &call.daemon().domains;
    loop {
        let domain = registry.admit(&def.name, def.uuid)?;
        match domain.ask(registry, request(def.clone())).await {
            Ok(Answer::Done | Answer::Console(_)) => return Ok(domain),
            Err(Refusal::Error(error)) => return Err(error),
            // It was removed between the two; its name and UUID are free now.
            Err(Refusal::Gone) => {}
        }
    }
}
