//! Licence expressions: `MIT OR (Apache-2.0 AND BSD-3-Clause)`.

/// Can the expression be satisfied with licences that `allowed` accepts?
///
/// `AND` binds more than `OR`; the old `/` between alternatives counts as `OR`.
pub fn satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, allowed };
    let answer = parser.either()?;
    if parser.words.is_empty() { Ok(answer) } else { Err(format!("{:?} is left over", parser.words)) }
}

struct Parser<'a> {
    words: &'a [&'a str],
    allowed: &'a dyn Fn(&str) -> bool,
}

impl<'a> Parser<'a> {
    fn either(&mut self) -> Result<bool, String> {
        let mut answer = self.all()?;
        while self.take("OR") {
            answer |= self.all()?;
        }
        Ok(answer)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut answer = self.one()?;
        while self.take("AND") {
            answer &= self.one()?;
        }
        Ok(answer)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.take("(") {
            let answer = self.either()?;
            return if self.take(")") { Ok(answer) } else { Err("`)` is missing".into()) };
        }
        let name = self.next()?;
        if self.take("WITH") {
            let exception = self.next()?;
            return Ok((self.allowed)(&format!("{name} WITH {exception}")));
        }
        Ok((self.allowed)(name))
    }

    fn next(&mut self) -> Result<&'a str, String> {
        let (first, rest) = self.words.split_first().ok_or("it ends too early")?;
        self.words = rest;
        Ok(first)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.words.first() == Some(&word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }
}

#[test]
fn expressions_are_understood() {
    let allowed = |name: &str| matches!(name, "MIT" | "Unicode-3.0");
    assert_eq!(satisfied("GPL-2.0 OR MIT", &allowed), Ok(true));
    assert_eq!(satisfied("MIT/Apache-2.0", &allowed), Ok(true));
    assert_eq!(satisfied("MIT AND GPL-2.0", &allowed), Ok(false));
    assert_eq!(satisfied("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed), Ok(true));
    assert_eq!(satisfied("Apache-2.0 WITH LLVM-exception", &allowed), Ok(false));
    assert!(satisfied("(MIT", &allowed).is_err());
}
