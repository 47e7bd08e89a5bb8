//! `<video>`.

use crate::{
    domain::def::{
        address::DeviceInfo,
        error::unknown,
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::{YesNo, words},
    },
    error::Result,
    xml::{Element, Fields, Writer},
};

/// `<video>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Video {
    /// `<model type=>`.
    pub model: VideoModel,
    /// `<model vram=>`, KiB.
    pub vram: Option<u32>,
    /// `<model heads=>`.
    pub heads: Option<u32>,
    /// `<model primary=>`.
    pub primary: Option<YesNo>,
    /// Everything else in `<model>` (`ram=`, `vgamem=`, `<acceleration>`...).
    pub model_kept: Kept,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else (`<driver>`).
    pub kept: Kept,
}

words! {
    /// `<model type=>`.
    pub enum VideoModel {
        /// The hypervisor's choice.
        Default = "default",
        /// VGA.
        Vga = "vga",
        /// Cirrus.
        Cirrus = "cirrus",
        /// VMware's.
        Vmvga = "vmvga",
        /// Xen's.
        Xen = "xen",
        /// VirtualBox's.
        Vbox = "vbox",
        /// QXL.
        Qxl = "qxl",
        /// Parallels'.
        Parallels = "parallels",
        /// virtio.
        Virtio = "virtio",
        /// bhyve's.
        Gop = "gop",
        /// None.
        None = "none",
        /// Bochs display.
        Bochs = "bochs",
        /// A frame buffer in memory.
        Ramfb = "ramfb",
    }
}

impl Video {
    const ORDER: &'static [&'static str] = &["model", "driver"];

    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let mut model = Fields::new(fields.child("model").unwrap_or_else(|| Element::new("model")));
        let kind = match model.attr("type") {
            Some(kind) => VideoModel::from_word(&kind)
                .ok_or_else(|| unknown(format_args!("unknown video model '{kind}'")))?,
            None => VideoModel::Default,
        };
        Ok(Self {
            model: kind,
            vram: model.uint("vram")?,
            heads: model.positive("heads")?,
            primary: model.word("primary")?,
            model_kept: Kept::rest(model),
            info: DeviceInfo::parse(&mut fields, flags)?,
            kept: Kept::rest(fields),
        })
    }

    /// Fills in the number of heads.
    pub(in crate::domain::def) fn settle(&mut self) {
        if !matches!(self.model, VideoModel::None | VideoModel::Default) {
            self.heads.get_or_insert(1);
        }
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        self.kept.write_attrs(w.tag("video")).children(|w| {
            let mut kept = self.kept.placed(Self::ORDER);
            let kind = Some(self.model).filter(|model| *model != VideoModel::Default);
            let tag = self.model_kept.write_attrs(w.tag("model").opt("type", kind));
            tag.opt("vram", self.vram)
                .opt("heads", self.heads)
                .opt("primary", self.primary)
                .children(|w| self.model_kept.write_children(w));
            kept.rest(w);
            self.info.format(w, options);
        });
    }
}
