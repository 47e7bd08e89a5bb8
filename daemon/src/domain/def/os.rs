//! `<os>`: architecture, machine type, and what the guest starts from.

use crate::domain::def::{
    kept::Kept,
    words::{OnOff, YesNo, words},
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

impl From<OnOff> for YesNo {
    fn from(value: OnOff) -> Self {
        if value.is_on() { Self::Yes } else { Self::No }
    }
}
