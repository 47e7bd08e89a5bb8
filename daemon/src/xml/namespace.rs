//! Namespaces: which one a name is in, and putting a tree into one or taking it out.

use std::borrow::Cow;
use std::collections::HashMap;

use super::attributes::name_length;
use super::element::{Attr, Element, Node};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// The prefix that every document has without declaring it.
const BUILT_IN: &str = "xml";

/// The namespaces declared around a place in a document. Walking the document, one enters and leaves its elements;
/// each look-up costs the same, however many are declared.
#[derive(Debug, Default)]
pub struct Namespaces<'e> {
    /// By prefix (empty for the default namespace), the URIs it stands for, the nearest last.
    declared: HashMap<&'e str, Vec<&'e str>>,
}

impl<'e> Namespaces<'e> {
    /// Those that an element declares, on its own.
    pub fn of(element: &'e Element<'_>) -> Self {
        let mut all = Self::default();
        all.enter(element);
        all
    }

    /// Whether the name of an element that stands here is in the namespace of this URI.
    pub fn holds(&mut self, element: &'e Element<'_>, uri: &str) -> bool {
        self.enter(element);
        let holds = self.name_is_in(&element.name, uri);
        self.leave(element);
        holds
    }

    fn enter(&mut self, element: &'e Element<'_>) {
        for (prefix, uri) in declarations(&element.attrs) {
            self.declared.entry(prefix).or_default().push(uri);
        }
    }

    fn leave(&mut self, element: &'e Element<'_>) {
        for (prefix, _) in declarations(&element.attrs) {
            self.declared.entry(prefix).or_default().pop();
        }
    }

    fn name_is_in(&self, name: &str, uri: &str) -> bool {
        self.uri_of(split(name).0) == Some(uri)
    }

    fn uri_of(&self, prefix: &str) -> Option<&'e str> {
        self.declared.get(prefix)?.last().copied().filter(|uri| !uri.is_empty())
    }
}

fn declarations<'e>(attrs: &'e [Attr<'_>]) -> impl Iterator<Item = (&'e str, &'e str)> {
    attrs.iter().filter_map(|attr| Some((declared_prefix(&attr.name)?, &*attr.value)))
}

/// The prefix that an attribute declares, if that is what it does.
fn declared_prefix(name: &str) -> Option<&str> {
    match split(name) {
        ("", "xmlns") => Some(""),
        ("xmlns", prefix) => Some(prefix),
        _ => None,
    }
}

/// Prefix and local name; the prefix is empty where there is none.
fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// Whether a text can be a prefix.
fn is_ncname(text: &str) -> bool {
    !text.is_empty() && name_length(text.as_bytes()) == text.len() && !text.contains(':')
}

/// Puts a tree into a namespace: declares it with this prefix, and gives the prefix to all elements that are in none.
/// The errors are libvirt's (`virXMLInjectNamespace`).
pub fn qualified(mut root: Element<'static>, prefix: &str, uri: &str) -> Result<Element<'static>> {
    if !is_ncname(prefix) {
        return Err(internal("failed to validate prefix for a new XML namespace"));
    }
    if prefix == BUILT_IN || prefix == "xmlns" || declares(&root, prefix) {
        return Err(internal("failed to create a new XML namespace"));
    }
    check_prefixes(&root, &mut Namespaces::default())?;
    give_prefix(&mut root, prefix);
    // As libxml2 writes them, declarations first.
    root.attrs.sort_by_key(|attr| declared_prefix(&attr.name).is_none());
    let place = root.attrs.iter().filter(|attr| declared_prefix(&attr.name).is_some()).count();
    let declaration = Attr { name: Cow::Owned(format!("xmlns:{prefix}")), value: Cow::Owned(uri.to_owned()) };
    root.attrs.insert(place, declaration);
    Ok(root)
}

/// A copy of a tree, its elements of this namespace without a prefix, and without the root's declaration of it.
pub fn unqualified<'e>(root: &'e Element<'_>, around: &mut Namespaces<'e>, uri: &str) -> Element<'static> {
    let mut copy = without_prefix(root, around, uri);
    let declaration = |attr: &Attr<'_>| declared_prefix(&attr.name).is_some() && attr.value == uri;
    if let Some(index) = copy.attrs.iter().position(declaration) {
        copy.attrs.remove(index);
    }
    copy
}

fn without_prefix<'e>(element: &'e Element<'_>, here: &mut Namespaces<'e>, uri: &str) -> Element<'static> {
    here.enter(element);
    let (_, local) = split(&element.name);
    let name = if here.name_is_in(&element.name, uri) { local } else { &*element.name };
    let mut children = Vec::with_capacity(element.children.len());
    for node in &element.children {
        children.push(match node {
            Node::Element(child) => Node::Element(without_prefix(child, here, uri)),
            other => other.clone().into_owned(),
        });
    }
    here.leave(element);
    Element {
        name: Cow::Owned(name.to_owned()),
        attrs: element.attrs.iter().cloned().map(Attr::into_owned).collect(),
        children,
        offset: element.offset,
    }
}

/// Whether an element or one within it declares the prefix: names without one would change their meaning there.
fn declares(element: &Element<'_>, prefix: &str) -> bool {
    element.attrs.iter().any(|attr| declared_prefix(&attr.name) == Some(prefix))
        || element.elements().any(|child| declares(child, prefix))
}

fn give_prefix(element: &mut Element<'static>, prefix: &str) {
    // Everything below a default namespace is in that one.
    if element.attrs.iter().any(|attr| attr.name == "xmlns" && !attr.value.is_empty()) {
        return;
    }
    if split(&element.name).0.is_empty() {
        element.name = Cow::Owned(format!("{prefix}:{}", element.name));
    }
    for node in &mut element.children {
        if let Node::Element(child) = node {
            give_prefix(child, prefix);
        }
    }
}

/// Refuses a prefix that nothing declares: in the larger document it would be no XML.
fn check_prefixes<'e>(element: &'e Element<'_>, here: &mut Namespaces<'e>) -> Result<()> {
    here.enter(element);
    let names = std::iter::once(&element.name).chain(element.attrs.iter().map(|attr| &attr.name));
    for name in names.filter(|name| declared_prefix(name).is_none()) {
        let (prefix, local) = split(name);
        if !prefix.is_empty() && prefix != BUILT_IN && here.uri_of(prefix).is_none() {
            let text = format!("Namespace prefix {prefix} on {local} is not defined");
            return Err(Error::raw(ErrorCode::XmlDetail, ErrorDomain::Xml, text));
        }
    }
    for child in element.elements() {
        check_prefixes(child, here)?;
    }
    here.leave(element);
    Ok(())
}

fn internal(info: &str) -> Error {
    Error::internal(ErrorDomain::Xml, info)
}
