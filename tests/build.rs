//! Hands the platform's name to the tests, which ask cargo about it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = std::env::var("TARGET").expect("cargo sets TARGET");
    println!("cargo::rustc-env=VIREO_TESTS_TARGET={target}");
}
