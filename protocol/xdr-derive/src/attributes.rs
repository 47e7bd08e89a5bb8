//! What `#[xdr(...)]` says.

use syn::{Attribute, Expr, Result};

/// What stands in the attributes of a type, field or variant.
#[derive(Default)]
pub struct Attributes {
    pub max: Option<Expr>,
    pub items: Option<Expr>,
    pub strings: Option<Expr>,
    pub case: Option<Expr>,
    pub union: bool,
}

/// Where the attributes stand, and so which of them have a meaning.
#[derive(Clone, Copy, PartialEq)]
pub enum Place {
    Type,
    Field,
    Variant,
}

impl Attributes {
    pub fn parse(attributes: &[Attribute], place: Place) -> Result<Self> {
        let mut found = Attributes::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("xdr")) {
            attribute.parse_nested_meta(|meta| {
                let is = |name: &str| meta.path.is_ident(name);
                let slot = match place {
                    Place::Type if is("union") => {
                        found.union = true;
                        return Ok(());
                    }
                    Place::Type if is("strings") => &mut found.strings,
                    Place::Field | Place::Variant if is("max") => &mut found.max,
                    Place::Field | Place::Variant if is("items") => &mut found.items,
                    Place::Variant if is("case") => &mut found.case,
                    _ => return Err(meta.error("this has no meaning here")),
                };
                if slot.is_some() {
                    return Err(meta.error("said twice"));
                }
                *slot = Some(meta.value()?.parse()?);
                Ok(())
            })?;
        }
        Ok(found)
    }
}
