//! The tree. Names and values borrow from the document they were read from; what outlives it is made owned.

use std::borrow::Cow;

/// One attribute, its value with entities resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attr<'a> {
    /// Name, with its prefix.
    pub name: Cow<'a, str>,
    /// Value.
    pub value: Cow<'a, str>,
}

/// What stands between an element's tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node<'a> {
    /// A child element.
    Element(Element<'a>),
    /// Text with entities resolved.
    Text(Cow<'a, str>),
    /// A CDATA section's content.
    CData(Cow<'a, str>),
    /// A comment's content.
    Comment(Cow<'a, str>),
    /// A processing instruction's content.
    Pi(Cow<'a, str>),
}

/// One element with everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element<'a> {
    /// Name, with its prefix.
    pub name: Cow<'a, str>,
    /// Attributes, in the document's order.
    pub attrs: Vec<Attr<'a>>,
    /// Content, in the document's order.
    pub children: Vec<Node<'a>>,
    /// Byte offset of its start tag in the document; 0 in elements that no document held.
    pub offset: u32,
}

impl<'a> Element<'a> {
    /// An empty element.
    pub fn new(name: impl Into<Cow<'a, str>>) -> Self {
        Self { name: name.into(), attrs: Vec::new(), children: Vec::new(), offset: 0 }
    }

    /// The value of an attribute.
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|attr| attr.name == name).map(|attr| &*attr.value)
    }

    /// The child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element<'a>> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The first child element of that name.
    pub fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.elements().find(|element| element.name == name)
    }

    /// All text inside, as XPath's `string()` joins it.
    pub fn text(&self) -> Cow<'_, str> {
        if let [Node::Text(text) | Node::CData(text)] = &*self.children {
            return Cow::Borrowed(text);
        }
        let mut all = String::new();
        self.collect_text(&mut all);
        Cow::Owned(all)
    }

    fn collect_text(&self, all: &mut String) {
        for node in &self.children {
            match node {
                Node::Element(element) => element.collect_text(all),
                Node::Text(text) | Node::CData(text) => all.push_str(text),
                Node::Comment(_) | Node::Pi(_) => {}
            }
        }
    }

    /// The same element, independent of the document it came from.
    pub fn into_owned(self) -> Element<'static> {
        Element {
            name: Cow::Owned(self.name.into_owned()),
            attrs: self.attrs.into_iter().map(Attr::into_owned).collect(),
            children: self.children.into_iter().map(Node::into_owned).collect(),
            offset: self.offset,
        }
    }
}

impl Attr<'_> {
    /// The same attribute, independent of the document it came from.
    pub fn into_owned(self) -> Attr<'static> {
        Attr { name: Cow::Owned(self.name.into_owned()), value: Cow::Owned(self.value.into_owned()) }
    }
}

impl Node<'_> {
    /// The same node, independent of the document it came from.
    pub fn into_owned(self) -> Node<'static> {
        match self {
            Node::Element(element) => Node::Element(element.into_owned()),
            Node::Text(text) => Node::Text(Cow::Owned(text.into_owned())),
            Node::CData(text) => Node::CData(Cow::Owned(text.into_owned())),
            Node::Comment(text) => Node::Comment(Cow::Owned(text.into_owned())),
            Node::Pi(text) => Node::Pi(Cow::Owned(text.into_owned())),
        }
    }
}
