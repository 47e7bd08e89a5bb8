//! `<volume>`, as clients send it to have one made.

use vireo_storage::volume::{Format, ImageFacts};

use super::size::{cluster_size, size};
use super::{PermissionsDef, check_root, unsupported, xml_error};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::xml::{self, Element, Fields};

/// What libvirt calls the document in errors.
const DOCUMENT: &str = "storage_volume_definition";

/// The types of volumes, which the document may name and the pool decides.
const TYPES: [&str; 6] = ["file", "block", "dir", "network", "netdir", "ploop"];

/// The features of images that libvirt knows.
const FEATURES: [&str; 2] = ["lazy_refcounts", "extended_l2"];

/// `<volume>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeDef {
    /// `<name>`.
    pub name: String,
    /// `<capacity>`, in bytes; absent where it may be.
    pub capacity: Option<u64>,
    /// `<allocation>`, in bytes.
    pub allocation: Option<u64>,
    /// `<target><format>`.
    pub format: Format,
    /// `<target><permissions>`.
    pub permissions: PermissionsDef,
    /// `<target><encryption>` is there.
    pub encrypted: bool,
    /// `<backingStore>` is there.
    pub backing: bool,
    /// `<target><nocow>`.
    pub no_copy_on_write: bool,
    /// `<target><compat>`, `<clusterSize>`, `<features>`.
    pub image: Option<Box<ImageFacts>>,
}

impl VolumeDef {
    /// Reads a document. A copy of another volume need not say its capacity.
    pub fn parse(document: &str, is_copy: bool) -> Result<Self> {
        let root = xml::read(document).map_err(|error| error.into_error(DOCUMENT, ErrorDomain::Storage))?;
        check_root(&root.name, "volume")?;
        let mut fields = Fields::new(root);
        let name = fields.text_of("name").ok_or_else(|| xml_error("missing volume name element"))?;
        if let Some(other) = fields.attr("type").filter(|word| !TYPES.contains(&&**word)) {
            return Err(unsupported(format_args!("unknown volume type '{other}'")));
        }
        let backing = backing(&mut fields)?;
        let capacity = size(&mut fields, "capacity")?;
        if capacity.is_none() && !is_copy && !backing {
            return Err(xml_error("missing capacity element"));
        }
        let allocation = size(&mut fields, "allocation")?;
        let mut target = fields.fields("target").unwrap_or_else(|| Fields::new(Element::new("target")));
        let format = format(&mut target)?;
        let permissions = PermissionsDef::parse(&mut target)?;
        Ok(Self {
            name,
            capacity,
            allocation,
            format,
            permissions,
            encrypted: encryption(&mut target)?,
            backing,
            no_copy_on_write: target.peek("nocow").is_some(),
            image: image(&mut target)?,
        })
    }
}

fn format(fields: &mut Fields<'_>) -> Result<Format> {
    let Some(word) = fields.fields("format").and_then(|mut format| format.attr("type")) else {
        return Ok(Format::Raw);
    };
    let known = Format::from_name(&word);
    known.ok_or_else(|| unsupported(format_args!("unknown volume format type {word}")))
}

fn backing(fields: &mut Fields<'_>) -> Result<bool> {
    let Some(mut backing) = fields.fields("backingStore") else { return Ok(false) };
    if backing.text_of("path").is_none() {
        return Ok(false);
    }
    format(&mut backing)?;
    PermissionsDef::parse(&mut backing)?;
    Ok(true)
}

fn encryption(target: &mut Fields<'_>) -> Result<bool> {
    let Some(mut encryption) = target.fields("encryption") else { return Ok(false) };
    match encryption.attr("format").as_deref() {
        None => Err(xml_error("unknown volume encryption format")),
        Some("default" | "qcow" | "luks" | "luks2" | "librbd") => Ok(true),
        Some(other) => Err(unsupported(format_args!("unknown volume encryption format type {other}"))),
    }
}

fn image(target: &mut Fields<'_>) -> Result<Option<Box<ImageFacts>>> {
    let compat = target.text_of("compat");
    if compat.as_deref().is_some_and(|compat| !is_version(compat)) {
        return Err(xml_error("forbidden characters in 'compat' attribute"));
    }
    let cluster_bytes = cluster_size(target)?;
    let features = target.child("features").map(features).transpose()?;
    let compat = compat.or_else(|| features.as_ref().map(|_| "1.1".to_owned())).map(Into::into);
    let facts = ImageFacts { compat, cluster_bytes, features, ..ImageFacts::default() };
    Ok((facts != ImageFacts::default()).then(|| Box::new(facts)))
}

fn features(element: Element<'_>) -> Result<Vec<&'static str>> {
    let mut names = Vec::new();
    for child in element.elements() {
        let Some(known) = FEATURES.into_iter().find(|known| *known == child.name) else {
            let text = format_args!("unsupported feature {}", child.name);
            return Err(Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Storage, text));
        };
        names.push(known);
    }
    Ok(FEATURES.into_iter().filter(|known| names.contains(known)).collect())
}

/// Two numbers with a point between them.
fn is_version(text: &str) -> bool {
    let is_number = |text: &str| text.parse::<u32>().is_ok();
    text.split_once('.').is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}
