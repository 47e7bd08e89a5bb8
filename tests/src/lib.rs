//! What the end-to-end tests share.
//!
//! The tests themselves are in `tests/tests`: those named `guest_*` boot guests and
//! run where KVM is (see `tests/lab/enter`), the others run anywhere. A test that
//! cannot run says why with [`skip!`]; `make test` counts and names those.

pub mod workspace;

/// Ends a test that cannot run here; `make test` lists it with its reason.
#[macro_export]
macro_rules! skip {
    ($($reason:tt)*) => {{
        println!("SKIP: {}", format_args!($($reason)*));
        return;
    }};
}
