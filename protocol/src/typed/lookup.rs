//! Reading a client's parameters: which are allowed, of which type, and what they say.

use super::{FIELD_MAX, TypedParam, TypedValue};
use crate::error::ErrorCode;

/// Why a list of parameters is refused. The texts are those that clients know.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TypedError {
    /// No such parameter here.
    #[error("parameter '{0}' not supported")]
    Unknown(String),
    /// It stands twice and may only once.
    #[error("parameter '{0}' occurs multiple times")]
    Twice(String),
    /// It has another type.
    #[error("invalid type '{found}' for parameter '{field}', expected '{expected}'")]
    Type {
        /// Its name.
        field: String,
        /// The type it has.
        found: &'static str,
        /// The type it should have.
        expected: &'static str,
    },
    /// Its name is longer than [`FIELD_MAX`].
    #[error("parameter {0} too big for destination")]
    NameTooLong(String),
}

impl TypedError {
    /// The code that goes with it.
    pub fn code(&self) -> ErrorCode {
        match self {
            TypedError::Unknown(_) => ErrorCode::ArgumentUnsupported,
            TypedError::Twice(_) | TypedError::Type { .. } => ErrorCode::InvalidArg,
            TypedError::NameTooLong(_) => ErrorCode::InternalError,
        }
    }
}

/// A parameter that is allowed: its name, an example of its type, and whether it may stand more than once.
pub type Allowed = (&'static str, TypedValue, bool);

/// A list of parameters.
pub trait TypedParams {
    /// The value of a name: the first, where it stands more than once.
    fn value(&self, field: &str) -> Option<&TypedValue>;

    /// Refuses what is not in the list of allowed ones.
    fn validate(&self, allowed: &[Allowed]) -> Result<(), TypedError>;

    /// The `int` of a name. Of another type, it is an error, here and below.
    fn int(&self, field: &str) -> Result<Option<i32>, TypedError>;

    /// The `unsigned int` of a name.
    fn uint(&self, field: &str) -> Result<Option<u32>, TypedError>;

    /// The `long long` of a name.
    fn llong(&self, field: &str) -> Result<Option<i64>, TypedError>;

    /// The `unsigned long long` of a name.
    fn ullong(&self, field: &str) -> Result<Option<u64>, TypedError>;

    /// The `boolean` of a name.
    fn boolean(&self, field: &str) -> Result<Option<bool>, TypedError>;

    /// The string of a name.
    fn string(&self, field: &str) -> Result<Option<&str>, TypedError>;

    /// The strings of a name that may stand more than once.
    fn strings<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str>;
}

macro_rules! getters {
    ($($name:ident, $type:ty, $case:ident, $text:literal;)*) => { $(
        fn $name(&self, field: &str) -> Result<Option<$type>, TypedError> {
            match self.value(field) {
                None => Ok(None),
                Some(TypedValue::$case(value)) => Ok(Some(*value)),
                Some(other) => Err(mismatch(field, other, $text)),
            }
        }
    )* };
}

impl TypedParams for [TypedParam] {
    fn value(&self, field: &str) -> Option<&TypedValue> {
        self.iter().find(|param| param.field == field).map(|param| &param.value)
    }

    fn validate(&self, allowed: &[Allowed]) -> Result<(), TypedError> {
        for (index, param) in self.iter().enumerate() {
            let field = &param.field;
            if field.len() > FIELD_MAX {
                return Err(TypedError::NameTooLong(field.to_string()));
            }
            let Some((_, example, many)) = allowed.iter().find(|(name, ..)| name == field) else {
                return Err(TypedError::Unknown(field.to_string()));
            };
            if std::mem::discriminant(example) != std::mem::discriminant(&param.value) {
                return Err(mismatch(field, &param.value, example.type_name()));
            }
            if !many && self[..index].iter().any(|before| before.field == *field) {
                return Err(TypedError::Twice(field.to_string()));
            }
        }
        Ok(())
    }

    getters! {
        int, i32, Int, "int";
        uint, u32, UInt, "uint";
        llong, i64, LLong, "llong";
        ullong, u64, ULLong, "ullong";
        boolean, bool, Boolean, "boolean";
    }

    fn string(&self, field: &str) -> Result<Option<&str>, TypedError> {
        match self.value(field) {
            None => Ok(None),
            Some(TypedValue::String(value)) => Ok(Some(value)),
            Some(other) => Err(mismatch(field, other, "string")),
        }
    }

    fn strings<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |param| param.field == field).filter_map(|param| {
            if let TypedValue::String(value) = &param.value { Some(value.as_str()) } else { None }
        })
    }
}

fn mismatch(field: &str, found: &TypedValue, expected: &'static str) -> TypedError {
    TypedError::Type { field: field.to_owned(), found: found.type_name(), expected }
}
