//! How a document is to be read, and how written.

/// What parsing may take for granted, and what it must check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseFlags<'a> {
    /// `VIR_DOMAIN_DEFINE_VALIDATE`: an element or attribute that libvirt does not know is an error.
    pub validate: bool,
    /// The document is a running domain's own (a status file, a saved image): ids, aliases, pty paths and other live
    /// facts are taken over instead of dropped.
    pub live: bool,
    /// The program written as `<emulator>` where none is named.
    pub emulator: &'a str,
}

impl Default for ParseFlags<'_> {
    fn default() -> Self {
        Self { validate: false, live: false, emulator: "/usr/bin/vireo-vmm" }
    }
}

/// What a document is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FormatOptions {
    /// `VIR_DOMAIN_XML_INACTIVE`: without what only a running domain has (id, aliases, pty paths, `vnet` names).
    pub inactive: bool,
    /// `VIR_DOMAIN_XML_SECURE`: with passwords.
    pub secure: bool,
    /// `VIR_DOMAIN_XML_MIGRATABLE`: as an older peer would take it.
    pub migratable: bool,
}

impl FormatOptions {
    /// What another host is to take holds nothing that only this one gave the guest.
    pub fn for_another_host(self) -> Self {
        Self { inactive: self.inactive || self.migratable, ..self }
    }

    /// As the store keeps a definition: inactive, with everything secret.
    pub const STORE: Self = Self { inactive: true, secure: true, migratable: false };
    /// As a status file keeps a running domain: live, with everything secret.
    pub const STATUS: Self = Self { inactive: false, secure: true, migratable: false };
}
