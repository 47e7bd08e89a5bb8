//! `<blockio>`: the block sizes a guest is told.

use crate::{
    error::Result,
    xml::{Fields, Writer},
};

/// `<blockio>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockIo {
    /// `logical_block_size=`.
    pub logical_block_size: Option<u32>,
    /// `physical_block_size=`.
    pub physical_block_size: Option<u32>,
    /// `discard_granularity=`.
    pub discard_granularity: Option<u32>,
}

impl BlockIo {
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self> {
        Ok(Self {
            logical_block_size: fields.uint("logical_block_size")?,
            physical_block_size: fields.uint("physical_block_size")?,
            discard_granularity: fields.uint("discard_granularity")?,
        })
    }

    pub(super) fn format(self, w: &mut Writer) {
        w.tag("blockio")
            .opt("logical_block_size", self.logical_block_size)
            .opt("physical_block_size", self.physical_block_size)
            .opt("discard_granularity", self.discard_granularity)
            .empty();
    }
}
