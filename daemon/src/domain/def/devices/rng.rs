//! `<rng>`.

use crate::{
    domain::def::{
        address::DeviceInfo,
        error::{unknown, xml_error},
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::words,
    },
    error::Result,
    xml::{Element, Fields, Writer, parse_unsigned},
};

/// `<rng>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rng {
    /// `model=`.
    pub model: RngModel,
    /// `<rate>`.
    pub rate: Option<RngRate>,
    /// `<backend>`.
    pub backend: RngBackend,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else (`<driver>`).
    pub kept: Kept,
}

words! {
    /// `<rng model=>`.
    pub enum RngModel {
        /// virtio, both generations.
        Virtio = "virtio",
        /// virtio, the legacy interface as well.
        VirtioTransitional = "virtio-transitional",
        /// virtio, without the legacy interface.
        VirtioNonTransitional = "virtio-non-transitional",
    }
}

/// `<rate>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RngRate {
    /// `bytes=`.
    pub bytes: u32,
    /// `period=`, milliseconds; 1000 where absent.
    pub period: Option<u32>,
}

/// `<backend>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RngBackend {
    /// `model='random'`: a host device, `/dev/urandom` where none is named.
    Random {
        /// Path of the device.
        path: Option<String>,
    },
    /// `model='builtin'`: the hypervisor's own.
    Builtin,
    /// `model='egd'`, as written.
    Egd(Box<Element<'static>>),
}

impl Rng {
    const ORDER: &'static [&'static str] = &["rate", "backend", "driver"];

    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let model = fields.attr("model").ok_or_else(|| xml_error("missing RNG device model"))?;
        let model = RngModel::from_word(&model)
            .ok_or_else(|| unknown(format_args!("unknown RNG model '{model}'")))?;
        let rate = fields.fields("rate").map(RngRate::parse).transpose()?.flatten();
        let mut backends = fields.children("backend");
        let (Some(backend), true) = (backends.pop(), backends.is_empty()) else {
            return Err(xml_error("only one RNG backend is supported"));
        };
        let backend = RngBackend::parse(backend)?;
        let info = DeviceInfo::parse(&mut fields, flags)?;
        Ok(Self { model, rate, backend, info, kept: Kept::rest(fields) })
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        self.kept.write_attrs(w.tag("rng").attr("model", self.model)).children(|w| {
            if let Some(rate) = self.rate {
                w.tag("rate").attr("bytes", rate.bytes).opt("period", rate.period).empty();
            }
            match &self.backend {
                RngBackend::Random { path } => {
                    let tag = w.tag("backend").attr("model", "random");
                    tag.text(path.as_deref().unwrap_or(RANDOM));
                }
                RngBackend::Builtin => w.tag("backend").attr("model", "builtin").empty(),
                RngBackend::Egd(element) => w.element(element),
            }
            self.kept.placed(Self::ORDER).rest(w);
            self.info.format(w, options);
        });
    }
}

/// The host device where none is named.
pub const RANDOM: &str = "/dev/random";

impl RngRate {
    fn parse(mut fields: Fields<'_>) -> Result<Option<Self>> {
        let mut number = |name: &str| {
            let Some(text) = fields.attr(name) else { return Ok(None) };
            let number = parse_unsigned(&text, 10).and_then(|number| u32::try_from(number).ok());
            number.map(Some).ok_or_else(|| xml_error(format_args!("invalid RNG rate {name} value")))
        };
        let (bytes, period) = (number("bytes")?, number("period")?);
        Ok(bytes.filter(|bytes| *bytes != 0).map(|bytes| Self { bytes, period: period.filter(|n| *n != 0) }))
    }
}

impl RngBackend {
    fn parse(element: Element<'_>) -> Result<Self> {
        let model = element.attr("model").ok_or_else(|| xml_error("missing RNG device backend model"))?;
        match model {
            "random" => {
                let path = element.text().into_owned();
                Ok(Self::Random { path: Some(path).filter(|path| !path.is_empty()) })
            }
            "builtin" => Ok(Self::Builtin),
            "egd" => Ok(Self::Egd(Box::new(element.into_owned()))),
            other => Err(unknown(format_args!("unknown RNG backend model '{other}'"))),
        }
    }
}
