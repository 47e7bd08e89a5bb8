//! Answering with parameters: what this client can take, and the old two-step way of asking.

use super::{TypedParam, TypedValue};

/// The flag by which a client says that it takes values that are strings.
pub const STRING_OKAY: u32 = 4;

/// What of the parameters a client takes that set these flags: without [`STRING_OKAY`], none that is a string.
pub fn for_flags(mut params: Vec<TypedParam>, flags: u32) -> Vec<TypedParam> {
    if flags & STRING_OKAY == 0 {
        params.retain(|param| !matches!(param.value, TypedValue::String(_)));
    }
    params
}

/// The reply to a client that has room for so many parameters. With room for none it asks only how many there are;
/// with room for fewer than there are it gets the first ones.
pub fn for_room(mut params: Vec<TypedParam>, room: i32) -> (Vec<TypedParam>, i32) {
    let count = |params: &[TypedParam]| i32::try_from(params.len()).unwrap_or(i32::MAX);
    if room <= 0 {
        return (Vec::new(), count(&params));
    }
    params.truncate(room as usize);
    let told = count(&params);
    (params, told)
}
