//! A domain's XML.

use vireo_protocol::remote::{DomainGetXmlDescArgs, DomainGetXmlDescRet};

use super::{check_flags, snapshot};
use crate::api::blocking::ask_host;
use crate::domain::Snapshot;
use crate::domain::def::{DomainDef, FormatOptions, ParseFlags};
use crate::domain::facts::Facts;
use crate::domain::text::Packed;
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
    let kept = Kept::of(&snapshot, args.flags)?;
    let wanted = options(args.flags);
    if args.flags & flag::UPDATE_CPU == 0 {
        return Ok(DomainGetXmlDescRet { xml: kept.format(&snapshot, wanted)? });
    }
    let mut def = kept.parse()?;
    if def.cpu.as_ref().is_some_and(|cpu| cpu.depends_on_host()) {
        let offered = ask_host(call, |host| host.offered()).await?;
        if let (Some(cpu), Some(host)) = (&mut def.cpu, offered.guest_cpu()) {
            cpu.update(&host);
        }
    }
    Ok(DomainGetXmlDescRet { xml: def.format(&wanted.for_another_host()) })
}

fn options(flags: u32) -> FormatOptions {
    let has = |flag| flags & flag != 0;
    FormatOptions {
        inactive: has(flag::INACTIVE),
        // Another host could not start it without its passwords.
        secure: has(flag::SECURE) || has(flag::MIGRATABLE),
        migratable: has(flag::MIGRATABLE),
    }
}

/// A document as it is kept: with everything secret, the definition's as inactive, the guest's as live.
struct Kept<'a> {
    facts: &'a Facts,
    text: &'a Packed,
    live: bool,
}

impl<'a> Kept<'a> {
    fn of(snapshot: &'a Snapshot, flags: u32) -> Result<Self> {
        let inactive = flags & flag::INACTIVE != 0;
        let live = snapshot.live.as_ref().filter(|_| !inactive || snapshot.definition.is_none());
        match (live, &snapshot.definition) {
            (Some(live), _) => Ok(Self { facts: &live.facts, text: &live.text, live: true }),
            (None, Some(definition)) => {
                Ok(Self { facts: &definition.facts, text: &definition.text, live: false })
            }
            // A transient domain that is only being started.
            (None, None) => Err(crate::domain::policy::not_running()),
        }
    }

    fn parse(&self) -> Result<DomainDef> {
        DomainDef::parse(&self.text.unpack(), ParseFlags { live: self.live, ..ParseFlags::default() })
    }

    fn format(&self, snapshot: &Snapshot, wanted: FormatOptions) -> Result<String> {
        let as_kept = self.live != wanted.inactive || (!self.live && !snapshot.is_active());
        if as_kept && !wanted.migratable && (wanted.secure || !self.facts.secrets) {
            return Ok(self.text.unpack());
        }
        Ok(self.parse()?.format(&wanted.for_another_host()))
    }
}
