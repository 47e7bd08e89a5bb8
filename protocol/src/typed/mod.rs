//! Typed parameters: names with values of seven types, for statistics and tuning.

mod lookup;
mod reply;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use vireo_xdr::{Decode, Encode};

pub use lookup::{Allowed, TypedError, TypedParams};
pub use reply::{STRING_OKAY, for_flags, for_room};

use crate::remote::limits::STRING_MAX;

/// Longest name. Clients keep names in 80 bytes with a NUL at the end, and cut longer ones.
pub const FIELD_MAX: usize = 79;

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct TypedParam {
    /// The name, of at most [`FIELD_MAX`] bytes. Most are known beforehand and cost nothing.
    #[xdr(max = STRING_MAX)]
    pub field: Cow<'static, str>,
    /// The value.
    pub value: TypedValue,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[xdr(union)]
pub enum TypedValue {
    /// `int`
    #[xdr(case = 1)]
    Int(i32),
    /// `unsigned int`
    #[xdr(case = 2)]
    UInt(u32),
    /// `long long`
    #[xdr(case = 3)]
    LLong(i64),
    /// `unsigned long long`
    #[xdr(case = 4)]
    ULLong(u64),
    /// `double`
    #[xdr(case = 5)]
    Double(f64),
    /// `boolean`
    #[xdr(case = 6)]
    Boolean(bool),
    /// `string`
    #[xdr(case = 7, max = STRING_MAX)]
    String(String),
}

impl TypedParam {
    /// A parameter.
    pub fn new(field: impl Into<Cow<'static, str>>, value: impl Into<TypedValue>) -> Self {
        let field = field.into();
        debug_assert!(field.len() <= FIELD_MAX, "{field} is too long a name");
        TypedParam { field, value: value.into() }
    }
}

impl TypedValue {
    /// What error messages call its type.
    pub fn type_name(&self) -> &'static str {
        match self {
            TypedValue::Int(_) => "int",
            TypedValue::UInt(_) => "uint",
            TypedValue::LLong(_) => "llong",
            TypedValue::ULLong(_) => "ullong",
            TypedValue::Double(_) => "double",
            TypedValue::Boolean(_) => "boolean",
            TypedValue::String(_) => "string",
        }
    }
}

macro_rules! values {
    ($($type:ty => $case:ident)*) => { $(
        impl From<$type> for TypedValue {
            fn from(value: $type) -> Self {
                TypedValue::$case(value.into())
            }
        }
    )* };
}

values! {
    i32 => Int
    u32 => UInt
    i64 => LLong
    u64 => ULLong
    f64 => Double
    bool => Boolean
    String => String
    &str => String
}
