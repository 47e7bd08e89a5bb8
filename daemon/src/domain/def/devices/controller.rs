//! `<controller>`.

use crate::{
    domain::def::{
        address::DeviceInfo,
        error::{internal, unknown},
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::words,
    },
    error::Result,
    xml::{Element, Fields, Hex, Writer},
};

/// [`Controller::index`] of one that has no number yet; libvirt's own is -1.
pub const UNNUMBERED: u32 = u32::MAX;

/// `<controller>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    /// `type=`.
    pub kind: ControllerKind,
    /// `index=`: [`UNNUMBERED`] until the daemon has given it one.
    pub index: u32,
    /// `model=`.
    pub model: Option<String>,
    /// `ports=`.
    pub ports: Option<u32>,
    /// `vectors=`.
    pub vectors: Option<u32>,
    /// `<model name=>` of a PCI controller.
    pub pci_model_name: Option<String>,
    /// `<target chassis=>`.
    pub chassis: Option<u32>,
    /// `<target port=>`.
    pub port: Option<u32>,
    /// `<target chassisNr=>`.
    pub chassis_nr: Option<u32>,
    /// `<target busNr=>`.
    pub bus_nr: Option<u32>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else (`<master>`, `<driver>`, `<pcihole64>`...).
    pub kept: Kept,
}

words! {
    /// `<controller type=>`.
    pub enum ControllerKind {
        /// IDE.
        Ide = "ide",
        /// Floppy.
        Fdc = "fdc",
        /// SCSI.
        Scsi = "scsi",
        /// SATA.
        Sata = "sata",
        /// virtio-serial.
        VirtioSerial = "virtio-serial",
        /// Smart cards.
        Ccid = "ccid",
        /// USB.
        Usb = "usb",
        /// PCI bus.
        Pci = "pci",
        /// Xen bus.
        Xenbus = "xenbus",
        /// ISA bus.
        Isa = "isa",
    }
}

/// `<controller type='pci' model=>`.
pub mod pci_model {
    /// i440FX's root bus.
    pub const PCI_ROOT: &str = "pci-root";
    /// PCI Express's root complex.
    pub const PCIE_ROOT: &str = "pcie-root";
    /// A root port.
    pub const PCIE_ROOT_PORT: &str = "pcie-root-port";
    /// A bridge from PCI Express to PCI.
    pub const PCIE_TO_PCI_BRIDGE: &str = "pcie-to-pci-bridge";
    /// A bridge from the root complex to PCI, older.
    pub const DMI_TO_PCI_BRIDGE: &str = "dmi-to-pci-bridge";
    /// A PCI to PCI bridge.
    pub const PCI_BRIDGE: &str = "pci-bridge";
}

impl Controller {
    const ORDER: &'static [&'static str] = &["driver", "model", "target", "pcihole64"];

    /// One that the daemon adds.
    pub(in crate::domain::def) fn new(kind: ControllerKind, index: u32, model: Option<&str>) -> Self {
        let mut controller = Self {
            kind,
            index,
            model: model.map(str::to_owned),
            ports: None,
            vectors: None,
            pci_model_name: None,
            chassis: None,
            port: None,
            chassis_nr: None,
            bus_nr: None,
            info: DeviceInfo::default(),
            kept: Kept::default(),
        };
        controller.settle();
        controller
    }

    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let kind: ControllerKind = fields.word("type")?.unwrap_or(ControllerKind::Ide);
        let model = fields.nonempty("model");
        if let Some(model) = model.as_ref().filter(|model| !kind.has_model(model)) {
            return Err(unknown(format_args!("Unknown model type '{model}'")));
        }
        if kind == ControllerKind::Pci && model.is_none() {
            return Err(internal("PCI controller model was not set correctly"));
        }
        // Its number never leaves 32 bits, and a negative one is no number.
        let index = fields.int::<i64>("index")?.and_then(|index| u32::try_from(index).ok());
        let index = index.unwrap_or(UNNUMBERED);
        let mut controller = Self { index, model, ..Self::new(kind, 0, None) };
        controller.ports = fields.uint("ports")?;
        controller.vectors = fields.uint("vectors")?;
        if kind == ControllerKind::Pci {
            controller.pci_model_name = fields.fields("model").and_then(|mut model| model.nonempty("name"));
            if let Some(mut target) = fields.fields("target") {
                controller.chassis = target.uint_any_base("chassis")?;
                controller.port = target.uint_any_base("port")?;
                controller.chassis_nr = target.uint_any_base("chassisNr")?;
                controller.bus_nr = target.uint_any_base("busNr")?;
            }
        }
        controller.info = DeviceInfo::parse(&mut fields, flags)?;
        controller.kept = Kept::rest(fields);
        controller.settle();
        Ok(controller)
    }

    /// Fills in what a PCI controller's model and number tell.
    pub(in crate::domain::def) fn settle(&mut self) {
        let Some(model) = self.model.as_deref().filter(|_| self.kind == ControllerKind::Pci) else { return };
        let named = matches!(
            model,
            pci_model::PCIE_ROOT_PORT | pci_model::PCI_BRIDGE | pci_model::PCIE_TO_PCI_BRIDGE
        );
        if named && self.pci_model_name.is_none() {
            self.pci_model_name = Some(model.to_owned());
        }
        let index = Some(self.index).filter(|index| *index != UNNUMBERED);
        match model {
            pci_model::PCI_BRIDGE => self.chassis_nr = self.chassis_nr.or(index),
            pci_model::PCIE_ROOT_PORT => {
                self.chassis = self.chassis.or(index);
                let port = self.info.pci().map(|pci| u32::from(pci.slot) << 3 | u32::from(pci.function));
                self.port = self.port.or(port);
            }
            _ => {}
        }
    }

    /// Whether it opens a PCI bus of this model.
    pub fn is_pci(&self, model: &str) -> bool {
        self.kind == ControllerKind::Pci && self.model.as_deref() == Some(model)
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        let tag = w
            .tag("controller")
            .attr("type", self.kind)
            .attr("index", self.index)
            .opt("model", self.model.as_deref())
            .opt("ports", self.ports)
            .opt("vectors", self.vectors);
        self.kept.write_attrs(tag).children(|w| {
            let mut kept = self.kept.placed(Self::ORDER);
            if let Some(name) = &self.pci_model_name {
                w.tag("model").attr("name", name).empty();
            }
            if [self.chassis, self.port, self.chassis_nr, self.bus_nr].iter().any(Option::is_some) {
                w.tag("target")
                    .opt("chassisNr", self.chassis_nr)
                    .opt("chassis", self.chassis)
                    .opt("port", self.port.map(Hex::<1>))
                    .opt("busNr", self.bus_nr)
                    .empty();
            }
            kept.before(w, "");
            self.info.format_names(w, options);
            kept.rest(w);
            self.info.format_place(w);
        });
    }
}

impl ControllerKind {
    /// Whether libvirt knows such a model of it.
    fn has_model(self, model: &str) -> bool {
        let models: &[&str] = match self {
            Self::Ide => &["piix3", "piix4", "ich6"],
            Self::Scsi => &[
                "auto",
                "buslogic",
                "lsilogic",
                "lsisas1068",
                "vmpvscsi",
                "ibmvscsi",
                "virtio-scsi",
                "lsisas1078",
                "virtio-transitional",
                "virtio-non-transitional",
                "ncr53c90",
                "dc390",
                "am53c974",
            ],
            Self::VirtioSerial => &["virtio", "virtio-transitional", "virtio-non-transitional"],
            Self::Usb => &[
                "piix3-uhci",
                "piix4-uhci",
                "ehci",
                "ich9-ehci1",
                "ich9-uhci1",
                "ich9-uhci2",
                "ich9-uhci3",
                "vt82c686b-uhci",
                "pci-ohci",
                "nec-xhci",
                "qusb1",
                "qusb2",
                "qemu-xhci",
                "none",
            ],
            Self::Pci => &[
                "pci-root",
                "pcie-root",
                "pci-bridge",
                "dmi-to-pci-bridge",
                "pcie-to-pci-bridge",
                "pcie-root-port",
                "pcie-switch-upstream-port",
                "pcie-switch-downstream-port",
                "pci-expander-bus",
                "pcie-expander-bus",
            ],
            Self::Fdc | Self::Sata | Self::Ccid | Self::Xenbus | Self::Isa => &[],
        };
        models.contains(&model)
    }
}

/// Puts a controller where libvirt puts it: behind those of its kind with a smaller number.
pub(in crate::domain::def) fn insert(controllers: &mut Vec<Controller>, controller: Controller) {
    let mut place = None;
    for (at, other) in controllers.iter().enumerate().rev().filter(|(_, other)| other.kind == controller.kind)
    {
        if other.index > controller.index {
            place = Some(at);
        } else if place.is_none() {
            place = Some(at + 1);
        }
    }
    controllers.insert(place.unwrap_or(controllers.len()), controller);
}
