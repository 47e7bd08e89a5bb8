//! A domain's XML.

use vireo_protocol::remote::{DomainGetXmlDescArgs, DomainGetXmlDescRet};

use super::{check_flags, snapshot};
use crate::domain::Snapshot;
use crate::domain::def::{DomainDef, FormatOptions, ParseFlags};
use crate::error::Result;
use crate::rpc::Call;

/// `VIR_DOMAIN_XML_*`
mod flag {
    pub const SECURE: u32 = 1;
    pub const INACTIVE: u32 = 1 << 1;
    pub const UPDATE_CPU: u32 = 1 << 2;
    pub const MIGRATABLE: u32 = 1 << 3;
}

/// `DOMAIN_GET_XML_DESC`
pub async fn domain_get_xml_desc(call: &Call, args: DomainGetXmlDescArgs) -> Result<DomainGetXmlDescRet> {
    let known = flag::SECURE | flag::INACTIVE | flag::UPDATE_CPU | flag::MIGRATABLE;
    check_flags(args.flags, known, "qemuDomainGetXMLDesc")?;
    let snapshot = snapshot(call, &args.dom)?;
    Ok(DomainGetXmlDescRet { xml: describe(&snapshot, args.flags)? })
}

fn describe(snapshot: &Snapshot, flags: u32) -> Result<String> {
    let has = |flag| flags & flag != 0;
    let wanted = FormatOptions {
        inactive: has(flag::INACTIVE),
        secure: has(flag::SECURE),
        migratable: has(flag::MIGRATABLE),
    };
    // Both are kept with everything secret: the definition as inactive, the guest's as live.
    let live = snapshot.live.as_ref().filter(|_| !wanted.inactive || snapshot.definition.is_none());
    let (facts, text, kept_live) = match (live, &snapshot.definition) {
        (Some(live), _) => (&live.facts, &live.text, true),
        (None, Some(definition)) => (&definition.facts, &definition.text, false),
        // A transient domain that is only being started.
        (None, None) => return Err(crate::domain::policy::not_running()),
    };
    let text = text.unpack();
    let as_kept = kept_live != wanted.inactive || (!kept_live && !snapshot.is_active());
    if as_kept && !wanted.migratable && (wanted.secure || !facts.secrets) {
        return Ok(text);
    }
    let parse = ParseFlags { live: kept_live, ..ParseFlags::default() };
    // What another host is to take holds nothing that only this one gave the guest.
    let wanted = FormatOptions { inactive: wanted.inactive || wanted.migratable, ..wanted };
    Ok(DomainDef::parse(&text, parse)?.format(&wanted))
}
