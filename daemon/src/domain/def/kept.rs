//! What an element held beyond what its model knows: kept as it was read, written back in its place.

use crate::xml::{Attr, Element, Fields, Node, Tag, Writer};

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

    /// What nothing has taken out of an element.
    pub fn rest(fields: Fields<'_>) -> Self {
        let (attrs, children) = fields.rest();
        Self::new(attrs, children)
    }

    /// Adds a child element.
    pub fn push(&mut self, child: Element<'static>) {
        self.0.get_or_insert_default().children.push(child);
    }

    /// Drops an attribute.
    pub fn remove_attr(&mut self, name: &str) {
        if let Some(parts) = &mut self.0 {
            parts.attrs.retain(|attr| attr.name != name);
            if parts.attrs.is_empty() && parts.children.is_empty() {
                self.0 = None;
            }
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

    /// Keeps of the children of one child element those that are wanted; with none left, the element goes, too.
    pub fn retain_within(&mut self, name: &str, wanted: impl Fn(&Element<'static>) -> bool) {
        let Some(parts) = &mut self.0 else { return };
        parts.children.retain_mut(|child| {
            if child.name != name {
                return true;
            }
            child.children.retain(|node| !matches!(node, Node::Element(inner) if !wanted(inner)));
            child.elements().next().is_some()
        });
        if parts.attrs.is_empty() && parts.children.is_empty() {
            self.0 = None;
        }
    }

    /// The first child element of that name.
    pub fn child(&self, name: &str) -> Option<&Element<'static>> {
        self.children().iter().find(|element| element.name == name)
    }
}

/// The kept children of an element on their way back between the others.
#[derive(Debug)]
pub struct Placed<'k> {
    /// By their place in the order, those without one last.
    children: Vec<(usize, &'k Element<'static>)>,
    order: &'static [&'static str],
    done: usize,
}

impl Kept {
    /// Writes the kept attributes.
    pub fn write_attrs<'w, 'n>(&self, mut tag: Tag<'w, 'n>) -> Tag<'w, 'n> {
        for attr in self.attrs() {
            tag = tag.attr(&attr.name, &*attr.value);
        }
        tag
    }

    /// The kept children, to be written in this order of names between those that have fields; names not in the
    /// order come last.
    pub fn placed(&self, order: &'static [&'static str]) -> Placed<'_> {
        let place = |child: &Element<'_>| order.iter().position(|name| *name == child.name);
        let placed = self.children().iter().map(|child| (place(child).unwrap_or(order.len()), child));
        let mut children: Vec<_> = placed.collect();
        children.sort_by_key(|(rank, _)| *rank);
        Placed { children, order, done: 0 }
    }

    /// Writes the kept children one after the other.
    pub fn write_children(&self, w: &mut Writer) {
        for child in self.children() {
            w.element(child);
        }
    }
}

impl Placed<'_> {
    /// Writes what comes before `name` and has not been written.
    pub fn before(&mut self, w: &mut Writer, name: &str) {
        if self.done < self.children.len() {
            let end = self.order.iter().position(|known| *known == name).unwrap_or(self.order.len());
            self.write_below(w, end);
        }
    }

    /// Writes whatever is left.
    pub fn rest(&mut self, w: &mut Writer) {
        self.write_below(w, usize::MAX);
    }

    fn write_below(&mut self, w: &mut Writer, end: usize) {
        while let Some((_, child)) = self.children.get(self.done).filter(|(rank, _)| *rank < end) {
            w.element(child);
            self.done += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml;

    #[test]
    fn kept_children_come_back_in_their_places() {
        let element = xml::read("<disk><zzz/><iotune/><auth/></disk>").unwrap();
        let kept = Kept::rest(Fields::new(element));
        let mut w = Writer::new();
        w.tag("disk").children(|w| {
            let mut kept = kept.placed(&["driver", "auth", "source", "target", "iotune", "serial"]);
            kept.before(w, "driver");
            w.flag("driver");
            kept.before(w, "source");
            w.flag("source");
            kept.before(w, "serial");
            w.flag("serial");
            kept.rest(w);
        });
        let expected =
            "<disk>\n  <driver/>\n  <auth/>\n  <source/>\n  <iotune/>\n  <serial/>\n  <zzz/>\n</disk>\n";
        assert_eq!(w.finish(), expected);
    }
}
