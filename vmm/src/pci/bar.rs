//! Base address registers: memory, 64 bits wide.

use std::sync::atomic::{AtomicU64, Ordering};

use super::config::{ConfigSpace, register};

/// Type bits of a 64-bit memory BAR, not prefetchable: virtio's registers have side effects on reads.
const MEMORY_64: u32 = 0b100;

/// A BAR's place in configuration space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Its number, 0, 2 or 4: it takes two registers.
    pub index: usize,
    /// Its length, a power of two of at least 4096.
    pub size: u64,
}

impl Bar {
    /// Puts the register pair into configuration space.
    pub fn install(self, config: &mut ConfigSpace) {
        debug_assert!(self.size.is_power_of_two() && self.size >= 4096 && self.index < 6);
        let writable = !(self.size - 1);
        config.allow(self.register(), &writable.to_le_bytes());
        self.set_address(config, 0);
    }

    /// What firmware writes.
    pub fn set_address(self, config: &mut ConfigSpace, address: u64) {
        config.set_u32(self.register(), address as u32 | MEMORY_64);
        config.set_u32(self.register() + 4, (address >> 32) as u32);
    }

    /// Where it stands, whether decoded or not.
    pub fn address(self, config: &ConfigSpace) -> u64 {
        let (low, high) = (config.u32(self.register()), config.u32(self.register() + 4));
        u64::from(high) << 32 | u64::from(low & !0xf)
    }

    fn register(self) -> usize {
        register::BARS + 4 * self.index
    }
}

/// Where a BAR is decoded, for lookups without a lock.
#[derive(Debug)]
pub struct Decode {
    bar: Bar,
    base: AtomicU64,
}

impl Decode {
    /// Base of a BAR that is not decoded: nothing lies there.
    const NOWHERE: u64 = u64::MAX;

    /// Not decoded yet.
    pub fn new(bar: Bar) -> Self {
        Self { bar, base: AtomicU64::new(Self::NOWHERE) }
    }

    /// The register.
    pub fn bar(&self) -> Bar {
        self.bar
    }

    /// Follows configuration space; says whether the place changed.
    pub fn update(&self, config: &ConfigSpace) -> bool {
        let address = self.bar.address(config);
        // While a guest sizes a BAR it holds all ones for a moment: such a range ends beyond the address space, and
        // a BAR at 0 was not placed at all.
        let real = address != 0 && address.checked_add(self.bar.size).is_some();
        let base = if config.memory_enabled() && real { address } else { Self::NOWHERE };
        self.base.swap(base, Ordering::AcqRel) != base
    }

    /// Where it is decoded.
    pub fn base(&self) -> Option<u64> {
        Some(self.base.load(Ordering::Acquire)).filter(|base| *base != Self::NOWHERE)
    }

    /// The offset of an access that lies wholly inside.
    pub fn offset(&self, address: u64, length: usize) -> Option<u64> {
        let offset = address.checked_sub(self.base()?)?;
        (offset.checked_add(length as u64)? <= self.bar.size).then_some(offset)
    }
}
