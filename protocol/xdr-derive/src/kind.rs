//! What a type is on the wire: a struct, an enum or a union.

use quote::ToTokens;
use syn::{Data, DataEnum, DeriveInput, Error, Expr, Fields, Ident, Result, Type};

use crate::attributes::{Attributes, Place};
use crate::shape::Shape;

/// One field of a struct.
pub struct Field<'a> {
    pub name: &'a Ident,
    pub ty: &'a Type,
    pub shape: Shape,
}

/// One case of a union. Without a shape it holds nothing.
pub struct Case<'a> {
    pub name: &'a Ident,
    pub number: Expr,
    pub shape: Option<Shape>,
}

/// What a type is on the wire.
pub enum Kind<'a> {
    Struct(Vec<Field<'a>>),
    /// Names and numbers.
    Enum(Vec<(&'a Ident, &'a Expr)>),
    Union(Vec<Case<'a>>),
}

impl<'a> Kind<'a> {
    pub fn of(input: &'a DeriveInput) -> Result<Self> {
        if !input.generics.params.is_empty() {
            return Err(Error::new_spanned(&input.generics, "a type of the wire has no parameters"));
        }
        let attributes = Attributes::parse(&input.attrs, Place::Type)?;
        match &input.data {
            Data::Struct(data) => {
                let Fields::Named(fields) = &data.fields else {
                    return Err(Error::new_spanned(&input.ident, "the fields of a struct need names"));
                };
                let fields = fields.named.iter().map(|field| {
                    let own = Attributes::parse(&field.attrs, Place::Field)?;
                    let shape = Shape::new(&field.ty, &own, attributes.strings.as_ref())?;
                    let name = field.ident.as_ref().expect("the fields are named");
                    Ok(Field { name, ty: &field.ty, shape })
                });
                fields.collect::<Result<_>>().map(Kind::Struct)
            }
            Data::Enum(data) if attributes.union => cases(data, attributes.strings.as_ref()).map(Kind::Union),
            Data::Enum(data) => numbers(data).map(Kind::Enum),
            Data::Union(_) => Err(Error::new_spanned(&input.ident, "a union is an enum with #[xdr(union)]")),
        }
    }
}

fn numbers(data: &DataEnum) -> Result<Vec<(&Ident, &Expr)>> {
    let number = |variant: &'_ syn::Variant| -> Result<()> {
        if !variant.fields.is_empty() {
            return Err(Error::new_spanned(variant, "an enum with fields needs #[xdr(union)]"));
        }
        Attributes::parse(&variant.attrs, Place::Type).map(drop)
    };
    let mut found = Vec::new();
    for variant in &data.variants {
        number(variant)?;
        let Some((_, value)) = &variant.discriminant else {
            return Err(Error::new_spanned(
                variant,
                "write its number: on the wire it counts, not the order",
            ));
        };
        found.push((&variant.ident, value));
    }
    Ok(found)
}

fn cases<'a>(data: &'a DataEnum, strings: Option<&Expr>) -> Result<Vec<Case<'a>>> {
    let mut found: Vec<Case> = Vec::new();
    for variant in &data.variants {
        let own = Attributes::parse(&variant.attrs, Place::Variant)?;
        let shape = match &variant.fields {
            Fields::Unit => None,
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                Some(Shape::new(&fields.unnamed[0].ty, &own, strings)?)
            }
            _ => return Err(Error::new_spanned(variant, "a case holds one value or none")),
        };
        let Some(number) = own.case else {
            return Err(Error::new_spanned(variant, "a case of a union needs #[xdr(case = N)]"));
        };
        let written = |number: &Expr| number.to_token_stream().to_string();
        if found.iter().any(|case| written(&case.number) == written(&number)) {
            return Err(Error::new_spanned(number, "another case has this number"));
        }
        found.push(Case { name: &variant.ident, number, shape });
    }
    Ok(found)
}
