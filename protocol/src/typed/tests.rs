use super::*;
use crate::error::ErrorCode;

fn params() -> Vec<TypedParam> {
    vec![
        TypedParam::new("cpu_shares", 1024u64),
        TypedParam::new("weight", 5u32),
        TypedParam::new("disk", "vda"),
        TypedParam::new("disk", "vdb"),
        TypedParam::new(format!("vcpu.{}.state", 0), 1),
    ]
}

#[test]
fn values_go_by_their_numbers() {
    let bytes = TypedParam::new("ab", true).to_bytes().unwrap();
    assert_eq!(bytes[..], [0, 0, 0, 2, b'a', b'b', 0, 0, 0, 0, 0, 6, 0, 0, 0, 1]);
    let bytes = TypedParam::new("", 1.0).to_bytes().unwrap();
    assert_eq!(bytes[..], [0, 0, 0, 0, 0, 0, 0, 5, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]);
    for param in params() {
        assert_eq!(TypedParam::from_bytes(&param.to_bytes().unwrap()), Ok(param));
    }
    assert!(TypedValue::from_bytes(&[0; 8]).is_err());
}

#[test]
fn values_are_found_by_name_and_type() {
    let params = params();
    assert_eq!(params.ullong("cpu_shares"), Ok(Some(1024)));
    assert_eq!(params.string("disk"), Ok(Some("vda")));
    assert_eq!(params.strings("disk").collect::<Vec<_>>(), ["vda", "vdb"]);
    assert_eq!(params.int("vcpu.0.state"), Ok(Some(1)));
    assert_eq!(params.boolean("nothing"), Ok(None));
    let error = params.int("weight").unwrap_err();
    assert_eq!(error.to_string(), "invalid type 'uint' for parameter 'weight', expected 'int'");
    assert_eq!(error.code(), ErrorCode::InvalidArg);
}

#[test]
fn only_what_is_allowed_passes() {
    let allowed: &[Allowed] = &[
        ("cpu_shares", TypedValue::ULLong(0), false),
        ("weight", TypedValue::UInt(0), false),
        ("disk", TypedValue::String(String::new()), true),
        ("vcpu.0.state", TypedValue::Int(0), false),
    ];
    assert_eq!(params().validate(allowed), Ok(()));
    let twice = [params(), params()].concat();
    assert_eq!(twice.validate(allowed), Err(TypedError::Twice("cpu_shares".into())));
    let unknown = params().validate(&allowed[1..]).unwrap_err();
    assert_eq!(unknown.to_string(), "parameter 'cpu_shares' not supported");
    assert_eq!(unknown.code(), ErrorCode::ArgumentUnsupported);
    let wrong = [TypedParam::new("weight", 5i64)].validate(allowed);
    assert_eq!(
        wrong.unwrap_err().to_string(),
        "invalid type 'llong' for parameter 'weight', expected 'uint'"
    );
    let long = TypedParam { field: "x".repeat(80).into(), value: TypedValue::Int(0) };
    assert_eq!([long].validate(allowed).unwrap_err().code(), ErrorCode::InternalError);
}

#[test]
fn strings_go_only_to_those_who_take_them() {
    let names =
        |flags| for_flags(params(), flags).iter().map(|param| param.field.clone()).collect::<Vec<_>>();
    assert_eq!(names(0), ["cpu_shares", "weight", "vcpu.0.state"]);
    assert_eq!(names(STRING_OKAY).len(), 5);
}

#[test]
fn the_room_of_a_client_is_kept() {
    assert_eq!(for_room(params(), 0), (vec![], 5));
    assert_eq!(for_room(params(), -1), (vec![], 5));
    let (first, told) = for_room(params(), 2);
    assert_eq!((first.len(), told), (2, 2));
    assert_eq!(for_room(params(), 9).1, 5);
}
