//! Names of taps: `vnet0`, `vnet1`, ..., never the same twice while the daemon lives.
//!
//! The kernel's own counting would give the lowest free number at once again; then what was said of a guest that
//! is gone (by a monitor, a firewall rule, a log) would speak of the next one.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::link;

/// libvirt's prefix of generated tap names.
const PREFIX: &str = "vnet";

/// Numbers with more digits do not fit into an interface's name (15 bytes) behind the prefix. They will not be
/// reached in a daemon's life, but then counting starts again.
const MAX: u32 = 999_999_999;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Whether a name asked for is a template, to be replaced by one of ours.
pub(crate) fn is_template(name: &str) -> bool {
    name.matches('%').count() == 1 && name.contains("%d")
}

/// A name that no interface bears now.
pub(crate) fn next() -> String {
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed) % (MAX + 1);
        let name = format!("{PREFIX}{number}");
        if !link::exists(&name) {
            return name;
        }
    }
}

/// Tells that a name is in use by a guest that was found running, so that later names come after it.
pub fn reserve(name: &str) {
    let Some(digits) = name.strip_prefix(PREFIX) else { return };
    if let Ok(number) = digits.parse::<u32>()
        && number <= MAX
    {
        NEXT.fetch_max(number + 1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_up_and_keep_clear_of_reserved_ones() {
        reserve("vnet70");
        reserve("vnet7");
        reserve("tap900");
        reserve("vnet4294967295");
        let number: u32 = next()[4..].parse().unwrap();
        assert!((71..900).contains(&number), "vnet{number}");
        assert_ne!(next(), next());
    }

    #[test]
    fn one_number_makes_a_template() {
        assert!(is_template("tap%d"));
        assert!(!is_template("tap0"));
        assert!(!is_template("tap%d%d"));
    }
}
