//! Where a device stands: `<address>`, and what else all devices have in common.

use crate::{
    domain::def::{
        error::{internal, unknown},
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::{OnOff, YesNo},
    },
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Element, Fields, Hex, Writer},
};

/// What all devices have in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceInfo {
    /// `<alias name=>`: given at start, or by the user where it begins with `ua-`.
    pub alias: Option<String>,
    /// `<address>`.
    pub address: Option<Address>,
    /// `<boot order=>`.
    pub boot_order: Option<u32>,
    /// `<boot loadparm=>`.
    pub boot_loadparm: Option<String>,
    /// `<rom>`.
    pub rom: Option<Box<Rom>>,
    /// `<acpi index=>`.
    pub acpi_index: Option<u32>,
}

/// `<rom>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rom {
    /// `enabled=`.
    pub enabled: Option<YesNo>,
    /// `bar=`.
    pub bar: Option<OnOff>,
    /// `file=`.
    pub file: Option<String>,
    /// Everything else.
    pub kept: Kept,
}

/// `<address>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `type='pci'`, `None` where the daemon is asked to choose the place.
    Pci(Option<PciAddress>),
    /// `type='drive'`.
    Drive(DriveAddress),
    /// `type='virtio-serial'`.
    VirtioSerial(VirtioSerialAddress),
    /// `type='usb'`.
    Usb(UsbAddress),
    /// `type='isa'`.
    Isa(IsaAddress),
    /// `type='virtio-mmio'`.
    VirtioMmio,
    /// Any other type, as written.
    Other(Box<Element<'static>>),
}

/// `<address type='pci'>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PciAddress {
    /// PCI segment, always 0 on the machines served.
    pub domain: u16,
    /// libvirt's bus: the index of the controller that opens it.
    pub bus: u8,
    /// Slot, 0 to 31.
    pub slot: u8,
    /// Function, 0 to 7.
    pub function: u8,
    /// `multifunction=`.
    pub multifunction: Option<OnOff>,
}

/// `<address type='drive'>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DriveAddress {
    /// Controller's index.
    pub controller: u32,
    /// Bus on the controller.
    pub bus: u32,
    /// Target on the bus.
    pub target: u32,
    /// Unit of the target.
    pub unit: u32,
}

/// `<address type='virtio-serial'>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct VirtioSerialAddress {
    /// Controller's index.
    pub controller: u32,
    /// Bus on the controller.
    pub bus: u32,
    /// Port on the bus.
    pub port: u32,
}

/// `<address type='usb'>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsbAddress {
    /// Controller's index.
    pub bus: u32,
    /// Ports from the root hub on (`1.2`).
    pub port: Option<String>,
}

/// `<address type='isa'>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IsaAddress {
    /// First I/O port.
    pub iobase: Option<u32>,
    /// Interrupt line.
    pub irq: Option<u32>,
}

impl DeviceInfo {
    /// Takes what all devices have in common out of one.
    pub(super) fn parse(device: &mut Fields<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let alias = device.fields("alias").and_then(|mut alias| alias.nonempty("name"));
        let mut info = Self {
            // Other names are given anew at each start.
            alias: alias.filter(|alias| flags.live || alias.starts_with(USER_ALIAS)),
            address: device.child("address").map(Address::parse).transpose()?,
            ..Self::default()
        };
        if let Some(mut boot) = device.fields("boot") {
            info.boot_order = boot.positive("order")?;
            info.boot_loadparm = boot.string("loadparm");
        }
        info.rom = device.fields("rom").map(Rom::parse).transpose()?.map(Box::new);
        if let Some(mut acpi) = device.fields("acpi") {
            info.acpi_index = acpi.positive("index")?;
        }
        Ok(info)
    }

    /// Writes the elements, in libvirt's order.
    pub(super) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        self.format_names(w, options);
        self.format_place(w);
    }

    /// Writes `<boot>` and `<alias>`.
    pub(super) fn format_names(&self, w: &mut Writer, options: &FormatOptions) {
        if self.boot_order.is_some() || self.boot_loadparm.is_some() {
            w.tag("boot")
                .opt("order", self.boot_order)
                .opt("loadparm", self.boot_loadparm.as_deref())
                .empty();
        }
        let shown = |alias: &&String| !options.inactive || alias.starts_with(USER_ALIAS);
        if let Some(alias) = self.alias.as_ref().filter(shown) {
            w.tag("alias").attr("name", alias).empty();
        }
    }

    /// Writes `<acpi>`, `<rom>` and `<address>`.
    pub(super) fn format_place(&self, w: &mut Writer) {
        if let Some(index) = self.acpi_index {
            w.tag("acpi").attr("index", index).empty();
        }
        if let Some(rom) = &self.rom {
            rom.format(w);
        }
        if let Some(address) = &self.address {
            address.format(w);
        }
    }

    /// Its place on the PCI bus.
    pub fn pci(&self) -> Option<PciAddress> {
        match self.address {
            Some(Address::Pci(address)) => address,
            _ => None,
        }
    }
}

/// What the aliases that users give begin with.
pub(super) const USER_ALIAS: &str = "ua-";

impl Rom {
    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        Ok(Self {
            enabled: fields.word("enabled")?,
            bar: fields.word("bar")?,
            file: fields.string("file"),
            kept: Kept::rest(fields),
        })
    }

    fn format(&self, w: &mut Writer) {
        let tag =
            w.tag("rom").opt("enabled", self.enabled).opt("bar", self.bar).opt("file", self.file.as_deref());
        self.kept.write_attrs(tag).children(|w| self.kept.write_children(w));
    }
}

impl Address {
    fn parse(element: Element<'_>) -> Result<Self> {
        let Some(kind) = element.attr("type").map(str::to_owned) else {
            return Err(internal("No type specified for device address"));
        };
        let fields = Fields::new(element);
        Ok(match &*kind {
            "pci" => Self::Pci(PciAddress::parse(fields)?),
            "drive" => Self::Drive(DriveAddress::parse(fields)?),
            "virtio-serial" => Self::VirtioSerial(VirtioSerialAddress::parse(fields)?),
            "usb" => Self::Usb(UsbAddress::parse(fields)?),
            "isa" => Self::Isa(IsaAddress::parse(fields)?),
            "virtio-mmio" => Self::VirtioMmio,
            "ccid" | "spapr-vio" | "virtio-s390" | "ccw" | "dimm" | "unassigned" => {
                Self::Other(Box::new(fields.into_element()))
            }
            _ => return Err(unknown(format_args!("unknown address type '{kind}'"))),
        })
    }

    /// The word written as `type=`.
    pub fn kind(&self) -> &str {
        match self {
            Self::Pci(_) => "pci",
            Self::Drive(_) => "drive",
            Self::VirtioSerial(_) => "virtio-serial",
            Self::Usb(_) => "usb",
            Self::Isa(_) => "isa",
            Self::VirtioMmio => "virtio-mmio",
            Self::Other(element) => element.attr("type").unwrap_or_default(),
        }
    }

    fn format(&self, w: &mut Writer) {
        if let Self::Other(element) = self {
            return w.element(element);
        }
        let tag = w.tag("address").attr("type", self.kind());
        match self {
            Self::Pci(None) | Self::VirtioMmio | Self::Other(_) => tag.empty(),
            Self::Pci(Some(pci)) => tag
                .attr("domain", Hex::<4>(pci.domain.into()))
                .attr("bus", Hex::<2>(pci.bus.into()))
                .attr("slot", Hex::<2>(pci.slot.into()))
                .attr("function", Hex::<1>(pci.function.into()))
                .opt("multifunction", pci.multifunction)
                .empty(),
            Self::Drive(drive) => tag
                .attr("controller", drive.controller)
                .attr("bus", drive.bus)
                .attr("target", drive.target)
                .attr("unit", drive.unit)
                .empty(),
            Self::VirtioSerial(serial) => tag
                .attr("controller", serial.controller)
                .attr("bus", serial.bus)
                .attr("port", serial.port)
                .empty(),
            Self::Usb(usb) => tag.attr("bus", usb.bus).opt("port", usb.port.as_deref()).empty(),
            Self::Isa(isa) => {
                tag.opt("iobase", isa.iobase.map(Hex::<1>)).opt("irq", isa.irq.map(Hex::<1>)).empty();
            }
        }
    }
}

impl PciAddress {
    /// `None` for the address of all zeroes: it asks for one.
    fn parse(mut fields: Fields<'_>) -> Result<Option<Self>> {
        let mut number = |name: &str| fields.uint_any_base::<u32>(name).map(Option::unwrap_or_default);
        let (domain, bus, slot, function) =
            (number("domain")?, number("bus")?, number("slot")?, number("function")?);
        let multifunction = fields.word("multifunction")?;
        let error = |what: std::fmt::Arguments<'_>| {
            Err(Error::new(
                ErrorCode::XmlError,
                ErrorDomain::None,
                format_args!("Invalid PCI address {what}"),
            ))
        };
        let Ok(domain) = u16::try_from(domain) else {
            return error(format_args!("domain='0x{domain:x}', must be <= 0xFFFF"));
        };
        let Ok(bus) = u8::try_from(bus) else {
            return error(format_args!("bus='0x{bus:x}', must be <= 0xFF"));
        };
        if slot > 0x1f {
            return error(format_args!("slot='0x{slot:x}', must be <= 0x1F"));
        }
        if function > 7 {
            return error(format_args!("function=0x{function:x}, must be <= 7"));
        }
        let address = Self { domain, bus, slot: slot as u8, function: function as u8, multifunction };
        let empty = (domain, bus, slot, function) == (0, 0, 0, 0);
        Ok((!empty).then_some(address))
    }

    /// The same place, without what it says of its neighbours.
    pub fn place(self) -> (u16, u8, u8, u8) {
        (self.domain, self.bus, self.slot, self.function)
    }
}

impl std::fmt::Display for PciAddress {
    /// As libvirt names it in errors: `0000:00:05.0`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04x}:{:02x}:{:02x}.{}", self.domain, self.bus, self.slot, self.function)
    }
}

impl DriveAddress {
    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        let mut number = |name: &str| fields.uint::<u32>(name).map(Option::unwrap_or_default);
        Ok(Self {
            controller: number("controller")?,
            bus: number("bus")?,
            target: number("target")?,
            unit: number("unit")?,
        })
    }
}

impl VirtioSerialAddress {
    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        let mut number = |name: &str| fields.uint::<u32>(name).map(Option::unwrap_or_default);
        Ok(Self { controller: number("controller")?, bus: number("bus")?, port: number("port")? })
    }
}

impl UsbAddress {
    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        Ok(Self { bus: fields.uint("bus")?.unwrap_or(0), port: fields.nonempty("port") })
    }
}

impl IsaAddress {
    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        Ok(Self { iobase: fields.uint_any_base("iobase")?, irq: fields.uint_any_base("irq")? })
    }
}
