//! What the derive refuses, and what it says then.

#[test]
fn mistakes_are_named() {
    trybuild::TestCases::new().compile_fail("tests/errors/*.rs");
}
