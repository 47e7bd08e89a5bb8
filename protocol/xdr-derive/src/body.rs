//! The implementations that a struct, an enum and a union get.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Result};

use crate::kind::Kind;

pub fn encode(input: &DeriveInput) -> Result<TokenStream> {
    let body = match Kind::of(input)? {
        Kind::Struct(fields) => {
            let puts = fields.iter().map(|field| {
                let name = field.name;
                field.shape.put(quote!((&self.#name)))
            });
            quote!(#(#puts?;)* Ok(()))
        }
        Kind::Enum(numbers) => {
            let arms = numbers.iter().map(|(name, number)| quote!(Self::#name => #number));
            quote! {
                let number: i32 = match self { #(#arms,)* };
                ::vireo_xdr::Encode::encode(&number, out)
            }
        }
        Kind::Union(cases) => {
            let arms = cases.iter().map(|case| {
                let (name, number) = (case.name, &case.number);
                let put_number = quote! {
                    let number: i32 = #number;
                    ::vireo_xdr::Encode::encode(&number, out)
                };
                match &case.shape {
                    None => quote!(Self::#name => { #put_number }),
                    Some(shape) => {
                        let put = shape.put(quote!(value));
                        quote!(Self::#name(value) => { #put_number?; #put })
                    }
                }
            });
            quote!(match self { #(#arms,)* })
        }
    };
    let name = &input.ident;
    Ok(quote! {
        #[automatically_derived]
        impl ::vireo_xdr::Encode for #name {
            fn encode(
                &self,
                out: &mut ::vireo_xdr::BytesMut,
            ) -> ::core::result::Result<(), ::vireo_xdr::XdrError> {
                #body
            }
        }
    })
}

pub fn decode(input: &DeriveInput) -> Result<TokenStream> {
    let mut min_size = quote!(4);
    let body = match Kind::of(input)? {
        Kind::Struct(fields) => {
            let sizes = fields.iter().map(|field| field.shape.min_size(field.ty));
            min_size = quote!(0 #(+ #sizes)*);
            let gets = fields.iter().map(|field| {
                let (name, get) = (field.name, field.shape.get());
                quote!(#name: #get?)
            });
            quote!(Ok(Self { #(#gets,)* }))
        }
        Kind::Enum(numbers) => match_number(
            numbers.iter().map(|(name, number)| quote!(number if number == (#number) => Ok(Self::#name))),
        ),
        Kind::Union(cases) => match_number(cases.iter().map(|case| {
            let (name, number) = (case.name, &case.number);
            let value = case.shape.as_ref().map(|shape| {
                let get = shape.get();
                quote!((#get?))
            });
            quote!(number if number == (#number) => Ok(Self::#name #value))
        })),
    };
    let name = &input.ident;
    Ok(quote! {
        #[automatically_derived]
        impl ::vireo_xdr::Decode for #name {
            const MIN_SIZE: usize = #min_size;

            fn decode(
                reader: &mut ::vireo_xdr::Reader<'_>,
            ) -> ::core::result::Result<Self, ::vireo_xdr::XdrError> {
                #body
            }
        }
    })
}

fn match_number(arms: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote! {
        match <i32 as ::vireo_xdr::Decode>::decode(reader)? {
            #(#arms,)*
            _ => Err(::vireo_xdr::XdrError::Discriminant),
        }
    }
}
