//! `<seclabel>` and `<resource>`.

use crate::{
    domain::def::{
        error::xml_error,
        kept::Kept,
        words::{YesNo, words},
    },
    error::Result,
    xml::{Element, Fields, Writer},
};

/// `<seclabel>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecLabel {
    /// `type=`.
    pub kind: Option<SecLabelKind>,
    /// `model=`.
    pub model: Option<String>,
    /// `relabel=`.
    pub relabel: Option<YesNo>,
    /// `<label>`.
    pub label: Option<String>,
    /// `<imagelabel>`.
    pub imagelabel: Option<String>,
    /// `<baselabel>`.
    pub baselabel: Option<String>,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<seclabel type=>`.
    pub enum SecLabelKind {
        /// None.
        None = "none",
        /// Made at start.
        Dynamic = "dynamic",
        /// As given.
        Static = "static",
    }
}

/// `<resource>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resource {
    /// `<partition>`.
    pub partition: Option<String>,
    /// Everything else.
    pub kept: Kept,
}

impl SecLabel {
    const ORDER: &'static [&'static str] = &["label", "imagelabel", "baselabel"];

    /// Reads one.
    pub(super) fn parse(label: Element<'_>, live: bool) -> Result<Self> {
        let mut fields = Fields::new(label);
        let kind: Option<SecLabelKind> = fields.word("type")?;
        let mut label = Self {
            kind,
            model: fields.string("model"),
            relabel: fields.word("relabel")?,
            label: fields.text_of("label"),
            imagelabel: fields.text_of("imagelabel"),
            baselabel: fields.text_of("baselabel"),
            kept: Kept::rest(fields),
        };
        match kind {
            Some(SecLabelKind::None) => {
                label.model.get_or_insert_with(|| "none".to_owned());
            }
            Some(SecLabelKind::Static) if label.label.is_none() => {
                return Err(xml_error("security label is missing"));
            }
            Some(SecLabelKind::Dynamic) => {
                label.relabel.get_or_insert(YesNo::Yes);
                // Made at each start.
                if !live {
                    label.label = None;
                    label.imagelabel = None;
                }
            }
            _ => {}
        }
        Ok(label)
    }

    /// Writes the element.
    pub(super) fn format(&self, w: &mut Writer) {
        let tag = w.tag("seclabel").opt("type", self.kind).opt("model", self.model.as_deref());
        let relabel = self.relabel.filter(|_| self.kind != Some(SecLabelKind::None));
        self.kept.write_attrs(tag.opt("relabel", relabel)).children(|w| {
            w.leaf_opt("label", self.label.as_deref());
            w.leaf_opt("imagelabel", self.imagelabel.as_deref());
            w.leaf_opt("baselabel", self.baselabel.as_deref());
            self.kept.placed(Self::ORDER).rest(w);
        });
    }
}

impl Resource {
    const ORDER: &'static [&'static str] = &["partition", "fibrechannel"];

    /// Takes `<resource>` out of `<domain>`; an empty one says nothing.
    pub(super) fn parse(domain: &mut Fields<'_>) -> Option<Self> {
        let mut fields = domain.fields("resource")?;
        let resource = Self { partition: fields.text_of("partition"), kept: Kept::rest(fields) };
        (resource != Self::default()).then_some(resource)
    }

    /// Writes the element.
    pub(super) fn format(&self, w: &mut Writer) {
        self.kept.write_attrs(w.tag("resource")).children(|w| {
            w.leaf_opt("partition", self.partition.as_deref());
            self.kept.placed(Self::ORDER).rest(w);
        });
    }
}
