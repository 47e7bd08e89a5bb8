//! From types to text, in libvirt's layout: two spaces a level, attributes in single quotes, an element without content
//! closed at once.

use std::fmt::{self, Write as _};

use super::element::{Element, Node};

/// A document being written.
#[derive(Debug)]
pub struct Writer {
    out: String,
    depth: usize,
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    /// An empty document.
    pub fn new() -> Self {
        // A domain with a handful of devices is written without growing.
        Self { out: String::with_capacity(4096), depth: 0 }
    }

    /// Begins an element.
    #[must_use = "a tag must be ended by empty, text or children"]
    pub fn tag<'w, 'n>(&'w mut self, name: &'n str) -> Tag<'w, 'n> {
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
        Tag { writer: self, name }
    }

    /// An element of nothing but a name.
    pub fn flag(&mut self, name: &str) {
        self.tag(name).empty();
    }

    /// An element of nothing but text.
    pub fn leaf(&mut self, name: &str, value: impl Value) {
        self.tag(name).text(value);
    }

    /// An element of nothing but text, where there is any.
    pub fn leaf_opt(&mut self, name: &str, value: Option<impl Value>) {
        if let Some(value) = value {
            self.leaf(name, value);
        }
    }

    /// An element of the tree, in libvirt's layout.
    pub fn element(&mut self, element: &Element<'_>) {
        let mut tag = self.tag(&element.name);
        for attr in &element.attrs {
            tag = tag.attr(&attr.name, &*attr.value);
        }
        if element.children.iter().any(is_text) {
            let Writer { out, .. } = tag.writer;
            out.push('>');
            for node in &element.children {
                inline(out, node, Quotes::Single);
            }
            close(out, tag.name);
            out.push('\n');
        } else {
            tag.children(|w| {
                for node in &element.children {
                    w.node(node);
                }
            });
        }
    }

    fn node(&mut self, node: &Node<'_>) {
        match node {
            Node::Element(element) => self.element(element),
            other => {
                self.indent();
                inline(&mut self.out, other, Quotes::Single);
                self.out.push('\n');
            }
        }
    }

    /// An element of the tree, in libxml2's own layout, as libvirt writes metadata: attributes in double quotes,
    /// mixed content untouched.
    pub fn verbatim(&mut self, element: &Element<'_>) {
        self.indent();
        self.verbatim_inner(element);
        self.out.push('\n');
    }

    fn verbatim_inner(&mut self, element: &Element<'_>) {
        if element.children.is_empty() || element.children.iter().any(is_text) {
            inline_element(&mut self.out, element, Quotes::Double);
            return;
        }
        open(&mut self.out, element, Quotes::Double);
        self.out.push_str(">\n");
        self.depth += 1;
        for node in &element.children {
            self.indent();
            match node {
                Node::Element(child) => self.verbatim_inner(child),
                other => inline(&mut self.out, other, Quotes::Double),
            }
            self.out.push('\n');
        }
        self.depth -= 1;
        self.indent();
        close(&mut self.out, &element.name);
    }

    fn indent(&mut self) {
        const SPACES: &str = "                                ";
        let mut width = self.depth * 2;
        while width > 0 {
            let step = width.min(SPACES.len());
            self.out.push_str(&SPACES[..step]);
            width -= step;
        }
    }

    /// The text.
    pub fn finish(self) -> String {
        self.out
    }
}

/// An element whose start tag is being written.
#[derive(Debug)]
#[must_use = "a tag must be ended by empty, text or children"]
pub struct Tag<'w, 'n> {
    writer: &'w mut Writer,
    name: &'n str,
}

impl Tag<'_, '_> {
    /// An attribute.
    pub fn attr(self, name: &str, value: impl Value) -> Self {
        let out = &mut self.writer.out;
        out.push(' ');
        out.push_str(name);
        out.push_str("='");
        let start = out.len();
        value.write(out);
        if out.as_bytes()[start..].iter().any(|byte| matches!(byte, b'\n' | b'\t')) {
            // Read back, these would be spaces.
            let value = out.split_off(start).replace('\n', "&#10;").replace('\t', "&#9;");
            out.push_str(&value);
        }
        out.push('\'');
        self
    }

    /// An attribute, where it has a value.
    pub fn opt(self, name: &str, value: Option<impl Value>) -> Self {
        match value {
            Some(value) => self.attr(name, value),
            None => self,
        }
    }

    /// Ends the element without content.
    pub fn empty(self) {
        self.writer.out.push_str("/>\n");
    }

    /// Ends the element with text as its content.
    pub fn text(self, value: impl Value) {
        let out = &mut self.writer.out;
        out.push('>');
        value.write(out);
        close(out, self.name);
        out.push('\n');
    }

    /// Ends the element with child elements as its content, its end tag on a line of its own even where none are
    /// written: the way libvirt has some elements.
    pub fn block(self, write: impl FnOnce(&mut Writer)) {
        let Self { writer, name } = self;
        writer.out.push_str(">\n");
        writer.depth += 1;
        write(writer);
        writer.depth -= 1;
        writer.indent();
        close(&mut writer.out, name);
        writer.out.push('\n');
    }

    /// Ends the element with child elements as its content; where none are written, as one without content.
    pub fn children(self, write: impl FnOnce(&mut Writer)) {
        let Self { writer, name } = self;
        let mark = writer.out.len();
        writer.out.push_str(">\n");
        let content = writer.out.len();
        writer.depth += 1;
        write(writer);
        writer.depth -= 1;
        if writer.out.len() == content {
            writer.out.truncate(mark);
            writer.out.push_str("/>\n");
        } else {
            writer.indent();
            close(&mut writer.out, name);
            writer.out.push('\n');
        }
    }
}

/// What can stand as an attribute's value or as text.
pub trait Value {
    /// Appends it, escaped.
    fn write(&self, out: &mut String);
}

impl<V: Value + ?Sized> Value for &V {
    fn write(&self, out: &mut String) {
        (**self).write(out);
    }
}

impl Value for str {
    fn write(&self, out: &mut String) {
        escape(out, self, Place { quotes: Quotes::Single, attribute: false });
    }
}

impl Value for String {
    fn write(&self, out: &mut String) {
        self.as_str().write(out);
    }
}

impl Value for u64 {
    fn write(&self, out: &mut String) {
        // Longest: 20 digits.
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = *self;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        out.push_str(str::from_utf8(&digits[at..]).unwrap_or_default());
    }
}

impl Value for u32 {
    fn write(&self, out: &mut String) {
        u64::from(*self).write(out);
    }
}

impl Value for i64 {
    fn write(&self, out: &mut String) {
        if *self < 0 {
            out.push('-');
        }
        self.unsigned_abs().write(out);
    }
}

impl Value for i32 {
    fn write(&self, out: &mut String) {
        i64::from(*self).write(out);
    }
}

/// A number written as `0x` and at least `WIDTH` hexadecimal digits.
#[derive(Debug, Clone, Copy)]
pub struct Hex<const WIDTH: usize>(pub u32);

impl<const WIDTH: usize> Value for Hex<WIDTH> {
    fn write(&self, out: &mut String) {
        out.push_str("0x");
        let digits = WIDTH.max(8 - self.0.leading_zeros() as usize / 4);
        for n in (0..digits).rev() {
            out.push(char::from_digit(self.0 >> (4 * n) & 15, 16).unwrap_or('0'));
        }
    }
}

/// What formats itself, without anything to escape.
impl Value for fmt::Arguments<'_> {
    fn write(&self, out: &mut String) {
        // Writing to a String does not fail.
        let _ = out.write_fmt(*self);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// libvirt's: `'`, and both kinds of quotes escaped everywhere.
    Single,
    /// libxml2's: `"`, and that alone escaped, in attributes.
    Double,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    quotes: Quotes,
    /// In an attribute's value.
    attribute: bool,
}

/// What stands for a character that cannot stand for itself.
fn escaped(byte: u8, place: Place) -> Option<&'static str> {
    Some(match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'\'' if place.quotes == Quotes::Single => "&apos;",
        b'"' if place.quotes == Quotes::Single || place.attribute => "&quot;",
        b'\r' => "&#13;",
        // Read back, these would be spaces.
        b'\n' if place.attribute => "&#10;",
        b'\t' if place.attribute => "&#9;",
        // XML has no way to write these; libvirt drops them as well.
        0..=8 | 11 | 12 | 14..=31 => "",
        _ => return None,
    })
}

/// Bytes that [`escaped`] may have something else for.
const SUSPECT: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = matches!(byte as u8, 0..=31 | b'&' | b'<' | b'>' | b'\'' | b'"');
        byte += 1;
    }
    table
};

fn escape(out: &mut String, text: &str, place: Place) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !SUSPECT[usize::from(byte)] {
            continue;
        }
        if let Some(instead) = escaped(byte, place) {
            out.push_str(&text[done..at]);
            out.push_str(instead);
            done = at + 1;
        }
    }
    out.push_str(&text[done..]);
}

fn is_text(node: &Node<'_>) -> bool {
    matches!(node, Node::Text(_) | Node::CData(_))
}

fn open(out: &mut String, element: &Element<'_>, quotes: Quotes) {
    let quote = match quotes {
        Quotes::Single => '\'',
        Quotes::Double => '"',
    };
    let place = Place { quotes, attribute: true };
    out.push('<');
    out.push_str(&element.name);
    for attr in &element.attrs {
        out.push(' ');
        out.push_str(&attr.name);
        out.push('=');
        out.push(quote);
        escape(out, &attr.value, place);
        out.push(quote);
    }
}

fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn inline_element(out: &mut String, element: &Element<'_>, quotes: Quotes) {
    open(out, element, quotes);
    if element.children.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    for node in &element.children {
        inline(out, node, quotes);
    }
    close(out, &element.name);
}

fn inline(out: &mut String, node: &Node<'_>, quotes: Quotes) {
    match node {
        Node::Element(element) => inline_element(out, element, quotes),
        Node::Text(text) => escape(out, text, Place { quotes, attribute: false }),
        Node::CData(text) => {
            out.push_str("<![CDATA[");
            out.push_str(text);
            out.push_str("]]>");
        }
        Node::Comment(text) => {
            out.push_str("<!--");
            out.push_str(text);
            out.push_str("-->");
        }
        Node::Pi(text) => {
            out.push_str("<?");
            out.push_str(text);
            out.push_str("?>");
        }
    }
}
