//! From a document to a definition.

use std::borrow::Cow;

use uuid::Uuid;

use super::{
    Clock, Cpu, Devices, DomainDef, Features, Kept, Lifecycle, Memory, Os, ParseFlags, PowerManagement,
    Resource, SecLabel, Tune, Vcpus, VirtType,
    error::{internal, unknown, unsupported, xml_error},
    virt_type::is_virt_type,
};
use crate::{
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{self, Element, Fields},
};

/// What libvirt calls the document in errors.
const DOCUMENT: &str = "domain_definition";

/// Longest name: it is a file's name, with `.xml.new` behind it, of at most 255 bytes.
const MAX_NAME: usize = 255 - ".xml.new".len();

impl DomainDef {
    /// Reads a definition: what the document says, then what libvirt fills in, then whether it can be.
    ///
    /// Whether a start can honour it is [`fates`](super::fates)' to tell.
    pub fn parse(document: &str, flags: ParseFlags<'_>) -> Result<Self> {
        let root = xml::read(document).map_err(|error| error.into_error(DOCUMENT, ErrorDomain::Domain))?;
        Self::parse_element(root, flags)
    }

    /// The same, from a tree that is part of a larger document (a status file, a saved image).
    pub fn parse_element(root: Element<'_>, flags: ParseFlags<'_>) -> Result<Self> {
        if root.name != "domain" {
            let text = format_args!("expecting root element of 'domain', not '{}'", root.name);
            return Err(Error::new(ErrorCode::XmlError, ErrorDomain::Xml, text));
        }
        if flags.validate {
            super::schema::validate(&root)?;
        }
        let mut def = Self::read(root, &flags)?;
        def.settle(&flags)?;
        def.validate()?;
        Ok(def)
    }

    /// What the document says.
    fn read(root: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let metadata = root.child("metadata").map(|metadata| metadata_of(&root, metadata)).map(Box::new);
        let outside: Vec<_> =
            metadata.iter().flat_map(|own| &own.attrs).map(|attr| attr.name.clone()).collect();
        let mut fields = Fields::new(root);
        fields.child("metadata");
        let name =
            fields.text_of("name").ok_or_else(|| Error::new(ErrorCode::NoName, ErrorDomain::Domain, ""))?;
        check_name(&name)?;
        let uuid = match fields.text_of("uuid") {
            Some(text) => parse_uuid(&text).ok_or_else(|| internal("malformed uuid element"))?,
            None => Uuid::new_v4(),
        };
        let emulator = flags.emulator;
        let virt_type = virt_type(&mut fields)?;
        Os::check_type(&fields, emulator)?;
        let virt_type = virt_type.map_err(|other| {
            unsupported(format_args!("Emulator '{emulator}' does not support virt type '{other}'"))
        })?;
        let id = fields.attr("id").filter(|_| flags.live);
        let os = Os::parse(&mut fields)?;
        let title = fields.text_of("title");
        if title.as_ref().is_some_and(|title| title.contains('\n')) {
            return Err(xml_error("Domain title can't contain newlines"));
        }
        let genid = fields.peek("genid").map(|genid| genid.text());
        if genid.is_some_and(|text| !text.is_empty() && parse_uuid(&text).is_none()) {
            return Err(internal("malformed genid element"));
        }
        let mut seclabels = Vec::new();
        for label in fields.children("seclabel") {
            seclabels.push(SecLabel::parse(label, flags.live)?);
        }
        let memory = Memory::parse(&mut fields)?;
        let mut vcpus = Vcpus::parse(&mut fields)?;
        let cells = fields.peek("cpu").and_then(|cpu| cpu.child("numa"));
        let cells = cells.map_or(0, |numa| numa.elements().filter(|cell| cell.name == "cell").count());
        let tune = Tune::parse(&mut fields, &mut vcpus, cells)?;
        let def = Self {
            virt_type,
            id: id.and_then(|id| id.parse().ok()),
            name,
            uuid,
            title,
            description: fields.text_of("description"),
            metadata,
            memory,
            vcpus,
            tune,
            resource: Resource::parse(&mut fields),
            os,
            features: Features::parse(&mut fields)?,
            cpu: Cpu::parse(&mut fields)?.map(Box::new),
            clock: Clock::parse(&mut fields)?,
            lifecycle: Lifecycle::parse(&mut fields)?,
            pm: PowerManagement::parse(&mut fields)?,
            devices: match fields.child("devices") {
                Some(devices) => Devices::parse(devices, flags)?,
                None => Devices::default(),
            },
            seclabels,
            kept: Kept::rest(fields),
        };
        Ok(def.with_namespaces_of(&outside))
    }

    /// Drops namespaces declared on the root that only metadata uses, which declares them itself (`outside`).
    fn with_namespaces_of(mut self, outside: &[Cow<'_, str>]) -> Self {
        let used_here = |kept: &Kept, name: &str| {
            let prefix = &name["xmlns:".len()..];
            kept.children()
                .iter()
                .any(|child| child.name.starts_with(&format!("{prefix}:")) || uses(child, prefix))
        };
        for name in outside.iter().filter(|name| name.starts_with("xmlns:")) {
            if !used_here(&self.kept, name) {
                self.kept.remove_attr(name);
            }
        }
        self
    }
}

/// `<metadata>` with the namespaces it uses declared on itself, as far as the root declared them.
fn metadata_of(root: &Element<'_>, metadata: &Element<'_>) -> Element<'static> {
    let mut own = metadata.clone().into_owned();
    let declared = root.attrs.iter().filter(|attr| attr.name.starts_with("xmlns:"));
    let outside = declared
        .filter(|attr| own.attr(&attr.name).is_none() && uses(metadata, &attr.name["xmlns:".len()..]));
    let outside: Vec<_> = outside.cloned().map(xml::Attr::into_owned).collect();
    own.attrs.extend(outside);
    own
}

/// Whether names within the element have the prefix.
fn uses(element: &Element<'_>, prefix: &str) -> bool {
    let has = |name: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(':'));
    element.elements().any(|child| {
        has(&child.name) || child.attrs.iter().any(|attr| has(&attr.name)) || uses(child, prefix)
    })
}

/// A name becomes the name of files: it has no slash, no newline, and is no folder's own name.
pub(in crate::domain) fn check_name(name: &str) -> Result<()> {
    if name.contains('/') {
        return Err(xml_error(format_args!("name {name} cannot contain '/'")));
    }
    if name.contains('\n') {
        return Err(Error::raw(ErrorCode::XmlDetail, ErrorDomain::Xml, "invalid char in name: \n"));
    }
    if matches!(name, "." | "..") {
        return Err(xml_error(format_args!("name '{name}' is the name of a folder")));
    }
    if name.len() > MAX_NAME {
        return Err(xml_error(format_args!("name is longer than {MAX_NAME} bytes")));
    }
    Ok(())
}

/// A UUID as libvirt reads it: 32 digits, with hyphens anywhere between pairs and spaces around.
pub(crate) fn parse_uuid(text: &str) -> Option<Uuid> {
    let mut bytes = [0; 16];
    let mut rest = text.trim_start_matches(|c: char| c.is_ascii_whitespace());
    for byte in &mut bytes {
        rest = rest.trim_start_matches('-');
        let pair = rest.get(..2).filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
        rest = &rest[2..];
    }
    rest.bytes().all(|byte| byte.is_ascii_whitespace()).then_some(Uuid::from_bytes(bytes))
}

/// The domain's `type=`; in the inner result, a type of another hypervisor.
fn virt_type(fields: &mut Fields<'_>) -> Result<std::result::Result<VirtType, String>> {
    let Some(kind) = fields.attr("type") else { return Err(internal("missing domain type attribute")) };
    match VirtType::from_word(&kind) {
        Some(kind) => Ok(Ok(kind)),
        None if is_virt_type(&kind) => Ok(Err(kind.into_owned())),
        None => Err(unknown(format_args!("invalid domain type {kind}"))),
    }
}
