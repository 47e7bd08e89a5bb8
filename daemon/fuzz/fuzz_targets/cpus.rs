//! Any bytes as descriptions of CPUs, to be compared and met.
#![no_main]

#[path = "../../tests/common/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::cpus(data));
