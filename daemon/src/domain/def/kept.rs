//! What an element held beyond what its model knows: kept as it was read, written back in its place.

use crate::xml::{Attr, Element};

/// Attributes and child elements that no field stands for. Costs one word where there are none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept(Option<Box<KeptParts>>);

/// The contents of a [`Kept`] that holds something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptParts {
    /// Attributes, in the document's order.
    pub attrs: Vec<Attr<'static>>,
    /// Child elements, in the document's order.
    pub children: Vec<Element<'static>>,
}

impl Kept {
    /// From what was left over.
    pub fn new(attrs: Vec<Attr<'static>>, children: Vec<Element<'static>>) -> Self {
        if attrs.is_empty() && children.is_empty() {
            Self(None)
        } else {
            Self(Some(Box::new(KeptParts { attrs, children })))
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The attributes kept.
    pub fn attrs(&self) -> &[Attr<'static>] {
        self.0.as_deref().map_or(&[], |parts| &parts.attrs)
    }

    /// The child elements kept.
    pub fn children(&self) -> &[Element<'static>] {
        self.0.as_deref().map_or(&[], |parts| &parts.children)
    }

    /// The first child element of that name.
    pub fn child(&self, name: &str) -> Option<&Element<'static>> {
        self.children().iter().find(|element| element.name == name)
    }
}
