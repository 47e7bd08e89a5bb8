//! Title, description and metadata elements (`virDomainSetMetadata`, `virDomainGetMetadata`).
//!
//! An application's element is known by its namespace: there is one per namespace, put in with a prefix of the
//! application's choice and shown without. What others keep beside it is not touched.

use crate::domain::def::DomainDef;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::xml::{self, Element, Namespaces, Node, Writer};

/// What libvirt calls the document in errors.
const DOCUMENT: &str = "metadata_xml";

/// `virDomainMetadataType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `<description>`.
    Description = 0,
    /// `<title>`.
    Title = 1,
    /// An element in `<metadata>`.
    Element = 2,
}

impl Kind {
    /// The kind of a number from the wire.
    pub fn from_number(number: i32) -> Result<Self> {
        match number {
            0 => Ok(Self::Description),
            1 => Ok(Self::Title),
            2 => Ok(Self::Element),
            other => {
                let info = format!("unknown metadata type '{other}'");
                Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Domain, info))
            }
        }
    }
}

/// New metadata in the place of old; without any, the old goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetMetadata {
    /// `<description>`.
    Description(Option<String>),
    /// `<title>`, of one line.
    Title(Option<String>),
    /// The element of a namespace.
    Element {
        /// The namespace.
        uri: String,
        /// The element, and the prefix it gets; the one of the namespace goes where absent.
        new: Option<(Element<'static>, String)>,
    },
}

impl SetMetadata {
    /// An application's element, from its document.
    pub fn element(uri: &str, document: &str, prefix: &str) -> Result<Self> {
        let element = xml::read(document).map_err(|error| error.into_error(DOCUMENT, ErrorDomain::Domain))?;
        let new = Some((element.into_owned(), prefix.to_owned()));
        Ok(Self::Element { uri: uri.to_owned(), new })
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Description(_) => Kind::Description,
            Self::Title(_) => Kind::Title,
            Self::Element { .. } => Kind::Element,
        }
    }

    /// The namespace, of an element.
    pub fn uri(&self) -> Option<&str> {
        match self {
            Self::Element { uri, .. } => Some(uri),
            Self::Description(_) | Self::Title(_) => None,
        }
    }

    /// Changes the definition. An empty text is none.
    pub(super) fn apply(&self, def: &mut DomainDef) -> Result<()> {
        let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        match self {
            Self::Description(new) => def.description = text(new),
            Self::Title(new) => def.title = text(new),
            Self::Element { uri, new } => set_element(def, uri, new.as_ref())?,
        }
        Ok(())
    }
}

fn set_element(def: &mut DomainDef, uri: &str, new: Option<&(Element<'static>, String)>) -> Result<()> {
    let new = match new {
        Some((element, prefix)) => Some(xml::qualified(element.clone(), prefix, uri)?),
        None => None,
    };
    if def.metadata.is_none() && new.is_none() {
        return Ok(());
    }
    let mut metadata = def.metadata.take().unwrap_or_else(|| Box::new(Element::new("metadata")));
    let mut declared = Namespaces::of(&metadata);
    let is_old: Vec<_> = metadata
        .children
        .iter()
        .map(|node| matches!(node, Node::Element(child) if declared.holds(child, uri)))
        .collect();
    let mut is_old = is_old.into_iter();
    metadata.children.retain(|_| !is_old.next().unwrap_or(false));
    metadata.children.extend(new.map(Node::Element));
    // With nothing left in it, it stays, as with stock.
    def.metadata = Some(metadata);
    Ok(())
}

/// The metadata of a kind; an element, of this namespace, as a document of its own.
pub fn get(def: &DomainDef, kind: Kind, uri: Option<&str>) -> Result<String> {
    let found = match kind {
        Kind::Description => def.description.clone(),
        Kind::Title => def.title.clone(),
        Kind::Element => uri.and_then(|uri| element_of(def.metadata.as_deref()?, uri)),
    };
    found.ok_or_else(|| {
        let info = "Requested metadata element is not present";
        Error::new(ErrorCode::NoDomainMetadata, ErrorDomain::Domain, info)
    })
}

fn element_of(metadata: &Element<'_>, uri: &str) -> Option<String> {
    let mut declared = Namespaces::of(metadata);
    let found = metadata.elements().find(|child| declared.holds(child, uri))?;
    let mut w = Writer::new();
    w.verbatim(&xml::unqualified(found, &mut declared, uri));
    let mut text = w.finish();
    text.truncate(text.trim_end_matches('\n').len());
    Some(text)
}

#[cfg(test)]
mod tests;
