//! Any bytes as a frame with its length before it, and what it carries.
#![no_main]

#[path = "../../tests/common/mod.rs"]
mod common;

libfuzzer_sys::fuzz_target!(|data: &[u8]| common::properties::frame(data));
