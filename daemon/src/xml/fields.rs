//! An element being taken apart: attributes and children are taken out by name, and what is left is kept.
//!
//! Where an element or attribute may stand once, the first counts and the others are dropped, as libvirt's XPath
//! `[1]` has it. Values that are not what they should be give libvirt's own errors, of its XML layer's domain.

use std::borrow::Cow;

use super::{
    element::{Attr, Element, Node},
    words::Word,
};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// An element being taken apart.
#[derive(Debug)]
pub struct Fields<'a> {
    name: Cow<'a, str>,
    attrs: Vec<Attr<'a>>,
    children: Vec<Node<'a>>,
}

impl<'a> Fields<'a> {
    /// Begins to take an element apart.
    pub fn new(element: Element<'a>) -> Self {
        Self { name: element.name, attrs: element.attrs, children: element.children }
    }

    /// The element's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes an attribute.
    pub fn attr(&mut self, name: &str) -> Option<Cow<'a, str>> {
        let at = self.attrs.iter().position(|attr| attr.name == name)?;
        Some(self.attrs.remove(at).value)
    }

    /// Takes an attribute as a string of its own.
    pub fn string(&mut self, name: &str) -> Option<String> {
        self.attr(name).map(Cow::into_owned)
    }

    /// Takes an attribute as a string of its own, an empty one as none.
    pub fn nonempty(&mut self, name: &str) -> Option<String> {
        self.string(name).filter(|value| !value.is_empty())
    }

    /// Takes an attribute that is one of a set of words.
    pub fn word<W: Word>(&mut self, name: &str) -> Result<Option<W>> {
        let Some(value) = self.attr(name) else { return Ok(None) };
        match W::from_word(&value) {
            Some(word) => Ok(Some(word)),
            None => Err(invalid_value(name, &self.name, &format!("'{value}'."))),
        }
    }

    /// Takes an attribute that is one of a set of words and may not be missing.
    pub fn required_word<W: Word>(&mut self, name: &str) -> Result<W> {
        self.word(name)?.ok_or_else(|| missing_attribute(name, &self.name))
    }

    /// Takes an attribute that is a number of 0 or more, in decimal.
    pub fn uint<T: TryFrom<u64>>(&mut self, name: &str) -> Result<Option<T>> {
        self.unsigned(name, 10)
    }

    /// Takes an attribute that is a number of 0 or more, in decimal, hexadecimal (`0x`) or octal (`0`).
    pub fn uint_any_base<T: TryFrom<u64>>(&mut self, name: &str) -> Result<Option<T>> {
        self.unsigned(name, 0)
    }

    fn unsigned<T: TryFrom<u64>>(&mut self, name: &str, base: u32) -> Result<Option<T>> {
        let Some(value) = self.attr(name) else { return Ok(None) };
        match parse_unsigned(&value, base).and_then(|number| T::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => {
                let detail = format!("'{value}'. Expected non-negative integer value");
                Err(invalid_value(name, &self.name, &detail))
            }
        }
    }

    /// Takes an attribute that is a number of 1 or more, in decimal.
    pub fn positive<T: TryFrom<u64>>(&mut self, name: &str) -> Result<Option<T>> {
        let zero =
            self.attrs.iter().any(|attr| attr.name == name && parse_unsigned(&attr.value, 10) == Some(0));
        if zero {
            return Err(invalid_value(name, &self.name, "Zero is not permitted"));
        }
        self.uint(name)
    }

    /// Takes an attribute that is a number of either sign, in decimal.
    pub fn int<T: TryFrom<i64>>(&mut self, name: &str) -> Result<Option<T>> {
        let Some(value) = self.attr(name) else { return Ok(None) };
        match parse_signed(&value).and_then(|number| T::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(invalid_value(name, &self.name, &format!("'{value}'. Expected integer value"))),
        }
    }

    /// A child element, left where it is.
    pub fn peek(&self, name: &str) -> Option<&Element<'a>> {
        self.children.iter().find_map(|node| match node {
            Node::Element(element) if element.name == name => Some(element),
            _ => None,
        })
    }

    /// Takes the first child element of that name, and drops the others.
    pub fn child(&mut self, name: &str) -> Option<Element<'a>> {
        let is_it = |node: &Node<'_>| matches!(node, Node::Element(element) if element.name == name);
        let at = self.children.iter().position(is_it)?;
        let taken = self.children.remove(at);
        self.children.retain(|node| !is_it(node));
        match taken {
            Node::Element(element) => Some(element),
            _ => None,
        }
    }

    /// Takes the first child element of that name, to be taken apart itself.
    pub fn fields(&mut self, name: &str) -> Option<Fields<'a>> {
        self.child(name).map(Fields::new)
    }

    /// Takes a child element that says all by being there.
    pub fn flag(&mut self, name: &str) -> bool {
        self.child(name).is_some()
    }

    /// Takes a child element's text; nothing where it is missing or empty.
    pub fn text_of(&mut self, name: &str) -> Option<String> {
        self.child(name).map(|child| child.text().into_owned()).filter(|text| !text.is_empty())
    }

    /// Takes the child elements of that name.
    pub fn children(&mut self, name: &str) -> Vec<Element<'a>> {
        let mut taken = Vec::new();
        for node in std::mem::take(&mut self.children) {
            match node {
                Node::Element(element) if element.name == name => taken.push(element),
                other => self.children.push(other),
            }
        }
        taken
    }

    /// Takes all child elements.
    pub fn elements(&mut self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        std::mem::take(&mut self.children).into_iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The element's own text.
    pub fn text(&self) -> String {
        let mut all = String::new();
        for node in &self.children {
            if let Node::Text(text) | Node::CData(text) = node {
                all.push_str(text);
            }
        }
        all
    }

    /// The element that is left.
    pub fn into_element(self) -> Element<'static> {
        let Self { name, attrs, children } = self;
        Element { name, attrs, children, offset: 0 }.into_owned()
    }

    /// What was not taken: attributes, and child elements.
    pub fn rest(self) -> (Vec<Attr<'static>>, Vec<Element<'static>>) {
        let attrs = self.attrs.into_iter().map(Attr::into_owned).collect();
        let children = self.children.into_iter().filter_map(|node| match node {
            Node::Element(element) => Some(element.into_owned()),
            _ => None,
        });
        (attrs, children.collect())
    }
}

/// `Invalid value for attribute ...`, as libvirt's XML layer puts it.
pub fn invalid_value(attr: &str, element: &str, detail: &str) -> Error {
    let info = format!("Invalid value for attribute '{attr}' in element '{element}': {detail}");
    Error::new(ErrorCode::XmlError, ErrorDomain::Xml, info)
}

/// `Missing required attribute ...`, as libvirt's XML layer puts it.
pub fn missing_attribute(attr: &str, element: &str) -> Error {
    let info = format!("Missing required attribute '{attr}' in element '{element}'");
    Error::new(ErrorCode::XmlError, ErrorDomain::Xml, info)
}

/// A number of 0 or more, as libvirt reads it with strtoull: leading spaces and a plus sign are allowed, anything
/// after the digits is not. Base 0 takes `0x` for hexadecimal and a leading 0 for octal.
pub fn parse_unsigned(text: &str, base: u32) -> Option<u64> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_whitespace());
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (digits, base) = match (base, hex) {
        (0 | 16, Some(hex)) => (hex, 16),
        (0, None) if digits.len() > 1 && digits.starts_with('0') => (digits, 8),
        (0, None) => (digits, 10),
        (base, _) => (digits, base),
    };
    // from_str_radix would take a second sign.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, base).ok()
}

/// A number of either sign, as libvirt reads it with strtoll.
pub fn parse_signed(text: &str) -> Option<i64> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_whitespace());
    match digits.strip_prefix('-') {
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => {
            0i64.checked_sub_unsigned(digits.parse().ok()?)
        }
        Some(_) => None,
        None => parse_unsigned(digits, 10).and_then(|number| i64::try_from(number).ok()),
    }
}
