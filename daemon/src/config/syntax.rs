//! The syntax of `libvirtd.conf`: settings of numbers, strings and lists of strings.
//!
//! ```text
//! key = 5                 # a number, decimal
//! key = "text"            also 'text', and """text over
//!                         several lines"""; nothing is escaped
//! key = [ "a", "b", ]     a list, over as many lines as it takes
//! ```

use std::fmt;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Number(i64),
    /// A string.
    Text(String),
    /// A list of strings.
    List(Vec<String>),
}

impl Value {
    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list of strings",
        }
    }
}

/// One setting, and the line it starts at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// What it is set to.
    pub value: Value,
    /// The line, from 1.
    pub line: usize,
}

/// What is wrong, and in which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// What was expected there.
    pub message: &'static str,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// All settings of a text, in their order.
pub fn parse(text: &str) -> Result<Vec<Setting>, SyntaxError> {
    let mut parser = Parser { rest: text, line: 1 };
    let mut settings = Vec::new();
    loop {
        parser.skip_blank();
        if parser.rest.is_empty() {
            return Ok(settings);
        }
        settings.push(parser.setting()?);
    }
}

struct Parser<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Parser<'a> {
    fn fail<T>(&self, message: &'static str) -> Result<T, SyntaxError> {
        Err(SyntaxError { line: self.line, message })
    }

    /// Takes the first bytes, and counts the lines in them.
    fn advance(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, accepts: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.find(|letter| !accepts(letter)).unwrap_or(self.rest.len());
        self.advance(length)
    }

    fn take(&mut self, expected: &str) -> bool {
        let found = self.rest.starts_with(expected);
        if found {
            self.advance(expected.len());
        }
        found
    }

    /// Skips spaces, ends of lines and comments.
    fn skip_blank(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if !self.rest.starts_with('#') {
                return;
            }
            self.take_while(|letter| letter != '\n');
        }
    }

    fn skip_spaces(&mut self) {
        self.take_while(|letter| letter == ' ' || letter == '\t');
    }

    fn setting(&mut self) -> Result<Setting, SyntaxError> {
        let line = self.line;
        let key = self.take_while(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter));
        if !key.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            return self.fail("expecting a name");
        }
        self.skip_spaces();
        if !self.take("=") {
            return self.fail("expecting an assignment");
        }
        self.skip_spaces();
        let value = self.value()?;
        self.skip_spaces();
        if !(self.rest.is_empty() || self.rest.starts_with(['\n', '\r', '#'])) {
            return self.fail("expecting the end of the line after the value");
        }
        Ok(Setting { key: key.to_owned(), value, line })
    }

    fn value(&mut self) -> Result<Value, SyntaxError> {
        match self.rest.chars().next() {
            Some('"' | '\'') => self.text().map(Value::Text),
            Some('[') => self.list().map(Value::List),
            Some('-' | '0'..='9') => self.number().map(Value::Number),
            _ => self.fail("expecting a value"),
        }
    }

    fn number(&mut self) -> Result<i64, SyntaxError> {
        let digits = self.take_while(|letter| letter == '-' || letter.is_ascii_digit());
        digits.parse().or_else(|_| self.fail("not a number"))
    }

    fn text(&mut self) -> Result<String, SyntaxError> {
        let (quote, lines) = if self.take(r#"""""#) {
            (r#"""""#, true)
        } else if self.take("\"") {
            ("\"", false)
        } else if self.take("'") {
            ("'", false)
        } else {
            return self.fail("expecting a string");
        };
        let Some(length) = self.rest.find(quote) else { return self.fail("unterminated string") };
        if !lines && self.rest[..length].contains('\n') {
            return self.fail("unterminated string");
        }
        let text = self.advance(length).to_owned();
        self.advance(quote.len());
        Ok(text)
    }

    fn list(&mut self) -> Result<Vec<String>, SyntaxError> {
        self.advance(1);
        let mut list = Vec::new();
        loop {
            self.skip_blank();
            if self.take("]") {
                return Ok(list);
            }
            list.push(self.text()?);
            self.skip_blank();
            if !self.take(",") && !self.rest.starts_with(']') {
                return self.fail("expecting a separator in list");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<Value> {
        parse(text).unwrap().into_iter().map(|setting| setting.value).collect()
    }

    #[test]
    fn numbers_strings_and_lists_are_read() {
        let text = "# all kinds\nlog_level = 3\na=-1 # why\n\nb = \"x # y\"\nc = 'it is \"so\"'\n";
        let texts = ["x # y", "it is \"so\""].map(|text| Value::Text(text.into()));
        let [x, y] = texts;
        assert_eq!(values(text), [Value::Number(3), Value::Number(-1), x, y]);
        let list = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
        assert_eq!(values("l = [ 'a', # one\n \"b\",\n]\nm=[]"), [list(&["a", "b"]), list(&[])]);
        assert_eq!(values("t = \"\"\"two\nlines\"\"\""), [Value::Text("two\nlines".into())]);
    }

    #[test]
    fn a_setting_knows_its_line() {
        let settings = parse("# first\nkey = [\n'a'\n]\nother = 1").unwrap();
        assert_eq!(settings.iter().map(|setting| setting.line).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(settings[1].key, "other");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let error = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(error("\n= 5"), "line 2: expecting a name");
        assert_eq!(error("key 5"), "line 1: expecting an assignment");
        assert_eq!(error("key ="), "line 1: expecting a value");
        assert_eq!(error("key = yes"), "line 1: expecting a value");
        assert_eq!(error("key = 99999999999999999999"), "line 1: not a number");
        assert_eq!(error("key = \"open\nother = 1\""), "line 1: unterminated string");
        assert_eq!(error("key = [ 'a' 'b' ]"), "line 1: expecting a separator in list");
        assert_eq!(error("key = [ 5 ]"), "line 1: expecting a string");
        assert_eq!(error("key = [ 'a',"), "line 1: expecting a string");
        assert_eq!(error("key = 1 2"), "line 1: expecting the end of the line after the value");
        assert_eq!(error("key = 5\nключ = 1"), "line 2: expecting a name");
    }
}
