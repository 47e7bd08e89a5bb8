//! The names of architectures: libvirt's list, and which of them are served. It never says what a host is.

/// Whether libvirt has this name for an architecture.
pub fn is_architecture(name: &str) -> bool {
    is_ours(name) || OTHERS.contains(&name)
}

/// Whether guests of this architecture can run here.
pub fn is_ours(name: &str) -> bool {
    matches!(name, "x86_64" | "i686")
}

/// Whether libvirt has models of CPUs of this architecture.
pub fn has_cpu_models(name: &str) -> bool {
    let others = ["aarch64", "armv6l", "armv7b", "armv7l", "ppc64", "ppc64le", "s390", "s390x"];
    is_ours(name) || others.contains(&name)
}

const OTHERS: [&str; 34] = [
    "alpha",
    "armv6l",
    "armv7b",
    "armv7l",
    "aarch64",
    "cris",
    "itanium",
    "lm32",
    "loongarch64",
    "m68k",
    "microblaze",
    "microblazeel",
    "mips",
    "mipsel",
    "mips64",
    "mips64el",
    "or32",
    "parisc",
    "parisc64",
    "ppc",
    "ppc64",
    "ppc64le",
    "ppcemb",
    "riscv32",
    "riscv64",
    "s390",
    "s390x",
    "sh4",
    "sh4eb",
    "sparc",
    "sparc64",
    "unicore32",
    "xtensa",
    "xtensaeb",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_libvirts() {
        for name in ["x86_64", "i686", "aarch64", "itanium", "xtensaeb"] {
            assert!(is_architecture(name), "{name}");
        }
        for name in ["", "ia64", "amd64", "X86_64"] {
            assert!(!is_architecture(name), "{name}");
        }
        assert!(is_ours("i686") && !is_ours("itanium"));
        assert!(has_cpu_models("s390x") && !has_cpu_models("riscv64"));
    }
}
