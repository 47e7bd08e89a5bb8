//! What libvirt knows of pool documents, for definitions that are to be checked (`VIR_STORAGE_POOL_DEFINE_VALIDATE`).
//!
//! It is a table of names, not a grammar: it finds what is misspelt or stands under a parent that never has it.

use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::xml::Element;

/// An element, its attributes, its children.
type Known = (&'static str, &'static [&'static str], &'static [&'static str]);

const TABLE: &[Known] = &[
    (
        "pool",
        &["type"],
        &["name", "uuid", "capacity", "allocation", "available", "features", "source", "target", "refresh"],
    ),
    ("capacity", &["unit"], &[]),
    ("allocation", &["unit"], &[]),
    ("available", &["unit"], &[]),
    ("features", &[], &["cow"]),
    ("cow", &["state"], &[]),
    (
        "source",
        &[],
        &[
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
        ],
    ),
    ("host", &["name", "port"], &[]),
    ("device", &["path", "part_separator"], &["freeExtent"]),
    ("freeExtent", &["start", "end"], &[]),
    ("dir", &["path"], &[]),
    ("adapter", &["type", "name", "managed", "parent", "wwnn", "wwpn"], &["parentaddr"]),
    ("parentaddr", &["unique_id"], &["address"]),
    ("address", &["domain", "bus", "slot", "function"], &[]),
    ("initiator", &[], &["iqn"]),
    ("iqn", &["name"], &[]),
    ("format", &["type"], &[]),
    ("auth", &["type", "username"], &["secret"]),
    ("secret", &["type", "usage", "uuid"], &[]),
    ("protocol", &["ver"], &[]),
    ("vendor", &["name"], &[]),
    ("product", &["name"], &[]),
    ("target", &[], &["path", "permissions"]),
    ("permissions", &[], &["mode", "owner", "group", "label"]),
    ("refresh", &[], &["volume"]),
    ("volume", &["allocation"], &[]),
];

/// Refuses the first element or attribute that libvirt has no place for.
pub(super) fn validate(root: &Element<'_>) -> Result<()> {
    walk(root, &mut String::new())
}

fn walk(element: &Element<'_>, path: &mut String) -> Result<()> {
    let before = path.len();
    path.push('/');
    path.push_str(&element.name);
    // The others hold nothing but text.
    let (_, attrs, children) =
        TABLE.iter().find(|(name, ..)| *name == element.name).unwrap_or(&("", &[], &[]));
    let refuse =
        |what: std::fmt::Arguments<'_>| Err(Error::new(ErrorCode::XmlInvalidSchema, ErrorDomain::Xml, what));
    if let Some(attr) = element.attrs.iter().find(|attr| !attrs.contains(&&*attr.name)) {
        return refuse(format_args!("unknown attribute {path}/@{}", attr.name));
    }
    for child in element.elements() {
        if !children.contains(&&*child.name) {
            return refuse(format_args!("unknown element {path}/{}", child.name));
        }
        walk(child, path)?;
    }
    path.truncate(before);
    Ok(())
}
