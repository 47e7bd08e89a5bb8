//! Changing a part of what a domain is: its name, what is noted of it, what becomes of it when it ends.

use vireo_protocol::remote::{
    DomainGetMetadataArgs, DomainGetMetadataRet, DomainRenameArgs, DomainRenameRet,
    DomainSetLifecycleActionArgs, DomainSetMetadataArgs,
};

use super::{ask, check_flags, live, snapshot};
use crate::api::arguments::{not_both, not_empty, there};
use crate::domain::Snapshot;
use crate::domain::def::{DomainDef, ParseFlags};
use crate::domain::edit::metadata::{self, Kind};
use crate::domain::edit::{Edit, SetAction, SetMetadata};
use crate::domain::request::Request;
use crate::domain::scope::{self, Scope};
use crate::error::{Error, ErrorDomain, Result};
use crate::rpc::Call;

/// `DOMAIN_SET_METADATA`
pub async fn domain_set_metadata(call: &Call, args: DomainSetMetadataArgs) -> Result<()> {
    let DomainSetMetadataArgs { dom, r#type, metadata, key, uri, flags } = args;
    let wrong = |argument, what| bad_argument("virDomainSetMetadata", argument, what);
    if let Ok(kind) = Kind::from_number(r#type) {
        let is_element = kind == Kind::Element;
        if kind == Kind::Title && metadata.as_ref().is_some_and(|title| title.contains('\n')) {
            let (function, text) = ("virDomainSetMetadata", "metadata title can't contain newlines");
            return Err(Error::invalid_argument(ErrorDomain::Domain, function, "metadata", text));
        }
        check_presence(is_element, uri.is_some()).map_err(|what| wrong("uri", what))?;
        // What goes needs no prefix.
        let wants_key = is_element && metadata.is_some();
        if !is_element || wants_key {
            check_presence(wants_key, key.is_some()).map_err(|what| wrong("key", what))?;
        }
    }
    check_flags(flags, scope::LIVE | scope::CONFIG, "qemuDomainSetMetadata")?;
    // Before the document is read, as stock does.
    Scope::of_change(flags, snapshot(call, &dom)?.standing())?;
    let edit = match (Kind::from_number(r#type)?, uri, metadata) {
        (Kind::Description, _, metadata) => SetMetadata::Description(metadata),
        (Kind::Title, _, metadata) => SetMetadata::Title(metadata),
        (Kind::Element, Some(uri), Some(_)) if uri.is_empty() => {
            // A prefix cannot stand for no namespace: the document would be no XML.
            return Err(wrong("uri", "must not be empty"));
        }
        (Kind::Element, uri, Some(metadata)) => {
            SetMetadata::element(&uri.unwrap_or_default(), &metadata, &key.unwrap_or_default())?
        }
        (Kind::Element, uri, None) => SetMetadata::Element { uri: uri.unwrap_or_default(), new: None },
    };
    ask(call, &dom, Request::Edit { edit: Edit::Metadata(edit), flags }).await.map(drop)
}

/// `DOMAIN_GET_METADATA`
pub async fn domain_get_metadata(call: &Call, args: DomainGetMetadataArgs) -> Result<DomainGetMetadataRet> {
    let DomainGetMetadataArgs { dom, r#type, uri, flags } = args;
    const FUNCTION: &str = "virDomainGetMetadata";
    let names = ["VIR_DOMAIN_AFFECT_LIVE", "VIR_DOMAIN_AFFECT_CONFIG"];
    not_both(flags, scope::LIVE | scope::CONFIG, FUNCTION, names)?;
    let kind = Kind::from_number(r#type);
    if let Ok(kind) = kind {
        check_presence(kind == Kind::Element, uri.is_some())
            .map_err(|what| bad_argument(FUNCTION, "uri", what))?;
    }
    let snapshot = snapshot(call, &dom)?;
    let unknown = flags & !(scope::LIVE | scope::CONFIG);
    if unknown != 0 {
        return Err(Error::unsupported_flags(ErrorDomain::Domain, "virDomainObjGetMetadata", unknown));
    }
    let def = document(&snapshot, flags)?;
    Ok(DomainGetMetadataRet { metadata: metadata::get(&def, kind?, uri.as_deref())? })
}

/// `DOMAIN_RENAME`
pub async fn domain_rename(call: &Call, args: DomainRenameArgs) -> Result<DomainRenameRet> {
    const FUNCTION: &str = "virDomainRename";
    there(args.new_name.is_some(), FUNCTION, "new_name")?;
    let name = args.new_name.unwrap_or_default();
    not_empty(&name, FUNCTION, "new_name")?;
    check_flags(args.flags, 0, "qemuDomainRename")?;
    ask(call, &args.dom, Request::Rename { name }).await?;
    Ok(DomainRenameRet { retcode: 0 })
}

/// `DOMAIN_SET_LIFECYCLE_ACTION`
pub async fn domain_set_lifecycle_action(call: &Call, args: DomainSetLifecycleActionArgs) -> Result<()> {
    let edit = Edit::Action(SetAction::from_numbers(args.r#type, args.action)?);
    check_flags(args.flags, scope::LIVE | scope::CONFIG, "qemuDomainSetLifecycleAction")?;
    ask(call, &args.dom, Request::Edit { edit, flags: args.flags }).await.map(drop)
}

/// The running guest's document or the definition, as the flags say.
pub(super) fn document(snapshot: &Snapshot, flags: u32) -> Result<DomainDef> {
    let reads_live = Scope::reads_live(flags, snapshot.standing())?;
    let text = match &snapshot.definition {
        Some(definition) if !reads_live => &definition.text,
        _ => &live(snapshot)?.text,
    };
    DomainDef::parse(&text.unpack(), ParseFlags { live: reads_live, ..ParseFlags::default() })
}

/// Whether an argument is there exactly where it must be.
fn check_presence(wanted: bool, given: bool) -> Result<(), &'static str> {
    match (wanted, given) {
        (true, false) => Err("must not be NULL"),
        (false, true) => Err("must be NULL"),
        _ => Ok(()),
    }
}

fn bad_argument(function: &str, argument: &str, what: &str) -> Error {
    let message = format!("{argument} in {function} {what}");
    Error::invalid_argument(ErrorDomain::Domain, function, argument, message)
}
