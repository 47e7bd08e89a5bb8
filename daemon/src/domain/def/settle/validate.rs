//! What is refused once everything is known.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use crate::{
    domain::def::{
        DomainDef,
        address::USER_ALIAS,
        error::{unknown, unsupported, xml_error},
        fates,
        os::{Firmware, LoaderKind},
        words::YesNo,
    },
    error::{Error, ErrorCode, ErrorDomain, Result},
};

impl DomainDef {
    /// Refuses what cannot be.
    pub(in crate::domain::def) fn validate(&self) -> Result<()> {
        self.vcpus.validate()?;
        self.tune.validate()?;
        if let Some(cpu) = &self.cpu {
            cpu.validate(self.vcpus.maximum)?;
        }
        self.validate_boot()?;
        self.validate_aliases()?;
        self.validate_disks()?;
        for device in &self.devices.others {
            device.validate()?;
        }
        self.validate_emulator()?;
        for interface in &self.devices.interfaces {
            interface.validate()?;
        }
        Ok(())
    }

    fn validate_boot(&self) -> Result<()> {
        let mut orders = BTreeSet::new();
        for order in self.devices.infos().filter_map(|info| info.boot_order) {
            if !orders.insert(order) {
                return Err(unknown(format_args!("boot order '{order}' used for more than one device")));
            }
        }
        if !orders.is_empty() && !self.os.boot.is_empty() {
            return Err(unknown("per-device boot elements cannot be used together with os/boot elements"));
        }
        let serial_output = self.os.bios.is_some_and(|bios| bios.useserial == Some(YesNo::Yes));
        if serial_output && self.devices.serials.is_empty() {
            let text = "need at least one serial port to use BIOS serial output";
            return Err(Error::new(ErrorCode::XmlError, ErrorDomain::Qemu, text));
        }
        let efi = self.os.firmware == Some(Firmware::Efi)
            || self.os.loader.as_ref().is_some_and(|loader| loader.kind == Some(LoaderKind::Pflash));
        if efi && !self.features.acpi {
            return Err(unsupported("UEFI requires ACPI on this architecture"));
        }
        Ok(())
    }

    /// The program is always our own. QEMU's names stand for it; another program is none.
    fn validate_emulator(&self) -> Result<()> {
        let Some(emulator) = self.devices.emulator.as_deref().filter(|path| !fates::is_emulator(path)) else {
            return Ok(());
        };
        if let Err(error) = fs::metadata(emulator) {
            let what = format_args!("Cannot check QEMU binary {emulator}");
            return Err(Error::system(ErrorDomain::Qemu, what, &error));
        }
        Err(unsupported(format_args!("Emulator '{emulator}' is not this daemon's")))
    }

    fn validate_aliases(&self) -> Result<()> {
        let mut seen = BTreeSet::new();
        let own = self.devices.infos().filter_map(|info| info.alias.as_deref());
        // A console that mirrors a serial port has its alias.
        let mirrored = self.devices.serials.first().and_then(|serial| serial.info.alias.as_deref());
        for alias in own.filter(|alias| alias.starts_with(USER_ALIAS) && mirrored != Some(alias)) {
            if !seen.insert(alias) {
                return Err(unknown(format_args!("non unique alias detected: {alias}")));
            }
        }
        Ok(())
    }

    fn validate_disks(&self) -> Result<()> {
        let mut targets = BTreeMap::new();
        for disk in &self.devices.disks {
            if let Some(before) = targets.insert(&*disk.target.dev, disk) {
                let (first, second) =
                    (before.source_path().unwrap_or("(null)"), disk.source_path().unwrap_or("(null)"));
                let dev = &disk.target.dev;
                let text =
                    format_args!("target '{dev}' duplicated for disk sources '{first}' and '{second}'");
                return Err(xml_error(text));
            }
            disk.validate()?;
        }
        Ok(())
    }
}
