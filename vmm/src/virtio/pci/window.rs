//! The BAR seen through configuration space (VIRTIO_PCI_CAP_PCI_CFG), for software that cannot reach memory.

use crate::pci::ConfigSpace;

/// Offsets in the capability.
const BAR_NUMBER: usize = 4;
const OFFSET: usize = 8;
const LENGTH: usize = 12;
const DATA: usize = 16;

/// Where the capability stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window(pub usize);

impl Window {
    /// Lets the guest choose what the data register shows.
    pub fn install(self, config: &mut ConfigSpace) {
        config.allow(self.0 + BAR_NUMBER, &[0xff]);
        config.allow(self.0 + OFFSET, &[0xff; 8]);
    }

    /// Whether an access to configuration space touches the data register, with what it shows: offset and length in
    /// the BAR.
    pub fn target(self, config: &ConfigSpace, register: u16, length: usize) -> Option<(u64, usize)> {
        let (data, register) = (self.0 + DATA, usize::from(register));
        if register != data || length > 4 || config.u8(self.0 + BAR_NUMBER) != 0 {
            return None;
        }
        let (offset, count) = (u64::from(config.u32(self.0 + OFFSET)), config.u32(self.0 + LENGTH));
        let aligned = matches!(count, 1 | 2 | 4) && offset.is_multiple_of(u64::from(count));
        let inside = offset + u64::from(count) <= super::BAR.size;
        (aligned && inside && length <= count as usize).then_some((offset, count as usize))
    }
}
