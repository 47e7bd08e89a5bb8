//! The words that many elements share.

pub(crate) use crate::xml::words;

words! {
    /// `yes` or `no`.
    pub enum YesNo {
        /// `yes`
        Yes = "yes",
        /// `no`
        No = "no",
    }
}

words! {
    /// `on` or `off`.
    pub enum OnOff {
        /// `on`
        On = "on",
        /// `off`
        Off = "off",
    }
}

impl YesNo {
    /// Whether it is `yes`.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

impl OnOff {
    /// Whether it is `on`.
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}
