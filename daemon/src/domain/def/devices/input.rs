//! `<input>`.

use crate::{
    domain::def::{
        address::DeviceInfo,
        error::{internal, unknown},
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::words,
    },
    error::Result,
    xml::{Element, Fields, Writer},
};

/// `<input>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `type=`.
    pub kind: InputKind,
    /// `bus=`.
    pub bus: InputBus,
    /// `model=`.
    pub model: Option<String>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else (`<source>`, `<driver>`).
    pub kept: Kept,
}

words! {
    /// `<input type=>`.
    pub enum InputKind {
        /// A mouse.
        Mouse = "mouse",
        /// A tablet.
        Tablet = "tablet",
        /// A keyboard.
        Keyboard = "keyboard",
        /// A host device passed through.
        Passthrough = "passthrough",
        /// A host device grabbed.
        Evdev = "evdev",
    }
}

words! {
    /// `<input bus=>`.
    pub enum InputBus {
        /// PS/2.
        Ps2 = "ps2",
        /// USB.
        Usb = "usb",
        /// Xen.
        Xen = "xen",
        /// Parallels.
        Parallels = "parallels",
        /// virtio.
        Virtio = "virtio",
        /// None: `evdev`.
        None = "none",
    }
}

impl Input {
    const ORDER: &'static [&'static str] = &["driver", "source"];

    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let kind = fields.attr("type").ok_or_else(|| internal("missing input device type"))?;
        let kind = InputKind::from_word(&kind)
            .ok_or_else(|| unknown(format_args!("unknown input device type '{kind}'")))?;
        let bus = match fields.attr("bus") {
            Some(bus) => InputBus::from_word(&bus)
                .ok_or_else(|| unknown(format_args!("unknown input bus type '{bus}'")))?,
            None => match kind {
                InputKind::Mouse | InputKind::Keyboard => InputBus::Ps2,
                InputKind::Tablet => InputBus::Usb,
                InputKind::Passthrough => InputBus::Virtio,
                InputKind::Evdev => InputBus::None,
            },
        };
        if bus == InputBus::Ps2 && !matches!(kind, InputKind::Mouse | InputKind::Keyboard) {
            return Err(internal(format_args!("ps2 bus does not support {kind} input device")));
        }
        Ok(Self {
            kind,
            bus,
            model: fields.nonempty("model"),
            info: DeviceInfo::parse(&mut fields, flags)?,
            kept: Kept::rest(fields),
        })
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        let bus = Some(self.bus).filter(|bus| *bus != InputBus::None);
        let tag = w.tag("input").attr("type", self.kind).opt("bus", bus).opt("model", self.model.as_deref());
        self.kept.write_attrs(tag).children(|w| {
            self.kept.placed(Self::ORDER).rest(w);
            self.info.format(w, options);
        });
    }
}
