//! What libvirt knows of domain documents, for definitions that are to be checked (`VIR_DOMAIN_DEFINE_VALIDATE`).
//!
//! It is a table of names, not a grammar: it finds what is misspelt or stands under a parent that never has it, and
//! names its path. Values are checked by the model, with or without the flag.

use std::{collections::HashMap, sync::OnceLock};

use crate::{
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::Element,
};

const ELEMENTS: &str = include_str!("elements.txt");

/// What may stand in an element.
#[derive(Debug, Default)]
struct Known {
    attributes: Vec<&'static str>,
    children: Vec<&'static str>,
}

/// The table, read when it is first asked for: few definitions are checked.
fn table() -> &'static HashMap<&'static str, Known> {
    static TABLE: OnceLock<HashMap<&'static str, Known>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: HashMap<&'static str, Known> = HashMap::new();
        let mut current = "";
        for line in ELEMENTS.lines().filter(|line| !line.starts_with('#')) {
            let rest = match line.split_once(':') {
                Some((name, rest)) if !line.starts_with(' ') => {
                    current = name;
                    rest
                }
                _ => line,
            };
            let known = table.entry(current).or_default();
            for word in rest.split_ascii_whitespace() {
                match word.strip_prefix('@') {
                    Some(attribute) => known.attributes.push(attribute),
                    None => known.children.push(word),
                }
            }
        }
        table
    })
}

/// Refuses the first element or attribute that libvirt has no place for.
pub(super) fn validate(root: &Element<'_>) -> Result<()> {
    walk(root, &mut String::new())
}

/// The names that libvirt's own namespaces put into documents.
fn plain_name(name: &str) -> &str {
    name.strip_prefix("qemu:").unwrap_or(name)
}

fn walk(element: &Element<'_>, path: &mut String) -> Result<()> {
    let before = path.len();
    path.push('/');
    path.push_str(&element.name);
    let Some(known) = table().get(plain_name(&element.name)) else {
        return Err(refusal(format_args!("unknown element {path}")));
    };
    let anything = |names: &[&str]| names.contains(&"*");
    for attr in &element.attrs {
        let namespace = attr.name == "xmlns" || attr.name.starts_with("xmlns:");
        if !namespace && !anything(&known.attributes) && !known.attributes.contains(&&*attr.name) {
            return Err(refusal(format_args!("unknown attribute {path}/@{}", attr.name)));
        }
    }
    for child in element.elements().filter(|_| !anything(&known.children)) {
        let name = plain_name(&child.name);
        let of_namespace = name.len() < child.name.len() && element.name == "domain";
        if !of_namespace && !known.children.contains(&name) {
            return Err(refusal(format_args!("unknown element {path}/{}", child.name)));
        }
        walk(child, path)?;
    }
    path.truncate(before);
    Ok(())
}

fn refusal(what: std::fmt::Arguments<'_>) -> Error {
    Error::new(ErrorCode::XmlInvalidSchema, ErrorDomain::Xml, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml;

    #[test]
    fn every_child_is_an_element_of_the_table() {
        for (name, known) in table() {
            for child in known.children.iter().filter(|child| **child != "*") {
                assert!(table().contains_key(child), "{name} has {child}");
            }
        }
    }

    #[test]
    fn metadata_may_hold_anything() {
        let document = "<domain type='kvm'><metadata><a:b xmlns:a='u:a' c='d'><e/></a:b></metadata></domain>";
        validate(&xml::read(document).unwrap()).unwrap();
    }

    #[test]
    fn what_is_misspelt_is_named_by_its_path() {
        let document = "<domain><devices><disk><taget dev='vda'/></disk></devices></domain>";
        let error = validate(&xml::read(document).unwrap()).unwrap_err();
        assert_eq!(
            error.message(),
            "XML document failed to validate against schema: unknown element /domain/devices/disk/taget"
        );
    }
}
