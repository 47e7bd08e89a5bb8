//! What a field's type is on the wire, and the expressions that read and write it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Expr, GenericArgument, PathArguments, Result, Type};

use crate::attributes::Attributes;

/// A type on the wire, with its bounds.
pub enum Shape {
    /// `string<max>`
    Text(Expr),
    /// `opaque<max>`
    Opaque(Expr),
    /// `opaque[N]`
    FixedOpaque,
    /// `T[N]`
    Array,
    /// `T<max>`
    List(Expr, Box<Shape>),
    /// `T *`
    Optional(Box<Shape>),
    /// A type with its own `Encode` and `Decode`.
    Other(Type),
}

impl Shape {
    /// The shape of a type under the bounds of its field and the string bound of what contains it.
    pub fn new(whole: &Type, attributes: &Attributes, strings: Option<&Expr>) -> Result<Self> {
        let mut bounds = [&attributes.max, &attributes.items].into_iter().flatten().cloned();
        let shape = Self::of(whole, &mut bounds, strings)?;
        match bounds.next() {
            Some(unused) => Err(Error::new_spanned(unused, "there is nothing that this could bound")),
            None => Ok(shape),
        }
    }

    fn of(ty: &Type, bounds: &mut dyn Iterator<Item = Expr>, strings: Option<&Expr>) -> Result<Self> {
        let ty = bare(ty);
        if let Type::Array(array) = ty {
            return Ok(if is_byte(&array.elem) { Shape::FixedOpaque } else { Shape::Array });
        }
        let Some((name, inner)) = name_and_argument(ty) else { return Ok(Shape::Other(ty.clone())) };
        let mut bound = || {
            bounds.next().ok_or_else(|| {
                Error::new_spanned(
                    ty,
                    format!("a {name} needs a bound: #[xdr(max = N)], or items within a list"),
                )
            })
        };
        Ok(match (name.as_str(), inner) {
            ("String" | "Cow", _) => Shape::Text(match (bound(), strings) {
                (Ok(bound), _) => bound,
                (Err(_), Some(strings)) => strings.clone(),
                (Err(error), None) => return Err(error),
            }),
            ("Vec", Some(inner)) if is_byte(inner) => Shape::Opaque(bound()?),
            ("Vec", Some(inner)) => {
                let max = bound()?;
                Shape::List(max, Box::new(Self::of(inner, bounds, strings)?))
            }
            ("Option", Some(inner)) => Shape::Optional(Box::new(Self::of(inner, bounds, strings)?)),
            _ => Shape::Other(ty.clone()),
        })
    }

    /// The fewest bytes a value takes.
    pub fn min_size(&self, ty: &Type) -> TokenStream {
        match self {
            Shape::Text(_) | Shape::Opaque(_) | Shape::List(..) | Shape::Optional(_) => quote!(4),
            Shape::FixedOpaque => quote!(size_of::<#ty>().next_multiple_of(4)),
            Shape::Array => match bare(ty) {
                Type::Array(array) => {
                    let (item, count) = (&array.elem, &array.len);
                    quote!(<#item as ::vireo_xdr::Decode>::MIN_SIZE * (#count))
                }
                _ => quote!(0),
            },
            Shape::Other(ty) => quote!(<#ty as ::vireo_xdr::Decode>::MIN_SIZE),
        }
    }

    /// An expression for the result of reading one from `reader`.
    pub fn get(&self) -> TokenStream {
        let codec = quote!(::vireo_xdr::codec);
        match self {
            Shape::Text(max) => quote!(#codec::get_string(reader, #max)),
            Shape::Opaque(max) => quote!(#codec::get_opaque(reader, #max)),
            Shape::FixedOpaque => quote!(#codec::get_fixed(reader)),
            Shape::Array => quote!(#codec::get_array(reader)),
            Shape::List(max, item) => {
                let (get, least) = (item.get(), item.item_min_size());
                quote!(#codec::get_list(reader, #max, #least, |reader| #get))
            }
            Shape::Optional(inner) => match &**inner {
                Shape::Text(max) => quote!(#codec::get_optional_string(reader, #max)),
                inner => {
                    let get = inner.get();
                    quote!(#codec::get_optional(reader, |reader| #get))
                }
            },
            Shape::Other(ty) => quote!(<#ty as ::vireo_xdr::Decode>::decode(reader)),
        }
    }

    /// An expression for the result of writing `value`, a reference, to `out`.
    pub fn put(&self, value: TokenStream) -> TokenStream {
        let codec = quote!(::vireo_xdr::codec);
        match self {
            Shape::Text(max) => quote!(#codec::put_opaque((#value).as_bytes(), #max, out)),
            Shape::Opaque(max) => quote!(#codec::put_opaque(#value, #max, out)),
            Shape::FixedOpaque => quote!({
                #codec::put_padded(#value, out);
                Ok::<(), ::vireo_xdr::XdrError>(())
            }),
            Shape::Array => quote!(#codec::put_array(#value, out)),
            Shape::List(max, item) => {
                let put = item.put(quote!(item));
                quote!(#codec::put_list(#value, #max, out, |item, out| #put))
            }
            Shape::Optional(inner) => {
                let put = inner.put(quote!(inner));
                quote!(#codec::put_optional((#value).as_ref(), out, |inner, out| #put))
            }
            Shape::Other(_) => quote!(::vireo_xdr::Encode::encode(#value, out)),
        }
    }

    fn item_min_size(&self) -> TokenStream {
        match self {
            Shape::Other(ty) => self.min_size(ty),
            // Whatever an array within a list takes: four bytes are enough for the check to bound the list.
            _ => quote!(4),
        }
    }
}

/// The type itself, where a macro has put it in an invisible group.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        ty => ty,
    }
}

fn is_byte(ty: &Type) -> bool {
    matches!(bare(ty), Type::Path(path) if path.path.is_ident("u8"))
}

/// The last name of a path, and the last type it is given: `Vec` and `T` of `std::vec::Vec<T>`.
fn name_and_argument(ty: &Type) -> Option<(String, Option<&Type>)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let argument = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .rev()
            .find_map(|argument| if let GenericArgument::Type(ty) = argument { Some(ty) } else { None }),
        _ => None,
    };
    Some((last.ident.to_string(), argument))
}
