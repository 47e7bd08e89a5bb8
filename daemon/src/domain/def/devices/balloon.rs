//! `<memballoon>`.

use crate::{
    domain::def::{
        address::DeviceInfo,
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::{OnOff, words},
    },
    error::Result,
    xml::{Element, Fields, Writer},
};

/// `<memballoon>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memballoon {
    /// `model=`.
    pub model: BalloonModel,
    /// `autodeflate=`.
    pub autodeflate: Option<OnOff>,
    /// `freePageReporting=`.
    pub free_page_reporting: Option<OnOff>,
    /// `<stats period=>`, seconds.
    pub stats_period: Option<u32>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else (`<driver>`).
    pub kept: Kept,
}

words! {
    /// `<memballoon model=>`.
    pub enum BalloonModel {
        /// virtio, both generations.
        Virtio = "virtio",
        /// Xen.
        Xen = "xen",
        /// None.
        None = "none",
        /// virtio, the legacy interface as well.
        VirtioTransitional = "virtio-transitional",
        /// virtio, without the legacy interface.
        VirtioNonTransitional = "virtio-non-transitional",
    }
}

impl super::Devices {
    /// The balloon; one of the model `none` is none.
    pub fn balloon(&self) -> Option<&Memballoon> {
        self.memballoon.as_ref().filter(|balloon| balloon.model != BalloonModel::None)
    }

    /// The same, to be changed.
    pub fn balloon_mut(&mut self) -> Option<&mut Memballoon> {
        self.memballoon.as_mut().filter(|balloon| balloon.model != BalloonModel::None)
    }
}

impl Memballoon {
    const ORDER: &'static [&'static str] = &["stats", "driver"];

    /// Reads it.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        Ok(Self {
            model: fields.required_word("model")?,
            autodeflate: fields.word("autodeflate")?,
            free_page_reporting: fields.word("freePageReporting")?,
            stats_period: fields.fields("stats").map(|mut stats| period(&mut stats)).transpose()?.flatten(),
            info: DeviceInfo::parse(&mut fields, flags)?,
            kept: Kept::rest(fields),
        })
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        let tag = w
            .tag("memballoon")
            .attr("model", self.model)
            .opt("autodeflate", self.autodeflate)
            .opt("freePageReporting", self.free_page_reporting);
        self.kept.write_attrs(tag).children(|w| {
            if let Some(period) = self.stats_period.filter(|period| *period != 0) {
                w.tag("stats").attr("period", period).empty();
            }
            self.info.format_names(w, options);
            self.kept.placed(Self::ORDER).rest(w);
            self.info.format_place(w);
        });
    }
}

/// A number of either sign, as with libvirt: less than 0 is 0.
fn period(stats: &mut Fields<'_>) -> Result<Option<u32>> {
    Ok(stats.int::<i32>("period")?.map(|period| u32::try_from(period).unwrap_or(0)))
}
