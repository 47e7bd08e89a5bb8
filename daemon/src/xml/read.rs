//! From text to tree.
//!
//! ```text
//!             start tag           end tag of the root
//! [prolog] ------------> [inside] ------------------> [epilog] ---> end of text: done
//!    |                      |                             |
//!    text, end tag, end     end, wrong end tag            text, tag
//!    +----------------------+-----------------------------+-------> XmlError
//! ```

use std::borrow::Cow;

use quick_xml::{
    Reader,
    errors::{IllFormedError, SyntaxError},
    events::Event,
};

use super::{
    attributes::{bare_ampersand, is_space, name_length, read_attributes, resolve},
    element::{Element, Node},
    error::XmlError,
    limits::{MAX_DEPTH, MAX_DOCUMENT, MAX_NODES},
};

/// Reads a document. White space between tags is dropped where libxml2 drops it (`xmlKeepBlanksDefault(0)`).
pub fn read(source: &str) -> Result<Element<'_>, XmlError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    Builder { source, stack: Vec::new(), text: None, nodes: 0, carriage_returns: false, root: None }.run()
}

struct Builder<'a> {
    source: &'a str,
    /// The elements whose end tag has not come yet.
    stack: Vec<Element<'a>>,
    /// Text not yet ended by a tag, and whether a reference was part of it.
    text: Option<(Cow<'a, str>, bool)>,
    nodes: usize,
    /// Whether there are line ends to be normalised.
    carriage_returns: bool,
    root: Option<Element<'a>>,
}

impl<'a> Builder<'a> {
    fn run(mut self) -> Result<Element<'a>, XmlError> {
        if self.source.len() > MAX_DOCUMENT {
            return Err(self.error(MAX_DOCUMENT, format!("document longer than {MAX_DOCUMENT} bytes")));
        }
        if self.source.is_empty() {
            return Err(self.error(0, "Document is empty"));
        }
        self.check_characters()?;
        self.carriage_returns = self.source.contains('\r');
        let mut reader = Reader::from_str(self.source);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.check_comments = true;
        loop {
            let begin = reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(self.syntax_error(&error, reader.error_position() as usize)),
            };
            let end = reader.buffer_position() as usize;
            match event {
                Event::Start(tag) => self.open(begin, &tag, tag.name().0.len(), false)?,
                Event::Empty(tag) => self.open(begin, &tag, tag.name().0.len(), true)?,
                Event::End(tag) => self.close(begin, end, tag.name().0)?,
                Event::Text(_) => self.add_text(begin, self.normalized(begin, end), false)?,
                Event::GeneralRef(name) => {
                    if self.stack.is_empty() {
                        return Err(self.misplaced(begin));
                    }
                    let char = resolve(self.source, begin, &name)?;
                    self.add_text(begin, Cow::Owned(char.to_string()), true)?;
                }
                Event::CData(_) if self.stack.is_empty() => return Err(self.misplaced(begin)),
                Event::CData(_) => {
                    let content = self.normalized(begin + 9, end - 3);
                    self.add(begin, Node::CData(content))?;
                }
                Event::Comment(_) => {
                    self.add(begin, Node::Comment(Cow::Borrowed(&self.source[begin + 4..end - 3])))?
                }
                Event::PI(_) => self.add(begin, Node::Pi(Cow::Borrowed(&self.source[begin + 2..end - 2])))?,
                Event::Decl(_) => self.declaration(begin, end)?,
                Event::DocType(_) => {
                    return Err(self.error(begin, "a document type definition is not accepted"));
                }
                Event::Eof => break,
            }
        }
        let end = self.source.len();
        match (self.stack.last(), self.root.take()) {
            (Some(open), _) => {
                let line = line_of(self.source, open.offset as usize);
                Err(self.error(end, format!("Premature end of data in tag {} line {line}", open.name)))
            }
            (None, Some(root)) => Ok(root),
            (None, None) => Err(self.error(end, "Start tag expected, '<' not found")),
        }
    }

    fn error(&self, offset: usize, reason: impl Into<String>) -> XmlError {
        XmlError::new(self.source, offset, reason)
    }

    /// Text or a tag where neither may stand.
    fn misplaced(&self, offset: usize) -> XmlError {
        if self.root.is_some() {
            self.error(offset, "Extra content at the end of the document")
        } else {
            self.error(offset, "Start tag expected, '<' not found")
        }
    }

    /// Text, line ends of two characters, or of a carriage return alone, as one newline.
    fn normalized(&self, begin: usize, end: usize) -> Cow<'a, str> {
        let text = &self.source[begin..end];
        if self.carriage_returns && text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// XML has no control characters but tab and the line ends.
    fn check_characters(&self) -> Result<(), XmlError> {
        let bad = |byte: u8| byte < b' ' && !is_space(byte);
        // Counting first, without leaving early, is what the compiler turns into vector code.
        if self.source.bytes().filter(|byte| bad(*byte)).count() == 0 {
            return Ok(());
        }
        let (at, byte) = self.source.bytes().enumerate().find(|(_, byte)| bad(*byte)).unwrap_or((0, 0));
        Err(self.error(at, format!("PCDATA invalid Char value {byte}")))
    }

    fn count(&mut self, nodes: usize, offset: usize) -> Result<(), XmlError> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(self.error(offset, format!("more than {MAX_NODES} elements, attributes and texts")));
        }
        Ok(())
    }

    fn open(&mut self, begin: usize, content: &str, name_len: usize, empty: bool) -> Result<(), XmlError> {
        self.end_text(false);
        if self.root.is_some() {
            return Err(self.misplaced(begin));
        }
        if self.stack.len() == MAX_DEPTH {
            return Err(self.error(begin, format!("Excessive depth in document: {MAX_DEPTH}")));
        }
        let start = begin + 1;
        let name = &self.source[start..start + name_len];
        let valid = name_length(name.as_bytes());
        if valid == 0 {
            return Err(self.error(start, "StartTag: invalid element name"));
        }
        if valid < name_len {
            return Err(self.error(start + valid, "attributes construct error"));
        }
        let attrs = read_attributes(self.source, start + name_len, start + content.len())?;
        self.count(1 + attrs.len(), begin)?;
        // MAX_DOCUMENT fits.
        let element =
            Element { name: Cow::Borrowed(name), attrs, children: Vec::new(), offset: begin as u32 };
        if empty {
            self.finish(element);
        } else {
            self.stack.push(element);
        }
        Ok(())
    }

    fn close(&mut self, begin: usize, end: usize, name: &str) -> Result<(), XmlError> {
        self.end_text(true);
        let Some(element) = self.stack.pop() else {
            return Err(self.misplaced(begin));
        };
        if element.name != name {
            let line = line_of(self.source, element.offset as usize);
            let reason = format!("Opening and ending tag mismatch: {} line {line} and {name}", element.name);
            return Err(self.error(end, reason));
        }
        self.finish(element);
        Ok(())
    }

    fn finish(&mut self, element: Element<'a>) {
        match self.stack.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.root = Some(element),
        }
    }

    /// A node that is neither text nor element.
    fn add(&mut self, begin: usize, node: Node<'a>) -> Result<(), XmlError> {
        self.end_text(false);
        self.count(1, begin)?;
        if let Some(parent) = self.stack.last_mut() {
            parent.children.push(node);
        }
        Ok(())
    }

    fn add_text(&mut self, begin: usize, text: Cow<'a, str>, reference: bool) -> Result<(), XmlError> {
        if self.stack.is_empty() {
            return match text.bytes().position(|byte| !is_space(byte)) {
                None => Ok(()),
                Some(at) => Err(self.misplaced(begin + at)),
            };
        }
        match &mut self.text {
            None => {
                self.text = Some((text, reference));
                self.count(1, begin)
            }
            Some((all, references)) => {
                all.to_mut().push_str(&text);
                *references |= reference;
                Ok(())
            }
        }
    }

    /// Text has ended with a tag: keep it unless it is only layout.
    fn end_text(&mut self, at_end_tag: bool) {
        let Some((text, reference)) = self.text.take() else { return };
        let Some(parent) = self.stack.last_mut() else { return };
        let is_text = |node: Option<&Node<'_>>| matches!(node, Some(Node::Text(_) | Node::CData(_)));
        let children = &mut parent.children;
        let alone = at_end_tag && children.is_empty();
        let beside_text = is_text(children.first()) || is_text(children.last());
        let blank = !reference && text.bytes().all(is_space);
        if !blank || alone || beside_text {
            children.push(Node::Text(text));
        }
    }

    /// `<?xml ...?>`: only at the very beginning, and only in the encoding strings come in.
    fn declaration(&self, begin: usize, end: usize) -> Result<(), XmlError> {
        if begin != 0 {
            return Err(self.error(begin, "XML or text declaration not at start of entity"));
        }
        let attrs = read_attributes(self.source, begin + 5, end - 2)?;
        let encoding = attrs.iter().find(|attr| attr.name == "encoding").map(|attr| &*attr.value);
        match encoding {
            None => Ok(()),
            Some(name) if name.eq_ignore_ascii_case("utf-8") => Ok(()),
            // Whatever else is declared agrees with it while there is nothing beyond ASCII.
            Some(_) if self.source.is_ascii() => Ok(()),
            Some(name) => Err(self.error(end - 2, format!("Unsupported encoding {name}"))),
        }
    }

    fn syntax_error(&self, error: &quick_xml::Error, position: usize) -> XmlError {
        use quick_xml::Error as E;
        let position = position.min(self.source.len());
        match error {
            E::IllFormed(IllFormedError::UnclosedReference) => bare_ampersand(self.source, position),
            E::IllFormed(IllFormedError::DoubleHyphenInComment) => {
                let text = &self.source[..position];
                let start = text.rfind("<!--").unwrap_or(position);
                let shown: String = text[start..].chars().take("<!--".len() + 50).collect();
                self.error(position, format!("Double hyphen within comment: {shown}"))
            }
            E::Syntax(SyntaxError::UnclosedComment) => {
                self.error(self.source.len(), "Comment not terminated")
            }
            E::Syntax(SyntaxError::UnclosedCData) => {
                self.error(self.source.len(), "CData section not finished")
            }
            E::Syntax(SyntaxError::UnclosedTag) => {
                let start = self.source.rfind('<').unwrap_or(position);
                let name = &self.source[(start + 1).min(self.source.len())..];
                let name = &name[..name_length(name.as_bytes())];
                let line = line_of(self.source, start);
                self.error(self.source.len(), format!("Couldn't find end of Start Tag {name} line {line}"))
            }
            E::Syntax(
                SyntaxError::UnclosedSingleQuotedAttributeValue
                | SyntaxError::UnclosedDoubleQuotedAttributeValue,
            ) => self.error(self.source.len(), "AttValue: ' expected"),
            other => self.error(position, other.to_string()),
        }
    }
}

/// Line of a byte offset, from 1.
fn line_of(source: &str, offset: usize) -> usize {
    1 + source.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count()
}
