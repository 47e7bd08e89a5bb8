//! `<os>`: architecture, machine type, and what the guest starts from.

use crate::{
    architectures::is_architecture,
    domain::def::{
        error::{unknown, unsupported, xml_error},
        kept::Kept,
        words::{YesNo, words},
    },
    error::{Error, Result},
    xml::{Fields, Writer},
};

/// `<os>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Os {
    /// `<type>`'s text.
    pub os_type: OsType,
    /// `<type arch=>`.
    pub arch: Arch,
    /// `<type machine=>`: the canonical name where an alias was given.
    pub machine: String,
    /// `firmware=`: the firmware is chosen by the daemon.
    pub firmware: Option<Firmware>,
    /// `<loader>`.
    pub loader: Option<Loader>,
    /// `<nvram>`.
    pub nvram: Option<Nvram>,
    /// `<kernel>`: path of a kernel to boot directly.
    pub kernel: Option<String>,
    /// `<initrd>`.
    pub initrd: Option<String>,
    /// `<cmdline>`.
    pub cmdline: Option<String>,
    /// `<boot dev=>`, in order.
    pub boot: Vec<BootDevice>,
    /// `<bootmenu>`.
    pub bootmenu: Option<BootMenu>,
    /// `<smbios mode=>`.
    pub smbios: Option<SmbiosMode>,
    /// `<bios>`.
    pub bios: Option<Bios>,
    /// Everything else.
    pub kept: Kept,
}

/// Which board a machine name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// i440FX and PIIX: `pc`, `pc-*`.
    Pc,
    /// ICH9 with PCI Express: `q35`, `pc-q35-*`.
    Q35,
    /// virtio-mmio: `microvm`.
    Microvm,
}

words! {
    /// `<os><type>`.
    pub enum OsType {
        /// Full virtualization: the only one served.
        Hvm = "hvm",
    }
}

words! {
    /// `<type arch=>`.
    pub enum Arch {
        /// 64-bit.
        X86_64 = "x86_64",
        /// 32-bit: the same machine, shown without long mode.
        I686 = "i686",
    }
}

words! {
    /// `<os firmware=>`.
    pub enum Firmware {
        /// SeaBIOS.
        Bios = "bios",
        /// OVMF.
        Efi = "efi",
    }
}

/// `<loader>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loader {
    /// Path of the firmware image.
    pub path: Option<String>,
    /// `readonly=`.
    pub readonly: Option<YesNo>,
    /// `secure=`.
    pub secure: Option<YesNo>,
    /// `type=`.
    pub kind: Option<LoaderKind>,
    /// `stateless=`.
    pub stateless: Option<YesNo>,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<loader type=>`.
    pub enum LoaderKind {
        /// A ROM image.
        Rom = "rom",
        /// Flash memory.
        Pflash = "pflash",
        /// No firmware.
        None = "none",
    }
}

/// `<nvram>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nvram {
    /// Path of the variable store.
    pub path: Option<String>,
    /// `template=`.
    pub template: Option<String>,
    /// Everything else (`type=`, `<source>`).
    pub kept: Kept,
}

words! {
    /// `<boot dev=>`.
    pub enum BootDevice {
        /// Floppy disk.
        Fd = "fd",
        /// Hard disk.
        Hd = "hd",
        /// CD-ROM.
        Cdrom = "cdrom",
        /// Network.
        Network = "network",
    }
}

/// `<bootmenu>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootMenu {
    /// `enable=`.
    pub enable: YesNo,
    /// `timeout=`, milliseconds.
    pub timeout: Option<u32>,
}

words! {
    /// `<smbios mode=>`.
    pub enum SmbiosMode {
        /// The hypervisor's own values.
        Emulate = "emulate",
        /// The host's values.
        Host = "host",
        /// Those of `<sysinfo>`.
        Sysinfo = "sysinfo",
    }
}

/// `<bios>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bios {
    /// `useserial=`.
    pub useserial: Option<YesNo>,
    /// `rebootTimeout=`, milliseconds, -1 never.
    pub reboot_timeout: Option<i32>,
}

impl Default for Os {
    fn default() -> Self {
        Self {
            os_type: OsType::Hvm,
            arch: Arch::X86_64,
            machine: String::new(),
            firmware: None,
            loader: None,
            nvram: None,
            kernel: None,
            initrd: None,
            cmdline: None,
            boot: Vec::new(),
            bootmenu: None,
            smbios: None,
            bios: None,
            kept: Kept::default(),
        }
    }
}

impl Os {
    const ORDER: &'static [&'static str] = &[
        "type",
        "firmware",
        "init",
        "initarg",
        "initenv",
        "initdir",
        "inituser",
        "initgroup",
        "loader",
        "nvram",
        "kernel",
        "initrd",
        "cmdline",
        "dtb",
        "root",
        "acpi",
        "boot",
        "bootmenu",
        "bios",
        "smbios",
    ];

    /// Takes `<os>` out of `<domain>`; its type has been checked by [`Os::check_type`].
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Self> {
        let Some(mut fields) = domain.fields("os") else { return Ok(Self::default()) };
        let mut os = Self::default();
        if let Some(mut kind) = fields.fields("type") {
            if let Some(arch) = kind.attr("arch") {
                os.arch = Arch::from_word(&arch).ok_or_else(|| wrong_arch(&arch))?;
            }
            os.machine = kind.string("machine").unwrap_or_default();
        }
        if let Some(firmware) = fields.attr("firmware") {
            let word = Firmware::from_word(&firmware);
            os.firmware =
                Some(word.ok_or_else(|| xml_error(format_args!("unknown firmware value {firmware}")))?);
        }
        os.loader = fields.fields("loader").map(Loader::parse).transpose()?;
        os.nvram = fields.fields("nvram").map(Nvram::parse);
        os.kernel = fields.text_of("kernel");
        os.initrd = fields.text_of("initrd");
        os.cmdline = fields.text_of("cmdline");
        for boot in fields.children("boot") {
            os.boot.push(Fields::new(boot).required_word("dev")?);
        }
        if let Some(mut menu) = fields.fields("bootmenu") {
            let enable = menu.word("enable")?;
            os.bootmenu = enable
                .map(|enable| Ok::<_, Error>(BootMenu { enable, timeout: menu.uint("timeout")? }))
                .transpose()?;
        }
        if let Some(mut smbios) = fields.fields("smbios") {
            os.smbios = smbios
                .attr("mode")
                .map(|mode| {
                    SmbiosMode::from_word(&mode)
                        .ok_or_else(|| unknown(format_args!("unknown smbios mode '{mode}'")))
                })
                .transpose()?;
        }
        if let Some(mut bios) = fields.fields("bios") {
            os.bios =
                Some(Bios { useserial: bios.word("useserial")?, reboot_timeout: bios.int("rebootTimeout")? });
        }
        os.kept = Kept::rest(fields);
        Ok(os)
    }

    /// Refuses an `<os>` without a type, and types that are not served.
    pub(super) fn check_type(domain: &Fields<'_>, emulator: &str) -> Result<()> {
        let kind = domain.peek("os").and_then(|os| os.child("type")).map(|kind| kind.text());
        match kind.as_deref() {
            Some("hvm") => Ok(()),
            _ if domain.peek("bootloader").is_some() => {
                Err(unsupported("bootloader is not supported by this hypervisor"))
            }
            None | Some("") => Err(xml_error("an os <type> must be specified")),
            Some("exe") => Err(xml_error("init binary must be specified")),
            Some(kind @ ("xen" | "linux" | "uml" | "xenpvh")) => {
                Err(unsupported(format_args!("Emulator '{emulator}' does not support os type '{kind}'")))
            }
            Some(kind) => Err(unknown(format_args!("unknown OS type '{kind}'"))),
        }
    }

    /// The machine's board.
    pub fn board(&self) -> Machine {
        Machine::of(&self.machine).unwrap_or(Machine::Pc)
    }

    /// Gives the machine type its canonical name.
    pub(super) fn settle(&mut self, emulator: &str) -> Result<()> {
        match &*self.machine {
            "" | "pc" => self.machine = Machine::Pc.canonical().to_owned(),
            "q35" => self.machine = Machine::Q35.canonical().to_owned(),
            name if Machine::of(name).is_none() => {
                let text = format_args!("Emulator '{emulator}' does not support machine type '{name}'");
                return Err(unsupported(text));
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes the element.
    pub(super) fn format(&self, w: &mut Writer) {
        let tag = w.tag("os").opt("firmware", self.firmware);
        self.kept.write_attrs(tag).children(|w| {
            let mut kept = self.kept.placed(Self::ORDER);
            w.tag("type").attr("arch", self.arch).attr("machine", &*self.machine).text(self.os_type);
            kept.before(w, "loader");
            if let Some(loader) = &self.loader {
                loader.format(w);
            }
            if let Some(nvram) = &self.nvram {
                nvram.format(w);
            }
            w.leaf_opt("kernel", self.kernel.as_deref());
            w.leaf_opt("initrd", self.initrd.as_deref());
            w.leaf_opt("cmdline", self.cmdline.as_deref());
            kept.before(w, "boot");
            for dev in &self.boot {
                w.tag("boot").attr("dev", *dev).empty();
            }
            if let Some(menu) = self.bootmenu {
                w.tag("bootmenu").attr("enable", menu.enable).opt("timeout", menu.timeout).empty();
            }
            if let Some(bios) = self.bios {
                w.tag("bios")
                    .opt("useserial", bios.useserial)
                    .opt("rebootTimeout", bios.reboot_timeout)
                    .empty();
            }
            if let Some(mode) = self.smbios {
                w.tag("smbios").attr("mode", mode).empty();
            }
            kept.rest(w);
        });
    }
}

/// Architectures that libvirt knows are another hypervisor's; others are nobody's.
fn wrong_arch(arch: &str) -> Error {
    if is_architecture(arch) {
        unsupported(format_args!("No emulator found for arch '{arch}'"))
    } else {
        unknown(format_args!("Unknown architecture {arch}"))
    }
}

impl Machine {
    /// The board a machine name stands for: the three of our own, and QEMU's versioned names and those of its
    /// distributors, which all begin alike.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "pc" => Some(Self::Pc),
            "q35" => Some(Self::Q35),
            "microvm" => Some(Self::Microvm),
            _ if name.starts_with("pc-q35-") => Some(Self::Q35),
            _ if name.starts_with("pc-") => Some(Self::Pc),
            _ => None,
        }
    }

    /// The name reported for it.
    pub const fn canonical(self) -> &'static str {
        match self {
            Self::Pc => "pc-i440fx-10.0",
            Self::Q35 => "pc-q35-10.0",
            Self::Microvm => "microvm",
        }
    }
}

impl Loader {
    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        let path = Some(fields.text()).filter(|path| !path.is_empty());
        Ok(Self {
            path,
            readonly: fields.word("readonly")?,
            secure: fields.word("secure")?,
            kind: fields.word("type")?,
            stateless: fields.word("stateless")?,
            kept: Kept::rest(fields),
        })
    }

    fn format(&self, w: &mut Writer) {
        let tag = w
            .tag("loader")
            .opt("readonly", self.readonly)
            .opt("secure", self.secure)
            .opt("type", self.kind)
            .opt("stateless", self.stateless);
        let tag = self.kept.write_attrs(tag);
        match &self.path {
            Some(path) => tag.text(path),
            None => tag.empty(),
        }
    }
}

impl Nvram {
    fn parse(mut fields: Fields<'_>) -> Self {
        let path = Some(fields.text()).filter(|path| !path.is_empty());
        Self { path, template: fields.string("template"), kept: Kept::rest(fields) }
    }

    fn format(&self, w: &mut Writer) {
        let tag = self.kept.write_attrs(w.tag("nvram").opt("template", self.template.as_deref()));
        match &self.path {
            Some(path) if self.kept.children().is_empty() => tag.text(path),
            _ => tag.children(|w| self.kept.write_children(w)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_names_stand_for_three_boards() {
        for name in ["pc", "pc-i440fx-9.2", "pc-1.3", "pc-i440fx-rhel7.6.0", "pc-i440fx-noble"] {
            assert_eq!(Machine::of(name), Some(Machine::Pc), "{name}");
        }
        for name in ["q35", "pc-q35-10.0", "pc-q35-rhel9.4.0"] {
            assert_eq!(Machine::of(name), Some(Machine::Q35), "{name}");
        }
        assert_eq!(Machine::of("microvm"), Some(Machine::Microvm));
        for name in ["isapc", "virt", "xenfv", "pcx", ""] {
            assert_eq!(Machine::of(name), None, "{name}");
        }
    }

    #[test]
    fn a_canonical_name_is_its_own() {
        for board in [Machine::Pc, Machine::Q35, Machine::Microvm] {
            assert_eq!(Machine::of(board.canonical()), Some(board));
        }
    }
}
