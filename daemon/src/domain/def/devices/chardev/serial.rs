//! `<serial>`.

use super::{
    ChardevBackend, ChardevLog,
    common::{Common, shown},
    target::{next_port, target_port, target_type},
};
use crate::{
    domain::def::{
        address::DeviceInfo,
        error::{unknown, unsupported},
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::words,
    },
    error::Result,
    xml::{Element, Writer},
};

/// `<serial>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serial {
    /// `type=` and `<source>`.
    pub backend: ChardevBackend,
    /// `<target type=>`.
    pub target_type: SerialTargetType,
    /// `<target port=>`.
    pub port: u32,
    /// `<target><model name=>`.
    pub model: Option<String>,
    /// What else `<source>` holds.
    pub source_kept: Kept,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<serial><target type=>`.
    pub enum SerialTargetType {
        /// A 16550A.
        IsaSerial = "isa-serial",
        /// A USB adapter.
        UsbSerial = "usb-serial",
        /// A PCI card.
        PciSerial = "pci-serial",
        /// Arm's PL011.
        SystemSerial = "system-serial",
        /// PowerPC's console.
        SpaprVioSerial = "spapr-vio-serial",
        /// s390's console.
        SclpSerial = "sclp-serial",
        /// A debug port that only writes.
        IsaDebug = "isa-debug",
    }
}

/// The models, each with the target type it belongs to. The first of a type is what a port has that names none.
const MODELS: &[(&str, SerialTargetType)] = &[
    ("isa-serial", SerialTargetType::IsaSerial),
    ("usb-serial", SerialTargetType::UsbSerial),
    ("pci-serial", SerialTargetType::PciSerial),
    ("pl011", SerialTargetType::SystemSerial),
    ("16550a", SerialTargetType::SystemSerial),
    ("spapr-vty", SerialTargetType::SpaprVioSerial),
    ("sclpconsole", SerialTargetType::SclpSerial),
    ("sclplmconsole", SerialTargetType::SclpSerial),
    ("isa-debugcon", SerialTargetType::IsaDebug),
];

impl SerialTargetType {
    /// The model of a port that names none.
    pub(super) fn default_model(self) -> &'static str {
        // Every type is in the table, as a test says.
        MODELS.iter().find(|(_, needs)| *needs == self).map_or(self.as_str(), |(model, _)| model)
    }

    /// The target type a model belongs to.
    pub(super) fn of_model(model: &str) -> Option<Self> {
        MODELS.iter().find(|(name, _)| *name == model).map(|(_, needs)| *needs)
    }
}

impl Serial {
    /// Reads one; `before` are those before it.
    pub(in crate::domain::def) fn parse(
        element: Element<'_>,
        flags: &ParseFlags<'_>,
        before: &[Self],
    ) -> Result<Self> {
        let mut common = Common::parse(element, flags)?;
        let (mut kind, mut port, mut model) = (None, None, None);
        if let Some(mut target) = common.target.take() {
            kind = target.attr("type").map(|word| target_type::<SerialTargetType>(&word)).transpose()?;
            port = target_port(&mut target)?;
            model = target.fields("model").and_then(|mut model| model.nonempty("name"));
        }
        let usb = common.info.address.as_ref().is_some_and(|address| address.kind() == "usb");
        let guessed = if usb { SerialTargetType::UsbSerial } else { SerialTargetType::IsaSerial };
        let target_type = kind.unwrap_or(guessed);
        if let Some(model) = &model {
            let Some(needs) = SerialTargetType::of_model(model) else {
                let text = format_args!("unknown target model '{model}' specified for character device");
                return Err(unknown(text));
            };
            if needs != target_type {
                let text = format_args!("Target model '{model}' requires target type '{needs}'");
                return Err(unsupported(text));
            }
        }
        Ok(Self {
            backend: common.backend,
            target_type,
            port: port.unwrap_or_else(|| next_port(before.iter().map(|serial| serial.port))),
            model: model.or_else(|| Some(target_type.default_model().to_owned())),
            source_kept: common.source_kept,
            log: common.log,
            info: common.info,
            kept: common.kept,
        })
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        shown!(self).format(w, "serial", options, |w| {
            w.tag("target").attr("type", self.target_type).attr("port", self.port).children(|w| {
                if let Some(model) = &self.model {
                    w.tag("model").attr("name", model).empty();
                }
            });
        });
    }
}
