//! `<pool>`.

use std::path::Path;

use uuid::Uuid;
use vireo_storage::{Ownership, PoolTarget, PoolType, Space};

use super::permissions::format_real;
use super::{PermissionsDef, check_root, clean_path, schema, unsupported, xml_error};
use crate::domain::def::{Kept, parse_uuid};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::xml::{self, Element, Fields, Writer, invalid_value, missing_attribute};

/// What libvirt calls the document in errors.
const DOCUMENT: &str = "storage_pool_definition";

/// Longest name: it is a file's name, with `.xml.new` behind it, of at most 255 bytes.
const MAX_NAME: usize = 255 - ".xml.new".len();

/// The children of `<pool>`, in libvirt's order.
const ORDER: &[&str] =
    &["name", "uuid", "capacity", "allocation", "available", "features", "source", "target", "refresh"];

/// The children of `<source>`, in libvirt's order.
const SOURCE_ORDER: &[&str] = &[
    "host",
    "device",
    "dir",
    "adapter",
    "name",
    "initiator",
    "format",
    "auth",
    "protocol",
    "vendor",
    "product",
];

/// `<pool>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolDef {
    /// `type=`.
    pub pool_type: PoolType,
    /// `<name>`.
    pub name: String,
    /// `<uuid>`: made up at parse where absent.
    pub uuid: Uuid,
    /// `<target><path>`, cleaned.
    pub path: String,
    /// `<target><permissions>`.
    pub permissions: PermissionsDef,
    /// `<features><cow state=>`.
    pub copy_on_write: Option<bool>,
    source: Kept,
    target: Kept,
    kept: Kept,
}

/// What is known of a pool while it is active.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    /// Its room.
    pub space: Space,
    /// Whose its folder is.
    pub ownership: Ownership,
}

impl PoolDef {
    /// Reads a document; to `validate` it is to refuse what libvirt has no place for.
    pub fn parse(document: &str, validate: bool) -> Result<Self> {
        let root = xml::read(document).map_err(|error| error.into_error(DOCUMENT, ErrorDomain::Storage))?;
        check_root(&root.name, "pool")?;
        if validate {
            schema::validate(&root)?;
        }
        let mut fields = Fields::new(root);
        let pool_type = pool_type(&mut fields)?;
        vireo_storage::backend(pool_type)?;
        let source = fields.fields("source").map(source).transpose()?.unwrap_or_default();
        let name = fields.text_of("name").ok_or_else(|| xml_error("missing pool source name element"))?;
        check_name(&name)?;
        let uuid = match fields.text_of("uuid") {
            Some(text) => parse_uuid(&text).ok_or_else(|| xml_error("malformed uuid element"))?,
            None => Uuid::new_v4(),
        };
        let copy_on_write = copy_on_write(&fields)?;
        let mut target = fields.fields("target");
        let path = target.as_mut().and_then(|target| target.text_of("path"));
        let path = path.ok_or_else(|| xml_error("missing storage pool target path"))?;
        let permissions = target.as_mut().map(PermissionsDef::parse).transpose()?.unwrap_or_default();
        check_refresh(&fields)?;
        for derived in ["capacity", "allocation", "available"] {
            fields.children(derived);
        }
        Ok(Self {
            pool_type,
            name,
            uuid,
            path: clean_path(&path),
            permissions,
            copy_on_write,
            source,
            target: target.map(Kept::rest).unwrap_or_default(),
            kept: Kept::rest(fields),
        })
    }

    /// Writes the document; `live` is what only an active pool has.
    pub fn format(&self, live: Option<&Live>) -> String {
        let mut w = Writer::new();
        let space = live.map(|live| live.space).unwrap_or_default();
        let tag = w.tag("pool").attr("type", self.pool_type.name());
        self.kept.write_attrs(tag).block(|w| {
            let mut kept = self.kept.placed(ORDER);
            w.leaf("name", &*self.name);
            w.leaf("uuid", format_args!("{}", self.uuid));
            for (name, bytes) in [
                ("capacity", space.capacity),
                ("allocation", space.allocation),
                ("available", space.available),
            ] {
                w.tag(name).attr("unit", "bytes").text(bytes);
            }
            kept.before(w, "source");
            self.source.write_attrs(w.tag("source")).block(|w| self.source.placed(SOURCE_ORDER).rest(w));
            self.target.write_attrs(w.tag("target")).block(|w| {
                w.leaf("path", &*self.path);
                match live {
                    Some(live) => format_real(w, live.ownership),
                    None => self.permissions.format(w),
                }
                self.target.write_children(w);
            });
            kept.rest(w);
        });
        w.finish()
    }

    /// What the backend is to know.
    pub fn target(&self) -> PoolTarget<'_> {
        PoolTarget {
            name: &self.name,
            path: Path::new(&self.path),
            permissions: self.permissions.wanted,
            copy_on_write: self.copy_on_write,
        }
    }
}

fn pool_type(fields: &mut Fields<'_>) -> Result<PoolType> {
    let word = fields.attr("type").ok_or_else(|| missing_attribute("type", "pool"))?;
    PoolType::from_name(&word).ok_or_else(|| invalid_value("type", "pool", &format!("'{word}'.")))
}

/// A name becomes the name of files.
fn check_name(name: &str) -> Result<()> {
    if name.contains('/') {
        return Err(xml_error(format_args!("name {name} cannot contain '/'")));
    }
    if name.contains('\n') {
        return Err(Error::raw(ErrorCode::XmlDetail, ErrorDomain::Xml, "invalid char in name: \n"));
    }
    if name.len() > MAX_NAME {
        return Err(xml_error(format_args!("name is longer than {MAX_NAME} bytes")));
    }
    Ok(())
}

/// What a pool comes from: nothing of it means anything to a folder, and all of it is kept.
fn source(fields: Fields<'_>) -> Result<Kept> {
    let kept = Kept::rest(fields);
    let missing = |element: &str, attr: &str| {
        kept.children().iter().any(|child| child.name == element && child.attr(attr).is_none())
    };
    if missing("host", "name") {
        return Err(xml_error("missing storage pool host name"));
    }
    if missing("device", "path") {
        return Err(xml_error("missing storage pool source device path"));
    }
    if missing("auth", "type") {
        return Err(unsupported("storage pool missing auth type"));
    }
    Ok(kept)
}

fn copy_on_write(fields: &Fields<'_>) -> Result<Option<bool>> {
    let cow = fields.peek("features").and_then(|features| features.child("cow"));
    match cow.and_then(|cow| cow.attr("state")) {
        None => Ok(None),
        Some("yes") => Ok(Some(true)),
        Some("no") => Ok(Some(false)),
        Some(other) => Err(invalid_value("state", "cow", &format!("'{other}'."))),
    }
}

fn check_refresh(fields: &Fields<'_>) -> Result<()> {
    let volume = fields.peek("refresh").and_then(|refresh| refresh.child("volume"));
    match volume.and_then(|volume: &Element<'_>| volume.attr("allocation")) {
        None | Some("default" | "capacity") => Ok(()),
        Some(other) => {
            let text = format_args!("unknown storage pool volume refresh allocation type {other}");
            Err(unsupported(text))
        }
    }
}
