//! What the end-to-end tests share.
//!
//! The tests themselves are in `tests/tests`: those named `guest_*` boot guests and
//! run where KVM is (see `tests/lab/enter`), the others run anywhere. A test that
//! cannot run says why with [`skip!`]; `make test` counts and names those.

pub mod compare;
pub mod console;
pub mod echo;
pub mod guest;
pub mod network;
pub mod process;
pub mod python;
pub mod question;
pub mod raw;
pub mod server;
pub mod virsh;
pub mod wait;
pub mod workspace;
pub mod wrong;

/// Ends a test that cannot run here; `make test` lists it with its reason.
#[macro_export]
macro_rules! skip {
    ($($reason:tt)*) => {{
        println!("SKIP: {}", format_args!($($reason)*));
        return;
    }};
}

/// The value of an `Ok`; the test is skipped with the reason in an `Err`.
#[macro_export]
macro_rules! require {
    ($what:expr) => {
        match $what {
            Ok(value) => value,
            Err(reason) => $crate::skip!("{reason}"),
        }
    };
}
