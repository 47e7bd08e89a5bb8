//! `<seclabel>` and `<resource>`.

use crate::domain::def::{
    kept::Kept,
    words::{YesNo, words},
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
