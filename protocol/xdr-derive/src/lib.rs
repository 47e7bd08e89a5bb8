//! `derive(Encode, Decode)` for `vireo-xdr`.
//!
//! It takes structs with named fields, enums without fields (by their explicit discriminants) and, with
//! `#[xdr(union)]`, enums whose variants hold one value or none. What it writes is straight-line code, one
//! statement a field.
//!
//! | attribute | on | meaning |
//! |---|---|---|
//! | `#[xdr(max = N)]` | field, variant | bound of the string, opaque or list; of the outer one where they nest |
//! | `#[xdr(items = N)]` | field, variant | bound of the inner one |
//! | `#[xdr(strings = N)]` | type | bound of the strings that state none |
//! | `#[xdr(union)]` | enum | a union |
//! | `#[xdr(case = N)]` | variant of a union | its discriminant |
//!
//! A type is recognised by its name as written: `String`, `Cow`, `Vec`, `Option`, `Box` and arrays. Another name
//! stands for a type that has its own `Encode` and `Decode`.

mod attributes;
mod body;
mod kind;
mod shape;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives `vireo_xdr::Encode`.
#[proc_macro_derive(Encode, attributes(xdr))]
pub fn derive_encode(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    body::encode(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Derives `vireo_xdr::Decode`.
#[proc_macro_derive(Decode, attributes(xdr))]
pub fn derive_decode(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    body::decode(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
