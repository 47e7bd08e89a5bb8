//! `<log>`: a file that what the guest writes goes to beside.

use crate::{domain::def::words::OnOff, error::Result, xml::Fields};

/// `<log>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChardevLog {
    /// `file=`.
    pub file: String,
    /// `append=`.
    pub append: Option<OnOff>,
}

impl ChardevLog {
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Option<Self>> {
        let append = fields.word("append")?;
        Ok(fields.nonempty("file").map(|file| Self { file, append }))
    }
}
