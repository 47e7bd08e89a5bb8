//! The `vireo-vmm` program. It takes no configuration but the socket that the daemon leaves open for it.

use std::{env, process};

fn main() {
    match env::args().nth(1).as_deref() {
        None => vireo_vmm::process::run(),
        Some("--version") => println!("vireo-vmm {}", env!("CARGO_PKG_VERSION")),
        Some(_) => {
            eprintln!(
                "usage: vireo-vmm [--version]\nvireod starts this program: it waits for a guest on descriptor 3."
            );
            process::exit(2);
        }
    }
}
