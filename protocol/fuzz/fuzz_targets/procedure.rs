//! Any bytes as the arguments or the reply of any procedure.
#![no_main]

#[path = "../../tests/common/mod.rs"]
mod common;

libfuzzer_sys::fuzz_target!(|data: &[u8]| common::properties::procedure(data));
