use std::borrow::Cow;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
struct Scalars {
    int: i32,
    unsigned: u32,
    hyper: i64,
    unsigned_hyper: u64,
    double: f64,
    flag: bool,
    char: i8,
    unsigned_char: u8,
    unsigned_short: u16,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[xdr(strings = 8)]
struct Bounded {
    default: String,
    #[xdr(max = 3)]
    own: String,
    cow: Cow<'static, str>,
    optional: Option<String>,
    #[xdr(max = 5)]
    opaque: Vec<u8>,
    fixed: [u8; 6],
    chars: [i8; 3],
    #[xdr(max = 2)]
    words: Vec<String>,
    #[xdr(max = 2, items = 3)]
    blobs: Vec<Vec<u8>>,
    #[xdr(max = 4)]
    numbers: Vec<u64>,
    #[xdr(max = 4)]
    kinds: Vec<Kind>,
    value: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
enum Kind {
    Below = -1,
    Zero = 0,
    Far = 0x7000_0000,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[xdr(union)]
enum Value {
    #[xdr(case = 1)]
    Int(i32),
    #[xdr(case = 7, max = 4)]
    Text(String),
    #[xdr(case = -3)]
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
struct Chain {
    number: i32,
    next: Option<Box<Chain>>,
}

#[derive(Debug, PartialEq, Encode, Decode)]
struct Tree {
    #[xdr(max = 1000)]
    children: Vec<Tree>,
}

fn text(max: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::char::range('\u{1}', '\u{7f}'), 0..=max)
        .prop_map(|chars| chars.into_iter().collect())
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Below), Just(Kind::Zero), Just(Kind::Far)]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![any::<i32>().prop_map(Value::Int), text(4).prop_map(Value::Text), Just(Value::Nothing)]
}

prop_compose! {
    fn scalars()(a: i32, b: u32, c: i64, d: u64, e in -1e300..1e300f64, f: bool, g: i8, h: u8, i: u16) -> Scalars {
        Scalars {
            int: a, unsigned: b, hyper: c, unsigned_hyper: d, double: e, flag: f, char: g, unsigned_char: h,
            unsigned_short: i,
        }
    }
}

prop_compose! {
    fn bounded()(
        default in text(8), own in text(3), cow in text(8), optional in proptest::option::of(text(8)),
        opaque in proptest::collection::vec(any::<u8>(), 0..=5), fixed: [u8; 6], chars: [i8; 3],
        words in proptest::collection::vec(text(8), 0..=2),
        blobs in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..=3), 0..=2),
        (numbers, kinds, value) in (
            proptest::collection::vec(any::<u64>(), 0..=4),
            proptest::collection::vec(kind(), 0..=4),
            proptest::option::of(value()),
        ),
    ) -> Bounded {
        Bounded { default, own, cow: cow.into(), optional, opaque, fixed, chars, words, blobs, numbers, kinds, value }
    }
}

proptest! {
    #[test]
    fn scalars_come_back_as_they_went(value in scalars()) {
        let bytes = value.to_bytes().unwrap();
        prop_assert_eq!(bytes.len(), Scalars::MIN_SIZE);
        prop_assert_eq!(Scalars::from_bytes(&bytes).unwrap(), value);
    }

    #[test]
    fn bounded_values_come_back_as_they_went(value in bounded()) {
        let bytes = value.to_bytes().unwrap();
        prop_assert!(bytes.len() % 4 == 0 && bytes.len() >= Bounded::MIN_SIZE);
        prop_assert_eq!(Bounded::from_bytes(&bytes).unwrap(), value);
    }

    #[test]
    fn cut_short_or_followed_by_more_it_is_refused(value in bounded(), extra: u8) {
        let bytes = value.to_bytes().unwrap();
        for end in 0..bytes.len() {
            prop_assert_eq!(Bounded::from_bytes(&bytes[..end]), Err(XdrError::Truncated));
        }
        let longer = [&bytes[..], &[extra]].concat();
        prop_assert_eq!(Bounded::from_bytes(&longer), Err(XdrError::Trailing));
    }

    #[test]
    fn noise_never_panics(noise in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = (Bounded::from_bytes(&noise), Scalars::from_bytes(&noise), Chain::from_bytes(&noise));
        let _ = Tree::from_bytes(&noise);
    }
}

#[test]
fn bytes_are_as_the_standard_has_them() {
    let value = Bounded {
        default: "é".into(),
        own: String::new(),
        cow: "abcd".into(),
        optional: Some("x".into()),
        opaque: vec![1, 2, 3, 4, 5],
        fixed: [1, 2, 3, 4, 5, 6],
        chars: [1, -1, 0],
        words: vec!["a".into()],
        blobs: vec![vec![9]],
        numbers: vec![1],
        kinds: vec![Kind::Below, Kind::Far],
        value: Some(Value::Text("hi".into())),
    };
    let expected: &[&[u8]] = &[
        &[0, 0, 0, 2, 0xc3, 0xa9, 0, 0],
        &[0, 0, 0, 0],
        &[0, 0, 0, 4, b'a', b'b', b'c', b'd'],
        &[0, 0, 0, 1, 0, 0, 0, 1, b'x', 0, 0, 0],
        &[0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0],
        &[1, 2, 3, 4, 5, 6, 0, 0],
        &[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
        &[0, 0, 0, 1, 0, 0, 0, 1, b'a', 0, 0, 0],
        &[0, 0, 0, 1, 0, 0, 0, 1, 9, 0, 0, 0],
        &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0x70, 0, 0, 0],
        &[0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 2, b'h', b'i', 0, 0],
    ];
    assert_eq!(value.to_bytes().unwrap(), expected.concat());
}

#[derive(Debug, PartialEq, Encode, Decode)]
struct Text {
    #[xdr(max = 4_194_304)]
    text: String,
}

#[derive(Debug, PartialEq, Encode, Decode)]
struct Numbers {
    #[xdr(max = usize::MAX)]
    numbers: Vec<u64>,
}

#[test]
fn a_claimed_length_allocates_nothing() {
    for length in [5u32, 4_194_304, 4_194_305, 0x7fff_ffff, 0xffff_fffd, 0xffff_ffff] {
        let bytes = [&length.to_be_bytes()[..], b"abcd"].concat();
        assert!(Text::from_bytes(&bytes).is_err(), "{length}");
        assert_eq!(Numbers::from_bytes(&bytes), Err(XdrError::Truncated), "{length}");
    }
}

#[test]
fn bounds_hold_both_ways() {
    let long = Bounded {
        default: "nine char".into(),
        own: String::new(),
        cow: "".into(),
        optional: None,
        opaque: vec![],
        fixed: [0; 6],
        chars: [0; 3],
        words: vec![],
        blobs: vec![],
        numbers: vec![],
        kinds: vec![],
        value: None,
    };
    assert_eq!(long.to_bytes(), Err(XdrError::TooLong));
    assert_eq!(
        Bounded { numbers: vec![0; 5], default: "".into(), ..long }.to_bytes(),
        Err(XdrError::TooLong)
    );
    let bytes = [0, 0, 0, 9, b'n', b'i', b'n', b'e', b' ', b'c', b'h', b'a', b'r', 0, 0, 0];
    assert_eq!(Bounded::from_bytes(&bytes), Err(XdrError::TooLong));
}

#[test]
fn padding_and_text_are_checked() {
    assert_eq!(Text::from_bytes(&[0, 0, 0, 1, b'x', 0, 0, 1]), Err(XdrError::Padding));
    assert_eq!(Text::from_bytes(&[0, 0, 0, 1, 0xff, 0, 0, 0]), Err(XdrError::Text));
    assert_eq!(Text::from_bytes(&[0, 0, 0, 1, 0, 0, 0, 0]), Err(XdrError::Text));
}

#[test]
fn numbers_stay_in_their_range() {
    assert_eq!(bool::from_bytes(&[0, 0, 0, 2]), Err(XdrError::Range));
    assert_eq!(u8::from_bytes(&[0, 0, 1, 0]), Err(XdrError::Range));
    assert_eq!(i8::from_bytes(&[0, 0, 0, 128]), Err(XdrError::Range));
    assert_eq!(u16::from_bytes(&[0xff; 4]), Err(XdrError::Range));
    assert_eq!(Kind::from_bytes(&[0, 0, 0, 1]), Err(XdrError::Discriminant));
    assert_eq!(Value::from_bytes(&[0, 0, 0, 2]), Err(XdrError::Discriminant));
}

#[test]
fn a_pointers_tag_is_any_number_but_zero() {
    let bytes = [1, 0, 0, 0, 0, 0, 0, 5];
    assert_eq!(Option::<i32>::from_bytes(&bytes), Ok(Some(5)));
    assert_eq!(Option::<i32>::from_bytes(&bytes[4..]), Err(XdrError::Truncated));
}

#[test]
fn depth_is_bounded() {
    let chain = |length: u32| {
        (1..length)
            .fold(Chain { number: 0, next: None }, |next, _| Chain { number: 0, next: Some(Box::new(next)) })
    };
    let deepest = chain(MAX_DEPTH + 1);
    assert_eq!(Chain::from_bytes(&deepest.to_bytes().unwrap()).unwrap(), deepest);
    assert_eq!(Chain::from_bytes(&chain(MAX_DEPTH + 2).to_bytes().unwrap()), Err(XdrError::TooDeep));

    let tree: Vec<u8> = [0, 0, 0, 1].repeat(100_000);
    assert_eq!(Tree::from_bytes(&tree), Err(XdrError::TooDeep));
}
